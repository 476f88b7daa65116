package app

import (
	"net/http"
	"testing"
)

// stand asks the API how things stand with somebody, by trigger.
func (s *site) stand(person string) map[string]object {
	s.t.Helper()
	status, answer := s.ask(http.MethodGet, "/api/v1/why?person="+person, map[string]string{"Authorization": "Bearer " + s.keys.APIKey}, nil)
	if status != http.StatusOK {
		s.t.Fatalf("why: %d %v", status, answer)
	}
	by := map[string]object{}
	for _, item := range answer["items"].([]any) {
		row := item.(object)
		by[row["study"].(string)+"/"+row["trigger"].(string)] = row
	}
	return by
}

func TestWhyNotMe(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.study(s.keys, `
usercall: 1
study: { key: fans }
triggers:
  - { key: often, on: { event: left, times: 3 }, who: { traits.plan: pro } }
  - { key: gone, on: { event: left }, absent: { event: back, for: 7d } }
`)
		if id := inviteOf(s.sees("ticket-1", "m1", "ann")); id == "" {
			t.Fatal("ann is not invited")
		}
		got := s.stand("ann")
		if len(got) != 3 {
			t.Fatalf("told of %v", got)
		}
		for trigger, want := range map[string]object{
			"why/left":   {"progress": "left has to happen", "last_outcome": "invited", "outcome_now": "skipped", "gate_now": "open_invite", "active": true},
			"fans/often": {"progress": "left has to happen 3 times: 1 so far", "last_outcome": "", "outcome_now": "skipped", "gate_now": "who", "until": nil},
			"fans/gone":  {"last_outcome": "waiting", "gate_now": "open_invite"},
		} {
			for key, value := range want {
				if got[trigger][key] != value {
					t.Errorf("%s: %s is %v, want %v", trigger, key, got[trigger][key], value)
				}
			}
		}
		if got["fans/gone"]["until"] != got["fans/gone"]["last_at"] {
			t.Errorf("it waits until %v, and the log says %v", got["fans/gone"]["until"], got["fans/gone"]["last_at"])
		}
		status, answer := s.ask(http.MethodGet, "/api/v1/why?person=nobody", map[string]string{"Authorization": "Bearer " + s.keys.APIKey}, nil)
		if status != http.StatusNotFound || answer["code"] != "not_found" {
			t.Errorf("of nobody it is said %d %v", status, answer)
		}
	})
}
