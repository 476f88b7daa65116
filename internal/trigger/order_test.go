package trigger_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// What §4 promises of events that arrive late, each "with its own time": of a
// trigger that single events match, everything that is remembered, its waits
// among it, is the same in whatever order they arrive before a wait is taken up.
func TestWaitsDoNotDependOnTheOrderOfArrival(t *testing.T) {
	for seed := range uint64(4000) {
		d := dice{rand.New(rand.NewPCG(seed, 2))}
		rule := d.rule(t, "on: "+d.plain(), fmt.Sprintf("absent: { event: %s, for: %ds }", d.names(), 1+d.IntN(6)))
		events := d.ofOnePerson(2 + d.IntN(9))
		want, got := advance(rule, events), advance(rule, d.shuffled(events))
		if a, b := want.AppendTo(nil), got.AppendTo(nil); !bytes.Equal(a, b) {
			t.Fatalf("seed %d: in order\n%+v\nshuffled\n%+v", seed, want, got)
		}
	}
}

// Of every trigger, what its counts, did, did_not and absent look back at is the
// same; what was decided on the way is not promised.
func TestMarksDoNotDependOnTheOrderOfArrival(t *testing.T) {
	for seed := range uint64(4000) {
		d := dice{rand.New(rand.NewPCG(seed, 3))}
		rule := d.rule(t, fmt.Sprintf("on: { event: A, times: %d, within: %ds }", 1+d.IntN(3), 1+d.IntN(4)),
			"then: [{ event: B, within: 2s }]", "did: ["+d.steps("times", "within")+"]", "did_not: ["+d.steps("within")+"]")
		events := d.ofOnePerson(2 + d.IntN(20))
		want, got := advance(rule, events), advance(rule, d.shuffled(events))
		want.Last, got.Last = nil, nil
		if !bytes.Equal(want.AppendTo(nil), got.AppendTo(nil)) {
			t.Fatalf("seed %d: in order\n%+v\nshuffled\n%+v", seed, want, got)
		}
	}
}

// did and did_not are looked at when on arrives, over all that arrived by then,
// in whatever order.
func TestHistoryDoesNotDependOnTheOrderOfArrival(t *testing.T) {
	for seed := range uint64(4000) {
		d := dice{rand.New(rand.NewPCG(seed, 4))}
		rule := d.rule(t, "on: { event: [A, D] }", fmt.Sprintf("did: [{ event: B, times: %d, within: %ds }]", 1+d.IntN(3), 1+d.IntN(6)),
			"did_not: [{ event: C, within: 2s }]", "delay: 1h")
		events := d.ofOnePerson(2 + d.IntN(20))
		isOn := func(e *research.Event) bool { return e.Name == "A" || e.Name == "D" }
		on := slices.DeleteFunc(slices.Clone(events), func(e *research.Event) bool { return !isOn(e) })
		rest := slices.DeleteFunc(slices.Clone(events), isOn)
		want, got := advance(rule, events), advance(rule, append(d.shuffled(rest), on...))
		if !bytes.Equal(want.AppendTo(nil), got.AppendTo(nil)) {
			t.Fatalf("seed %d: in order\n%+v\nhistory first\n%+v", seed, want, got)
		}
	}
}

// A person whose events came under two ids is after the link as if they had come
// under one, where no wait came due before: §3.
func TestFoldedRunsAreOneRun(t *testing.T) {
	for seed := range uint64(4000) {
		d := dice{rand.New(rand.NewPCG(seed, 5))}
		rule := d.rule(t, "on: "+d.plain(), fmt.Sprintf("absent: { event: %s, for: %ds }", d.names(), 20+d.IntN(2)))
		events := d.ofOnePerson(2 + d.IntN(12))
		var a, b []*research.Event
		for _, e := range events {
			if d.chance(50) {
				a = append(a, e)
			} else {
				b = append(b, e)
			}
		}
		want, into := advance(rule, events), advance(rule, a)
		rule.Fold(into, advance(rule, b), events[len(events)-1].Timestamp.UnixMilli())
		if !bytes.Equal(want.AppendTo(nil), into.AppendTo(nil)) {
			t.Fatalf("seed %d: one\n%+v\nfolded\n%+v", seed, want, into)
		}
	}
}

// Of steps the later of two times stays, of counts and history the union, and of
// delayed matches all.
func TestFoldKeepsTheLaterStepsAndAllMarks(t *testing.T) {
	for seed := range uint64(4000) {
		d := dice{rand.New(rand.NewPCG(seed, 6))}
		rule := d.rule(t, "on: { event: A }", "then: [{ event: B, within: 4s }, { event: D }]", "did: ["+d.steps("times", "within")+"]", "delay: 1m")
		events := d.ofOnePerson(2 + d.IntN(20))
		cut := d.IntN(len(events))
		a, b := advance(rule, events[:cut]), advance(rule, events[cut:])
		whole, into := advance(rule, events), advance(rule, events[:cut])
		rule.Fold(into, b, events[len(events)-1].Timestamp.UnixMilli())
		for i := range into.Last {
			if into.Last[i] != later(a.Last, b.Last, i) {
				t.Fatalf("seed %d: last of %v and %v is %v", seed, a.Last, b.Last, into.Last)
			}
		}
		if len(into.Pending) != len(a.Pending)+len(b.Pending) {
			t.Fatalf("seed %d: %d of %d and %d delayed matches", seed, len(into.Pending), len(a.Pending), len(b.Pending))
		}
		whole.Last, into.Last, whole.Pending, into.Pending = nil, nil, nil, nil
		if !bytes.Equal(whole.AppendTo(nil), into.AppendTo(nil)) {
			t.Fatalf("seed %d: marks of one\n%+v\nfolded\n%+v", seed, whole, into)
		}
	}
}

func later(a, b []trigger.Point, i int) (p trigger.Point) {
	for _, of := range [][]trigger.Point{a, b} {
		if i < len(of) && (of[i].At > p.At || of[i].At == p.At && of[i].Seq > p.Seq) {
			p = of[i]
		}
	}
	return p
}

// plain is an on that single events match.
func (d dice) plain() string {
	return one(d, "{ event: A }", "{ event: [A, B] }", "{ event: A, where: { properties.n: 1 } }")
}

func (d dice) rule(t *testing.T, entries ...string) *trigger.Rule {
	return load(t, "usercall: 1\nstudy: { key: s }\ntriggers:\n  - "+flow(append([]string{"key: t"}, entries...)), "UTC")[0]
}

// ofOnePerson is events in order.
func (d dice) ofOnePerson(n int) (out []*research.Event) {
	start := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	for i := range n {
		start = start.Add(time.Duration(d.IntN(3)) * time.Second / time.Duration(1+d.IntN(2)))
		out = append(out, &research.Event{Seq: int64(i + 1), Type: research.Track, Name: one(d, "A", "A", "B", "C", "D"), UserID: "u",
			MessageID: fmt.Sprint("m", i), Properties: fmt.Appendf(nil, `{"n":%d}`, d.IntN(2)), Timestamp: start, ReceivedAt: start, Source: research.FromServer})
	}
	return out
}

func (d dice) shuffled(events []*research.Event) []*research.Event {
	out := slices.Clone(events)
	d.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func advance(rule *trigger.Rule, events []*research.Event) *trigger.Run {
	run := &trigger.Run{}
	for _, e := range events {
		rule.Advance(run, e, nil)
	}
	return run
}
