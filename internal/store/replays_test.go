package store_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/trigger"
)

// A trigger that is activated in the middle of a stream decides what the pure
// evaluator decides over all of it, but for matches from before. What arrives
// while it is at it, killed now and then, is neither lost nor counted twice.
func TestActivatedInTheMiddle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		decided := 0
		for seed := range *storeSeeds {
			decided += activatedInTheMiddle(t, db, seed)
		}
		if decided < 4*int(*storeSeeds) {
			t.Errorf("%d decisions in %d streams: that tells little", decided, *storeSeeds)
		}
	})
}

// storeSeeds is what a run with the race detector has time for: each takes a second.
// More of them: go test ./internal/store -run InTheMiddle -seeds 1000
var storeSeeds = flag.Uint64("seeds", 16, "how many random streams the stored evaluation is compared with the pure one on")

func activatedInTheMiddle(t *testing.T, db *store.DB, seed uint64) int {
	d := stream{rand.New(rand.NewPCG(seed, 35)), worldOf(t, db, project(t, db, fmt.Sprint("middle-", seed)), stateless), nil}
	study, next := d.study(), d.study()
	if d.IntN(2) == 0 { // most events then never were in an inbox
		db.SetInterest(d.w.engine.Asks)
	} else {
		db.SetInterest(func(*research.Event) bool { return true })
	}
	d.events(30+d.IntN(60), true)
	if d.IntN(3) == 0 { // it is changed while it is active
		d.w.activate(strings.Replace(next, "key: s", "key: s", 1))
		d.w.replay()
		d.events(20, true)
	}
	d.w.settle()
	begun, from := d.w.clock(), len(d.all)
	d.w.activate(study)
	d.replay()
	d.events(40, false)
	d.w.pass(time.Hour)
	d.w.settle()
	want := wantedAfter(t, study, d.all, from, begun, d.w.clock())
	if got := d.decisions(); !slices.Equal(got, want) {
		t.Errorf("seed %d: decided\n %s\nwant\n %s\n%s", seed, strings.Join(got, "\n "), strings.Join(want, "\n "), study)
	}
	return len(want)
}

const stateless = "usercall: 1\nstudy: { key: other }\ntriggers:\n  - { key: other, on: { event: nothing } }\n"

// stream makes events at random.
type stream struct {
	*rand.Rand
	w   *world
	all []research.Event
}

func (d *stream) of(list ...string) string { return list[d.IntN(len(list))] }

func (d *stream) study() string {
	b := "usercall: 1\nstudy: { key: s }\ntriggers:\n"
	for i := range 1 + d.IntN(2) {
		b += fmt.Sprintf("  - { key: t%d, cooldown: 0, people: anyone, on: { event: %s%s%s }", i, d.of("A", "B", "[A, C]"),
			d.of("", "", ", times: 2", ", times: 3, within: 20s"), d.of("", "", ", where: { traits.plan: pro }", ", where: { properties.n: 1 }"))
		b += d.of("", "", ", then: [ { event: B, within: 30s } ]", ", then: [ { event: C }, { event: A } ]")
		b += d.of("", ", absent: { event: D, for: 20s }", ", absent: { event: [A, D], for: 90s }")
		b += d.of("", "", ", did: [ { event: C, times: 2 } ]", ", did: [ { event: [B, D], within: 1m } ]")
		b += d.of("", "", ", did_not: [ { event: D, within: 20s } ]")
		b += d.of("", "", ", delay: 15s", ", delay: 2m") + " }\n"
	}
	return b
}

// events sends some; late ones only before the activation, for live never undoes
// a decision.
func (d *stream) events(n int, late bool) {
	for range n {
		if d.IntN(3) > 0 {
			d.w.pass(time.Duration(d.IntN(8000)) * time.Millisecond)
		}
		e := d.event()
		e.Timestamp = d.w.clock()
		if late && d.IntN(8) == 0 && e.Type == research.Track {
			e.Timestamp = e.Timestamp.Add(-time.Duration(d.IntN(20)) * time.Second)
		}
		d.send(e)
	}
}

func (d *stream) send(e research.Event) {
	some := []research.Event{e}
	d.w.send(some...)
	d.all = append(d.all, some[0])
}

