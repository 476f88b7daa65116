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
	active := map[research.TriggerID]research.ProjectID{1: 1, 2: 1, 3: 2}
	state := func(paused bool, active map[research.TriggerID]research.ProjectID) *content {
		return &content{active: active, paused: map[research.ProjectID]bool{1: paused, 2: false}}
	}
	for _, c := range []struct {
		name        string
		before, now *content
		want        []research.TriggerID
	}{
		{"nothing changed", state(false, active), state(false, active), nil},
		{"paused", state(false, active), state(true, active), []research.TriggerID{1, 2}},
		{"resumed", state(true, active), state(false, active), []research.TriggerID{1, 2}},
		{"a trigger is paused", state(false, active), state(false, map[research.TriggerID]research.ProjectID{1: 1, 2: 1}), []research.TriggerID{3}},
		{"at the start", nil, state(true, active), nil},
	} {
		var got []research.TriggerID
		k := &catalog{paused: func(_ research.ProjectID, t research.TriggerID) { got = append(got, t) }}
		k.tellPaused(c.before, c.now)
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
