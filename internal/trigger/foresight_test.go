package trigger_test

import (
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// A foresight looks back beyond its first day, decides nothing there, and keeps to
// the project's settings.
func TestForesight(t *testing.T) {
	rules := load(t, "usercall: 1\nstudy: { key: s }\ntriggers:\n  - { key: again, on: { event: opened, times: 2 }, cooldown: 0 }\n", "UTC")
	since := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	p := &research.Project{Settings: research.Settings{Cooldown: time.Hour, Excluded: []string{"@rival.example"}}}
	f := trigger.NewForesight(rules, p, since)
	if n := f.Needs(); !n.Identify || n.Group || n.Anything || !n.Named[trigger.EventName{Type: research.Track, Name: "opened"}] {
		t.Errorf("it needs %+v", n)
	}
	add := func(user string, at time.Duration, e research.Event) {
		e.UserID, e.Timestamp, e.ReceivedAt, e.Quiet = research.UserID(user), since.Add(at), since.Add(at), true
		e.Seq = int64(f.Kept() + 1)
		f.Add(&e)
	}
	opened := research.Event{Type: research.Track, Name: "opened"}
	add("before", -3*time.Hour, opened)
	add("before", -2*time.Hour, opened)
	add("across", -time.Hour, opened)
	add("across", time.Hour, opened)
	add("across", 90*time.Minute, opened)
	add("across", 3*time.Hour, opened)
	add("rival", -time.Hour, research.Event{Type: research.Identify, Traits: []byte(`{"email":"x@rival.example","name":"x"}`)})
	add("rival", -time.Hour, opened)
	add("rival", 2*time.Hour, opened)
	applied := 0
	if err := f.Play(since.Add(24*time.Hour), func() error { applied++; return nil }); err != nil {
		t.Fatal(err)
	}
	got := f.Sum.Triggers[0]
	if got.Matched != 4 || got.Invited != 2 || got.People != 2 || got.ByGate[research.GateProjectCooldown] != 1 || got.ByGate[research.GateExcluded] != 1 || applied != 9 {
		t.Errorf("%+v after %d events", got, applied)
	}
}