func (d *stream) event() research.Event {
	e := event(d.of("A", "A", "B", "C", "D", "E"), "", "")
	switch d.IntN(5) {
	case 0, 1:
		e.AnonymousID = research.AnonymousID(d.of("a", "a", "b", "b", "c", "d", "e", "f", "g", "h"))
	case 2:
		e.AnonymousID = research.AnonymousID(d.of("a", "a", "b", "b", "c", "d", "e", "f", "g", "h"))
		fallthrough
	default:
		e.UserID = research.UserID(d.of("u", "v", "w"))
	}
	e.Properties = []byte(d.of(`{"n":1}`, `{"n":2}`))
	switch d.IntN(12) {
	case 0:
		e.Type, e.Name, e.Properties, e.Traits = research.Identify, "", nil, []byte(d.of(`{"plan":"pro"}`, `{"plan":"free"}`, `{"x":1}`))
	case 1:
		if e.UserID != "" {
			e.Type, e.Name, e.Properties, e.Signed, e.PreviousID = research.Alias, "", nil, d.IntN(2) == 0, d.of("u", "v", "w", "a", "b")
		}
	}
	return e
}

// decisions is what was decided, in one order.
func (d *stream) decisions() (out []string) {
	d.w.t.Helper()
	err := d.w.db.InTx(d.w.t.Context(), func(tx *sql.Tx) (err error) {
		rows, err := tx.QueryContext(d.w.t.Context(), `SELECT t.key, d.message_id, d.at FROM decisions d JOIN triggers t ON t.id = d.trigger_id
			JOIN studies s ON s.id = t.study_id
			WHERE d.project_id = $1 AND s.key = 's' AND d.outcome IN ('invited', 'skipped') AND d.version = t.version`, d.w.project.ID)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close(), d.decidedOnce(tx)) }()
		for rows.Next() {
			var key, message string
			var at int64
			if err := rows.Scan(&key, &message, &at); err != nil {
				return err
			}
			out = append(out, decisionLine(key, message, time.UnixMilli(at)))
		}
		return rows.Err()
	})
	if err != nil {
		d.w.t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// decidedOnce fails where a match was decided again after it had led to an invite.
func (d *stream) decidedOnce(tx *sql.Tx) error {
	var n int
	err := tx.QueryRowContext(d.w.t.Context(), `SELECT count(*) FROM invitations i JOIN decisions d ON d.trigger_id = i.trigger_id AND d.event_seq = i.event_seq
		WHERE d.project_id = $1 AND d.invite_id IS NULL`, d.w.project.ID).Scan(&n)
	if err == nil && n > 0 {
		err = fmt.Errorf("%d matches were decided twice", n)
	}
	return err
}

func decisionLine(key, message string, at time.Time) string {
	return fmt.Sprint(key, " ", message, " ", at.UTC().Format("15:04:05.000"))
}

// wantedAfter is the decisions of the evaluator over all events that are about
// those received after the activation, or were still to come then.
func wantedAfter(t *testing.T, study string, all []research.Event, from int, begun, end time.Time) (out []string) {
	t.Helper()
	file, err := trigger.Parse([]byte(study))
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := trigger.Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	later := map[string]bool{}
	for _, e := range all[from:] {
		later[e.MessageID] = true
	}
	for _, r := range compiled.Rules {
		r.Active = true
	}
	test := trigger.NewBacktest(compiled.Rules, 0, func(l trigger.Line) error {
		if (l.Outcome == research.Invited || l.Outcome == research.Skipped) && (l.At.After(begun) || later[l.MessageID]) {
			out = append(out, decisionLine(l.Rule.Key, l.MessageID, l.At))
		}
		return nil
	})
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b research.Event) int { return a.Timestamp.Compare(b.Timestamp) })
	for i := range sorted {
		if err := test.Apply(&sorted[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := test.End(end); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// replay activates while events arrive between all its transactions, and the
// process is killed in some of them.
func (d *stream) replay() {
	kills := d.IntN(3)
	d.w.past.Store = &busy{PastStore: d.w.db, d: d, kills: &kills}
	defer func() { d.w.past.Store = d.w.db }()
	for range 10 {
		err := d.w.past.Once(d.w.t.Context())
		if err == nil {
			return
		}
		if !errors.Is(err, errKilled) {
			d.w.t.Fatal(err)
		}
		d.w.pass(31 * time.Second)
	}
	d.w.t.Fatal("it never came to an end")
}

var errKilled = errors.New("killed")

// busy is a store that is busy.
type busy struct {
	trigger.PastStore
	d     *stream
	kills *int
}

func (b *busy) meanwhile() error {
	if b.d.IntN(2) == 0 {
		b.d.events(1+b.d.IntN(4), false)
	}
	if *b.kills > 0 && b.d.IntN(3) == 0 {
		*b.kills--
		return errKilled
	}
	return nil
}

func (b *busy) BeginReplay(ctx context.Context, a trigger.Activation, now time.Time) (*trigger.Activation, error) {
	begun, err := b.PastStore.BeginReplay(ctx, a, now)
	return begun, errors.Join(err, b.meanwhile())
}

func (b *busy) OpenPast(ctx context.Context, p research.ProjectID, n trigger.PastNeeds) (trigger.PastLog, error) {
	l, err := b.PastStore.OpenPast(ctx, p, n)
	return l, errors.Join(err, b.meanwhile())
}

func (b *busy) Decided(ctx context.Context, a trigger.Activation) (map[int64]bool, error) {
	all, err := b.PastStore.Decided(ctx, a)
	return all, errors.Join(err, b.meanwhile())
}

func (b *busy) PutRuns(ctx context.Context, a trigger.Activation, runs []trigger.PastRun) error {
	return errors.Join(b.PastStore.PutRuns(ctx, a, runs), b.meanwhile())
}

func (b *busy) HandOver(ctx context.Context, a trigger.Activation, log trigger.PastLog, now time.Time, last func(context.Context) (trigger.PastEnd, error)) error {
	if err := b.meanwhile(); err != nil {
		return err
	}
	for range b.d.IntN(6) { // they wait in the inbox when it is handed over
		b.d.w.pass(time.Second)
		e := b.d.event()
		e.Project, e.Timestamp, e.ReceivedAt = b.d.w.project.ID, b.d.w.clock(), b.d.w.clock()
		some := []research.Event{e}
		if _, err := b.d.w.db.Append(ctx, some); err != nil {
			return err
		}
		b.d.all = append(b.d.all, some[0])
	}
	err := b.PastStore.HandOver(ctx, a, log, now, last)
	b.d.w.settle()
	return err
}

const counting = `
usercall: 1
study: { key: counting }
triggers:
  - { key: third, people: anyone, on: { event: opened, times: 3 } }
`

// An anonymousId that nobody was known by when the log was read belongs to the
// user it was linked to before, whether the log still has that event or not.
func TestAnActivationKnowsOlderLinks(t *testing.T) {
	for _, kept := range []bool{true, false} {
		t.Run(fmt.Sprint("kept ", kept), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				w := newWorld(t, db, stateless)
				w.send(event("opened", "", "phone"), identify("ann", "phone", `{}`))
				w.pass(24 * time.Hour)
				if !kept {
					if n, err := db.DropEvents(t.Context(), w.clock()); n == 0 || err != nil {
						t.Fatal(n, err)
					}
				}
				w.send(event("opened", "ann", ""), event("opened", "", "phone"))
				w.apply(counting)
				if !kept {
					w.send(event("opened", "", "phone"))
				}
				w.send(event("other", "ann", ""))
				w.settle()
				want := map[bool][]string{true: {}, false: {"ann invited "}}[kept]
				w.wantLog(want...)
				w.send(event("opened", "", "phone"))
				w.wantLog(append(want, map[bool]string{true: "ann invited ", false: "ann skipped open_invite"}[kept])...)
			})
		})
	}
}

