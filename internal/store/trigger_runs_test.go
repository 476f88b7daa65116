package store_test

import (
	"fmt"
	mrand "math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/trigger"
)

const abandoning = `
usercall: 1
study: { key: why }
triggers:
  - key: abandoned
    on: { event: started }
    absent: { event: finished, for: 1h }
    people: anyone
    cooldown: 0
`

// settle takes up what is due.
func (w *world) settle() {
	w.t.Helper()
	if err := w.engine.Settle(w.t.Context(), 10); err != nil {
		w.t.Fatal(err)
	}
}

func TestAWaitFiresWithNobodyThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, abandoning)
		w.send(event("started", "ann", ""), event("started", "bob", ""))
		w.wantLog("ann waiting ", "bob waiting ")
		w.pass(30 * time.Minute)
		w.send(event("finished", "bob", ""))
		w.pass(30*time.Minute + research.DefaultGrace - time.Second)
		w.settle()
		w.wantLog("ann waiting ", "bob cancelled ")
		w.pass(time.Second)
		w.settle()
		w.settle()
		w.wantLog("ann invited ", "bob cancelled ")
	})
}

func TestALateEventCancelsAWaitThatHasNotFired(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, abandoning)
		w.send(event("started", "ann", ""))
		w.pass(time.Hour + 30*time.Second)
		late := event("finished", "ann", "")
		late.Timestamp = noon.Add(59 * time.Minute)
		w.send(late)
		w.pass(time.Hour)
		w.settle()
		w.wantLog("ann cancelled ")
	})
}

func TestAWaitMovesToTheUser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, abandoning)
		w.send(event("started", "", "browser"), event("started", "", "other"))
		w.pass(10 * time.Minute)
		w.send(identify("ann", "browser", `{}`), identify("bob", "other", `{}`))
		w.pass(10 * time.Minute)
		w.send(event("finished", "bob", ""))
		w.pass(2 * time.Hour)
		w.settle()
		w.wantLog("ann invited ", "bob cancelled ")
	})
}

func TestADelayedDecisionLooksAtWhoTheyAreThen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, `
usercall: 1
study: { key: why }
triggers:
  - key: joined
    on: { event: joined }
    delay: 10m
    who: { traits.plan: pro }
`)
		ticket := invite.TicketHash("browser")
		first := event("joined", "ann", "")
		first.TicketHash = ticket
		w.send(first, event("joined", "bob", ""))
		w.wantOpen(ticket, true, noon.Add(10*time.Minute))
		w.pass(9 * time.Minute)
		w.send(identify("ann", "", `{"plan":"pro"}`))
		w.settle()
		w.pass(time.Minute)
		w.settle()
		w.wantLog("ann invited ", "bob skipped who")
		if i, err := db.Offered(t.Context(), invite.Visitor{Project: w.project.ID, Ticket: ticket}, w.clock()); err != nil || i == nil {
			t.Errorf("the invite does not reach the browser of its event: %v", err)
		}
	})
}

func TestADecisionIsTakenOnceMoreWhenThePersonSaysWhoTheyAre(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, `
usercall: 1
study: { key: why }
triggers:
  - key: left
    on: { event: left }
    who: { traits.plan: pro }
`)
		w.send(event("left", "", "quick"), event("left", "", "slow"), event("left", "cem", ""))
		w.wantLog("cem skipped who", "quick skipped people", "slow skipped people")
		w.pass(9 * time.Second)
		w.send(identify("ann", "quick", `{"plan":"pro"}`), identify("cem", "", `{"plan":"trial"}`))
		w.send(identify("cem", "", `{"plan":"pro"}`)) // the first one counts
		w.pass(2 * time.Second)
		w.send(identify("bob", "slow", `{"plan":"pro"}`))
		got := w.log()
		slices.Sort(got)
		if want := []string{"ann invited ", "bob skipped people", "cem skipped who"}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("decided %q, want %q", got, want)
		}
	})
}

const allOfIt = `
usercall: 1
study: { key: why }
triggers:
  - { key: once, on: { event: a }, cooldown: 1m, sample: 70%, people: anyone }
  - { key: counted, on: { event: b, times: 2, within: 30s }, cooldown: 0, per_day: 9, people: anyone }
  - { key: steps, on: { event: a }, then: [ { event: b, within: 20s }, { event: c } ], cooldown: 0, people: anyone, priority: 3 }
  - { key: gone, on: { event: b }, absent: { event: [ a, b ], for: 15s }, delay: 5s, cooldown: 10s, people: anyone }
  - { key: history, on: { event: c }, did: [ { event: a, times: 2, within: 1m } ], did_not: [ { event: b, within: 10s } ], cooldown: 0 }
`

// TestLiveInOrderDecidesAsABacktest sends random streams to the engine on both
// databases, one event at a time, and compares what it made of them with the
// backtest of the same events: matches, moments and cancellations. The gates that
// know of invites differ, for a live invite stays open, and so does the name of
// whoever was folded since.
func TestLiveInOrderDecidesAsABacktest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for seed := range uint64(6) {
			r := mrand.New(mrand.NewPCG(seed, 5))
			w := worldOf(t, db, project(t, db, fmt.Sprint("live", seed)), allOfIt)
			w.project.Settings.Grace = time.Millisecond
			var all []research.Event
			for range 60 {
				w.pass(time.Duration(r.IntN(4)) * 2 * time.Second)
				w.settle()
				e := event([]string{"a", "b", "c"}[r.IntN(3)], "", "")
				switch who := r.IntN(6); {
				case who < 3:
					e.UserID = research.UserID(fmt.Sprint("u", who))
				case who == 3:
					e = identify(fmt.Sprint("u", r.IntN(3)), fmt.Sprint("b", r.IntN(3)), `{}`)
				default:
					e.AnonymousID = research.AnonymousID(fmt.Sprint("b", who-4))
				}
				w.send(e)
				e.Project, e.ReceivedAt, e.Timestamp = w.project.ID, w.clock(), w.clock()
				all = append(all, e)
			}
			if got, want := w.moments(), backtested(t, allOfIt, all); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("seed %d\nlive     %q\nbacktest %q", seed, got, want)
			}
		}
	})
}

// moments is every match and what ended it, whatever the gates said, sorted.
func (w *world) moments() (lines []string) {
	w.t.Helper()

	err := w.db.ExportDecisions(w.t.Context(), w.project, report.Query{}, func(r report.DecisionRow) error {
		lines = append(lines, moment(r.At.Time, r.Trigger, r.MessageID, r.Outcome))
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(lines)
	return lines
}

func moment(at time.Time, key, message, outcome string) string {
	if outcome != "cancelled" {
		outcome = ""
	}
	return fmt.Sprint(at.UTC().Format("15:04:05 "), key, " ", message, " ", outcome)
}

func backtested(t *testing.T, study string, events []research.Event) (lines []string) {
	t.Helper()
	compiled, err := trigger.Load([]byte(study))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range compiled.Rules {
		r.Active = true
	}
	test := trigger.NewBacktest(compiled.Rules, research.DefaultProjectCooldown, func(l trigger.Line) error {
		lines = append(lines, moment(l.At, l.Rule.Key, l.MessageID, string(l.Outcome)))
		return nil
	})
	recorded := trigger.NewRecording(test.Keep)
	for i := range events {
		recorded.Add(&events[i])
	}
	last, err := recorded.Play(test.Apply)
	if err != nil {
		t.Fatal(err)
	}
	if err := test.End(last); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return lines
}
