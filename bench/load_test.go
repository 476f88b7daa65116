package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/trigger"
)

// awaited is the names that some trigger waits for, and how many triggers there are.
func awaited(t *testing.T) (names map[string]bool, triggers int) {
	names = map[string]bool{}
	for _, file := range studies() {
		f, err := trigger.Parse([]byte(file))
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range f.Triggers {
			for _, name := range one.On.Events {
				names[name] = true
			}
		}
		triggers += len(f.Triggers)
	}
	return names, triggers
}

type sent struct {
	MessageID, AnonymousID, UserID, Event string
}

func decode(t *testing.T, event []byte) (s sent) {
	if err := json.Unmarshal(event, &s); err != nil {
		t.Fatalf("%s: %v", event, err)
	}
	return s
}

func TestStudies(t *testing.T) {
	names, n := awaited(t)
	if n != triggers || !names[hitEvent] {
		t.Errorf("there are %d triggers, and %q is waited for: %v", n, hitEvent, names[hitEvent])
	}
	occur := 0
	for _, noun := range nouns {
		for _, verb := range verbs {
			if names[noun+" "+verb] {
				occur++
			}
		}
	}
	if occur != never {
		t.Errorf("%d names that occur are waited for, not %d", occur, never)
	}
}

func TestBrowsers(t *testing.T) {
	browsers := func(m mix) map[string]bool {
		m.now, m.users = time.Now(), 5
		all := map[string]bool{}
		for _, e := range m.events(50) {
			all[decode(t, e).AnonymousID] = true
		}
		return all
	}
	if n := len(browsers(mix{run: "a"})); n != 5 {
		t.Errorf("5 people have %d browsers", n)
	}
	first, second := browsers(mix{run: "a", from: lone}), browsers(mix{run: "b", from: lone})
	if len(first) != 50 || len(second) != 50 {
		t.Errorf("50 events come from %d and %d browsers", len(first), len(second))
	}
	for b := range first {
		if second[b] {
			t.Error("a browser comes in two runs")
		}
	}
}

// TestBrowsersComeBack: beside the person that they came with before, once each.
func TestBrowsersComeBack(t *testing.T) {
	first, second := mix{run: "a", seed: 1, from: coming, users: 5}.events(50), mix{run: "b", seed: 1, from: coming, users: 5}.events(50)
	other := mix{run: "b", seed: 2, from: coming, users: 5}.events(50)
	seen := map[string]bool{}
	for i := range first {
		a, b := decode(t, first[i]), decode(t, second[i])
		if a.AnonymousID != b.AnonymousID || a.UserID != b.UserID || a.MessageID == b.MessageID {
			t.Errorf("%+v comes back as %+v", a, b)
		}
		seen[a.AnonymousID], seen[decode(t, other[i]).AnonymousID] = true, true
	}
	if len(seen) != 100 {
		t.Errorf("100 events come from %d browsers", len(seen))
	}
}

func TestNobodyWaitsForTheCrowd(t *testing.T) {
	names, _ := awaited(t)
	c := newCrowd(1000, time.Now())
	counted := newTally(c.run, 1000)
	for _, e := range c.events(1000, time.Now()) {
		if s := decode(t, e); names[s.Event] || s.Event == "" || s.UserID == "" {
			t.Fatalf("a trigger waits for %s", e)
		}
		counted.line(e)
	}
	if err := counted.check(); err != nil {
		t.Error(err)
	}
}

func TestHalfOf(t *testing.T) {
	l := &lab{scale: scale{halfFor: 10}}
	out := []outcome{
		{entrant: entrant{&subject{name: "a"}, load{hit: hits}}, runs: []result{{rate: 8000}}},
		{entrant: entrant{&subject{name: "b"}, load{hit: hits}}, runs: []result{{rate: 2}}},
	}
	if c := l.halfOf(saturation(out, "a")); c.rate != 200 || c.events != 40_000 || c.size != 20 {
		t.Errorf("half of 8,000 events a second for 10 s: %+v", c)
	}
}

func TestLateRowsAreVoid(t *testing.T) {
	for share, want := range map[float64]string{0.01: "1.0 %", 0.02: "**2.0 %: void**"} {
		if got := late(outcome{runs: []result{{late: share}}}); got != want {
			t.Errorf("%v is written %q", share, got)
		}
	}
}

func TestTable(t *testing.T) {
	o := outcome{entrant: entrant{&subject{name: "floor"}, load{}}, runs: []result{{rate: 7, late: math.NaN()}}}
	got := table([]column{server, of("x", rateOf)}, []outcome{o})
	if want := "| server | x |\n| --- | ---: |\n| floor | 7.00 |\n"; got != want {
		t.Errorf("%q", got)
	}
}

func TestRateOfTenths(t *testing.T) {
	if got := (filling{tenths: []float64{10, 30}}).rate(); math.Abs(got-15) > 1e-9 {
		t.Errorf("as many at 10 a second as at 30 are %v a second", got)
	}
}

func TestParse(t *testing.T) {
	var out strings.Builder
	for args, good := range map[string]bool{"-only growth -growth 2000": true, "-growth 10": false, "-growth 100000000": false, "-only nothing": false, "-quick -write": false} {
		if w, err := parse(strings.Fields(args), &out); (err == nil) != good {
			t.Errorf("%s: %+v, %v", args, w, err)
		}
	}
	if got := names(); got != "ingest, half, growth, waits, triggers, card, start, idle or backtest" {
		t.Error(got)
	}
}