// The same of one who is met for the first time while the activation is at it.
func TestAnActivationMeetsSomebody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, stateless)
		w.send(identify("ann", "phone", `{}`), event("opened", "ann", ""))
		w.activate(counting)
		w.past.Store = &erasing{db, func() error {
			w.send(event("opened", "", "phone"))
			return nil
		}}
		w.replay()
		w.wantLog()
		w.send(event("opened", "ann", ""))
		w.wantLog("ann invited ")
	})
}

// What was erased while an activation read it does not come back with it.
func TestErasedDuringAnActivation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, stateless)
		w.send(event("opened", "ann", ""), event("opened", "bob", ""))
		w.activate(counting)
		erased := false
		w.past.Store = &erasing{db, func() error {
			if erased {
				return nil
			}
			erased = true
			return db.ErasePerson(t.Context(), w.project.ID, research.UserKey("ann"), w.clock())
		}}
		w.replay()
		if w.runs() != 0 {
			t.Errorf("%d runs of an activation that was overtaken", w.runs())
		}
		w.replay()
		if !erased || w.runs() != 1 {
			t.Errorf("erased %v, %d runs, want bob's", erased, w.runs())
		}
	})
}

// erasing is a store in which something happens before runs are written.
type erasing struct {
	trigger.PastStore
	before func() error
}

func (e *erasing) PutRuns(ctx context.Context, a trigger.Activation, runs []trigger.PastRun) error {
	if err := e.before(); err != nil {
		return err
	}
	return e.PastStore.PutRuns(ctx, a, runs)
}

