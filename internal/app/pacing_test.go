package app

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// asks is what a page with a ticket is answered.
func (s *site) asks(ticket string) object {
	s.t.Helper()
	status, answer := s.page("/sdk/v1/ask", object{"project": s.keys.Project, "ticket": ticket})
	if status != http.StatusOK {
		s.t.Fatalf("ask: %d %v", status, answer)
	}
	return answer
}

func (s *site) own() *research.Project {
	s.t.Helper()
	p, err := s.app.Project(s.t.Context(), s.keys.Project)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *site) set(pairs ...string) {
	s.t.Helper()
	values := map[string]string{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		values[name] = value
	}
	if err := s.app.SetPacing(s.t.Context(), s.own(), values); err != nil {
		s.t.Fatal(err)
	}
}

func TestAPauseHoldsWhatWaits(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		id := inviteOf(s.sees("ticket-1", "m1", "ann"))
		if id == "" {
			t.Fatal("no invite to begin with")
		}
		pause := func(on bool) {
			t.Helper()
			if err := s.app.Pause(t.Context(), s.own(), on, "ada@northdesk.example"); err != nil {
				t.Fatal(err)
			}
		}
		pause(true)
		if held := s.asks("ticket-1"); inviteOf(held) != "" || held["open"] != true || held["ask_at"] != nil {
			t.Errorf("while everything is paused: %v", held)
		}
		if got := s.sees("ticket-2", "m2", "bob"); inviteOf(got) != "" {
			t.Errorf("somebody is invited meanwhile: %v", got)
		}
		s.set("cooldown=1d") // another change does not end the pause
		if inviteOf(s.asks("ticket-1")) != "" {
			t.Error("saving settings resumed the project")
		}
		pause(false)
		if got := inviteOf(s.asks("ticket-1")); got != id {
			t.Errorf("afterwards %q is offered, want %q", got, id)
		}
		if inviteOf(s.asks("ticket-2")) != "" {
			t.Error("who came meanwhile is invited afterwards")
		}
	})
}

func TestQuietHoursHoldACardAndNotItsInvite(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		now := time.Now().UTC()
		clock := func(t time.Time) string { return t.Format("15:04") }
		end := now.Add(2 * time.Hour).Truncate(time.Minute)
		s.set("quiet_hours=" + clock(now.Add(-time.Hour)) + "-" + clock(end))
		answer := s.sees("ticket-1", "m1", "ann")
		at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(answer["ask_at"]))
		if inviteOf(answer) != "" || answer["open"] != true || err != nil || !at.Equal(end) {
			t.Fatalf("in quiet hours the page is answered %v, want to ask at %s", answer, end)
		}
		var state string
		err = s.app.db.ExportInvites(t.Context(), s.own(), report.Query{}, s.app.link, func(r report.InviteRow) error { state = r.State; return nil })
		if err != nil || state != "reserved" {
			t.Errorf("the invite is %q, %v", state, err)
		}
		s.set("quiet_hours=none")
		if inviteOf(s.asks("ticket-1")) == "" {
			t.Error("after quiet hours there is no card")
		}
	})
}

func TestATriggerIsTriedOutOnPeopleOfTheTeam(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.set("test_people=ann")
		study, err := s.app.db.StudyByKey(t.Context(), s.own().ID, "why")
		if err == nil {
			err = s.app.TestStudy(t.Context(), study)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := s.sees("ticket-2", "m2", "bob"); inviteOf(got) != "" {
			t.Errorf("somebody else is invited: %v", got)
		}
		for round := range 2 {
			id := inviteOf(s.sees("ticket-1", fmt.Sprint("t", round), "ann"))
			if id == "" {
				t.Fatalf("round %d: the test person gets no card", round)
			}
			for _, state := range []string{"shown", "never"} {
				s.page("/sdk/v1/state", object{"project": s.keys.Project, "ticket": "ticket-1", "invite": id, "state": state})
			}
		}
		if err := s.app.catalog.refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.app.ApplyStudy(t.Context(), s.own(), []byte(leaving), true); err != nil {
			t.Fatal(err)
		}
		if inviteOf(s.sees("ticket-1", "m9", "ann")) == "" {
			t.Error("what was pressed in a test keeps ann from being asked in earnest")
		}
	})
}

func TestPagesAskAgainWhenAProjectIsPausedOrResumed(t *testing.T) {
	rule := func(id research.TriggerID, active bool) *trigger.Rule {
		return &trigger.Rule{StudyKey: "why", TriggerID: id, Active: active, Steps: []trigger.Step{{Type: research.Track, Names: []string{"left"}}}}
	}
	of := func(paused time.Time) *ruling {
		return &ruling{project: &research.Project{ID: 1, Paused: paused}, index: trigger.NewIndex(rule(1, true), rule(2, true), rule(3, false))}
	}
	for _, c := range []struct {
		name        string
		before, now *ruling
		read        []*trigger.Rule // of the study; nil: it did not change
		want        []research.TriggerID
	}{
		{"nothing changed", of(time.Time{}), of(time.Time{}), nil, nil},
		{"paused", of(time.Time{}), of(time.Unix(1, 0)), nil, []research.TriggerID{1, 2}},
		{"resumed", of(time.Unix(1, 0)), of(time.Time{}), nil, []research.TriggerID{1, 2}},
		{"a trigger is paused", of(time.Time{}), of(time.Time{}), []*trigger.Rule{rule(1, true), rule(2, false)}, []research.TriggerID{2}},
		{"a trigger is deleted, another begins", of(time.Time{}), of(time.Time{}), []*trigger.Rule{rule(2, true), rule(3, true)}, []research.TriggerID{1}},
		{"at the start", nil, of(time.Unix(1, 0)), []*trigger.Rule{rule(1, true)}, nil},
	} {
		k := &catalog{}
		if c.before != nil {
			k.rules = map[research.ProjectID]*ruling{1: c.before}
		}
		var read []*reading
		if c.read != nil {
			read = []*reading{{of: c.now, study: &research.Study{Key: "why"}, rules: c.read}}
		}
		var got []research.TriggerID
		for _, r := range k.stopped(map[research.ProjectID]*ruling{1: c.now}, read) {
			got = append(got, r.TriggerID)
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: pages of %v ask, want %v", c.name, got, c.want)
		}
	}
}

// TestWhyKnowsOfPausesAndTests asks how things stand as the live decision would.
func TestWhyKnowsOfPausesAndTests(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.sees("ticket-1", "m1", "ann")
		now := func() string {
			t.Helper()
			all, err := s.app.Why(t.Context(), s.own(), "u:ann")
			if err != nil || len(all) != 1 {
				t.Fatalf("%+v, %v", all, err)
			}
			return string(all[0].Now.Gate) + ": " + all[0].Now.Detail
		}
		if got := now(); !strings.HasPrefix(got, "open_invite: ") {
			t.Errorf("to begin with: %s", got)
		}
		if err := s.app.Pause(t.Context(), s.own(), true, "ada@northdesk.example"); err != nil {
			t.Fatal(err)
		}
		if got := now(); !strings.HasPrefix(got, "inactive: everything has been paused since ") {
			t.Errorf("while everything is paused: %s", got)
		}
		if err := s.app.Pause(t.Context(), s.own(), false, "ada@northdesk.example"); err != nil {
			t.Fatal(err)
		}
		study, err := s.app.db.StudyByKey(t.Context(), s.own().ID, "why")
		if err == nil {
			err = s.app.TestStudy(t.Context(), study)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := now(); !strings.HasPrefix(got, "inactive: the trigger is in test mode") {
			t.Errorf("in test mode: %s", got)
		}
	})
}
