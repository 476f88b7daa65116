package trigger

import (
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// TestWhatATestIsAsked closes each gate in turn for a test person.
func TestWhatATestIsAsked(t *testing.T) {
	for _, c := range []struct {
		gate   research.Gate
		change func(*Rule, *Facts)
		asked  bool
	}{
		{research.GateInactive, func(r *Rule, _ *Facts) { r.Active = false }, true},
		{research.GateInactive, func(_ *Rule, f *Facts) { f.PausedSince = noon }, true},
		{research.GateStale, func(_ *Rule, f *Facts) { f.ReceivedAt = noon.Add(90 * time.Minute) }, true},
		{research.GatePeople, func(_ *Rule, f *Facts) { f.Unproved = true }, true},
		{research.GateExcluded, func(_ *Rule, f *Facts) { f.OptedOut = true }, true},
		{research.GateSample, func(r *Rule, _ *Facts) { r.Sample = "0" }, false},
		{research.GateOpenInvite, func(_ *Rule, f *Facts) { f.OpenInvite = true }, true},
		{research.GateCooldown, func(_ *Rule, f *Facts) { f.LastByTrigger = noon }, false},
		{research.GateProjectCooldown, func(_ *Rule, f *Facts) { f.LastByAny = noon }, false},
		{research.GateProjectCooldown, func(_ *Rule, f *Facts) { f.Never = true }, false},
		{research.GateTarget, func(r *Rule, f *Facts) { r.Target, f.Interviews = 1, 1 }, false},
		{research.GatePerDay, func(r *Rule, f *Facts) { r.PerDay, f.Today = 1, 1 }, false},
		{research.GateTotal, func(r *Rule, f *Facts) { r.Total, f.Ever = 1, 1 }, false},
	} {
		for _, tester := range []bool{false, true} {
			r, f := *rule(t), someone()
			f.Tester = tester
			c.change(&r, &f)
			want := research.Invited
			if c.asked || !tester {
				want = research.Skipped
			}
			got := Decide(&r, f, noon.Add(2*time.Hour))
			if got.Outcome != want || got.Test != tester || want == research.Skipped && got.Gate != c.gate {
				t.Errorf("%s, test person %v: %+v", c.gate, tester, got)
			}
		}
	}
}

func TestWhoIsATestPerson(t *testing.T) {
	for _, c := range []struct {
		name    string
		list    []string
		testing bool
		key     research.PersonKey
		want    bool
	}{
		{"by userId", []string{"u_1"}, true, "u:u_1", true},
		{"by e-mail address", []string{"ann@ACME.com"}, true, "u:u_1", true},
		{"by e-mail address, anonymous", []string{"ann@acme.com"}, true, "a:b_1", true},
		{"an anonymousId is no userId", []string{"u_1"}, true, "a:u_1", false},
		{"not by domain", []string{"acme.com", "@acme.com"}, true, "u:u_1", false},
		{"not listed", []string{"u_2"}, true, "u:u_1", false},
		{"nobody listed", nil, true, "u:u_1", false},
		{"an empty entry", []string{""}, true, "u:", false},
		{"the trigger is active", []string{"u_1"}, false, "u:u_1", false},
	} {
		r, f := *rule(t), someone()
		r.Testing, f.Person.Key = c.testing, c.key
		if c.name == "an empty entry" {
			f.Person.Traits = nil
		}
		f.SetLife(&r, &research.Project{Settings: research.Settings{TestPeople: c.list}})
		if f.Tester != c.want {
			t.Errorf("%s: %v, want %v", c.name, f.Tester, c.want)
		}
	}
}

func TestWhyNobodyIsAskedInATestOrPause(t *testing.T) {
	r, f := *rule(t), someone()
	r.Testing = true
	f.SetLife(&r, &research.Project{})
	if got := Decide(&r, f, noon); got.Gate != research.GateInactive || got.Detail != "the trigger is in test mode, and the person is not one of the test people" || got.Test {
		t.Errorf("in test mode: %+v", got)
	}
	f.SetLife(&r, &research.Project{Paused: noon.Add(-time.Hour)})
	got := Decide(&r, f, noon)
	if want := "everything has been paused since " + noon.Add(-time.Hour).Format("2 Jan 2006 15:04 UTC"); got.Detail != want || !strings.HasPrefix(got.Remedy, "Without that pause") {
		t.Errorf("paused: %+v, want %q", got, want)
	}
}