func (w *world) runs() (n int) {
	w.t.Helper()
	err := w.db.InTx(w.t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRowContext(w.t.Context(), "SELECT count(*) FROM trigger_runs WHERE project_id = $1", w.project.ID).Scan(&n)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// A study tells how far an activation is, and how far back it could look.
func TestAnActivationTellsHowFarItIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, stateless)
		w.send(event("opened", "ann", ""), event("unread", "ann", ""), event("opened", "ann", ""))
		w.pass(time.Hour)
		w.activate(counting)
		if r := w.triggerOf("counting"); !r.Active || !r.Replay.Running {
			t.Errorf("before: %+v", r)
		}
		w.send(event("opened", "ann", "")) // the engine leaves it to the activation
		w.wantLog()
		w.replay()
		if r := w.triggerOf("counting"); r.Replay.Running || r.Replay.Done != 3 || r.Replay.Total != 3 || !r.Replay.Since.Equal(noon) {
			t.Errorf("after: %+v", r)
		}
		w.settle()
		w.wantLog("ann invited ")
		if err := db.SetActive(t.Context(), w.project.ID, w.triggerOf("counting").PublicID, false, w.clock()); err != nil {
			t.Fatal(err)
		}
		if err := db.SetActive(t.Context(), w.project.ID, w.triggerOf("counting").PublicID, true, w.clock()); err != nil {
			t.Fatal(err)
		}
		if r := w.triggerOf("counting"); !r.Replay.Running {
			t.Errorf("activated again: %+v", r)
		}
	})
}

func (w *world) triggerOf(study string) research.Trigger {
	w.t.Helper()
	s, err := w.db.StudyByKey(w.t.Context(), w.project.ID, study)
	if err != nil {
		w.t.Fatal(err)
	}
	return s.Triggers[0]
}

// What an activation found to be waiting stands in the log as a live wait does,
// once, however often it is activated, and so does what became of it.
func TestWaitsOfAnActivationStandInTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, stateless)
		w.send(event("started", "eve", "")) // over by the activation
		w.pass(2 * time.Hour)
		w.send(event("started", "ann", ""), event("started", "bob", ""), event("started", "dan", ""))
		w.pass(time.Minute)
		w.send(event("finished", "bob", ""))
		w.apply(abandoning)
		w.wantLog("ann waiting ", "dan waiting ")
		for _, on := range []bool{false, true} {
			if err := db.SetActive(t.Context(), w.project.ID, w.triggerOf("why").PublicID, on, w.clock()); err != nil {
				t.Fatal(err)
			}
		}
		w.replay()
		w.wantLog("ann waiting ", "dan waiting ")
		w.send(event("finished", "dan", ""))
		w.pass(2 * time.Hour)
		w.settle()
		w.wantLog("ann invited ", "dan cancelled ")
	})
}

// A decision is recorded with the version that took it, also where a former one had
// a wait for the same event.
func TestADecisionIsOfTheVersionThatTookIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, abandoning)
		w.send(event("started", "ann", ""))
		for version, wait := range []string{"1h", "2h", "3h"} {
			w.apply(strings.Replace(abandoning, "1h", wait, 1))
			var got int
			err := db.InTx(t.Context(), func(tx *sql.Tx) error {
				return tx.QueryRowContext(t.Context(), "SELECT version FROM decisions WHERE outcome = 'waiting'").Scan(&got)
			})
			if err != nil || got != version+1 {
				t.Errorf("a wait of %s is of version %d, %v; want %d", wait, got, err, version+1)
			}
		}
	})
}

// An edited trigger may find again what it has invited somebody for. Why they were
// asked stays in the log.
func TestAnInviteStaysInTheLogOfAnEditedTrigger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, abandoning)
		w.send(event("started", "ann", ""))
		w.pass(2 * time.Hour)
		w.settle()
		w.apply(strings.Replace(abandoning, "1h", "3h", 1))
		w.wantLog("ann invited ")
		w.pass(2 * time.Hour)
		w.settle()
		w.wantLog("ann invited ")
	})
}

func TestAnActivationDoesNotFloodTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, stateless)
		var all []research.Event
		for i := range report.KeptPerDay + 1 {
			all = append(all, event("started", fmt.Sprint("u", i), ""))
			all[i].Timestamp = w.clock().Add(-time.Duration(i) * time.Second)
		}
		w.send(all...)
		w.apply(abandoning)
		if got := w.log(); len(got) != report.KeptPerDay || slices.Contains(got, "u0 waiting ") {
			t.Errorf("the log has %d waits, or not those that end first", len(got))
		}
		w.pass(2 * time.Hour)
		w.settle()
		if n := len(w.log()); n != report.KeptPerDay+1 {
			t.Errorf("%d are decided", n)
		}
	})
}
