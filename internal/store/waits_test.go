package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/trigger"
)

// TestClockJumpsLoseAndDoubleNoWait sets the clock of a server back and forth, as
// an administrator, a virtual machine and a bad time server do.
func TestClockJumpsLoseAndDoubleNoWait(t *testing.T) {
	jump := func(w *world, d time.Duration) {
		w.pass(d)
		w.settle()
		w.settle()
	}
	for name, c := range map[string]struct {
		jumps []time.Duration
		want  string
	}{
		"back before the wait began, and on":     {[]time.Duration{-10 * time.Hour, 10 * time.Hour}, "[ann waiting ]"},
		"back, and on beyond its end":            {[]time.Duration{-10 * time.Hour, 12 * time.Hour}, "[ann invited ]"},
		"on beyond its end, and back":            {[]time.Duration{3 * time.Hour, -3 * time.Hour, 3 * time.Hour}, "[ann invited ]"},
		"on by years, and back":                  {[]time.Duration{5 * 365 * 24 * time.Hour, -5 * 365 * 24 * time.Hour, 2 * time.Hour}, "[ann invited ]"},
		"back and forth a little around its end": {[]time.Duration{61*time.Minute - time.Second, -time.Second, 2 * time.Second, -time.Second, time.Second}, "[ann invited ]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				w := newWorld(t, db, abandoning)
				w.send(event("started", "ann", ""))
				for _, d := range c.jumps {
					jump(w, d)
				}
				if got := fmt.Sprint(w.log()); got != c.want {
					t.Errorf("decided %s, want %s", got, c.want)
				}
				if n := w.count("SELECT count(*) FROM invitations"); n > 1 {
					t.Errorf("%d invites", n)
				}
			})
		})
	}
}

// TestAWaitOfAJumpIsStillItself: what happens while the clock is wrong takes part
// with the time that it then has, and the waits of before go on.
func TestAWaitOfAJumpIsStillItself(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, abandoning)
		w.send(event("started", "ann", ""), event("started", "bob", ""))
		w.pass(-3 * time.Hour)
		w.send(event("started", "ann", ""), event("finished", "bob", "")) // before all of it: ann's newer match stays
		w.pass(3*time.Hour + time.Minute)
		w.send(event("finished", "ann", ""))
		w.pass(2 * time.Hour)
		w.settle()
		w.settle()
		if open, waiting := w.count("SELECT count(*) FROM invitations WHERE user_key = 'u:bob'"), w.count("SELECT count(*) FROM trigger_runs WHERE next_at IS NOT NULL"); open != 1 || waiting != 0 {
			t.Errorf("bob has %d invites, and %d runs wait", open, waiting)
		}
		if n := w.count("SELECT count(*) FROM decisions WHERE outcome = 'waiting'"); n != 0 {
			t.Errorf("%d decisions wait for ever", n)
		}
	})
}

func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	n, err := w.db.Count(w.t.Context(), query, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// TestWaitsSurviveARestart closes the database with waits in it, and fires what
// fell due meanwhile from another process.
func TestWaitsSurviveARestart(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		db, err := store.Open(t.Context(), target, storetest.Key)
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, db, abandoning)
		var all []research.Event
		for i := range 300 {
			all = append(all, event("started", fmt.Sprint("u", i), ""))
		}
		w.send(all...)
		w.pass(time.Minute)
		w.send(event("finished", "u7", ""))
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		w = w.on(openLog(t, target))
		w.pass(5 * time.Hour)
		w.settle()
		if n := w.count("SELECT count(*) FROM invitations"); n != 299 {
			t.Errorf("%d of 299 waits fired", n)
		}
		w.settle()
		if n := w.count("SELECT count(*) FROM decisions"); n != 300 {
			t.Errorf("%d decisions, want one for each of 300", n)
		}
	})
}

// on is another process at the same data: its own engine, with the same studies,
// over another handle.
func (w *world) on(db *store.DB) *world { return w.through(db, db) }

func (w *world) through(db *store.DB, s trigger.Store) *world {
	other := &world{t: w.t, db: db, project: w.project, now: w.clock(), rules: w.rules}
	other.engine = trigger.NewEngine(s, other.clock, rand.Reader, quiet)
	other.engine.SetRules(w.rules)
	other.past = &trigger.Replayer{Store: db, Engine: other.engine, Now: other.clock, Log: quiet}
	return other
}

// TestANodeThatDiesInAPassLeavesItToAnother kills a node at each call of a pass
// that takes up a wait, and lets another go on.
func TestANodeThatDiesInAPassLeavesItToAnother(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		first, second := openLog(t, target), openLog(t, target)
		w := newWorld(t, first, abandoning)
		calls := 0
		for dead := true; dead; calls++ {
			who := fmt.Sprint("u", calls)
			w.send(event("started", who, ""))
			w.pass(2 * time.Hour)
			dying := &faulty{DB: first, plan: func() (int, fault) { return calls + 1, cutOff }}
			err := w.through(first, dying).engine.Settle(t.Context(), 1)
			if dead = dying.deaths > 0; dead && err == nil {
				t.Errorf("it died in call %d and did not notice", calls+1)
			}
			other := w.on(second)
			if err := other.drain(); err != nil { // PostgreSQL takes a moment to notice that the first is gone
				t.Fatal(err)
			}
			other.settle()
			if n := w.count("SELECT count(*) FROM invitations WHERE user_key = $1", "u:"+who); n != 1 {
				t.Errorf("dead in call %d: %d invites", calls+1, n)
			}
		}
		if calls < 6 {
			t.Errorf("only %d calls in a pass", calls)
		}
	})
}

const (
	formerly = `
usercall: 1
study: { key: why }
triggers:
  - { key: kept, on: { event: begun }, absent: { event: done, for: 1h }, people: anyone }
  - { key: changed, on: { event: started }, absent: { event: finished, for: 1h }, people: anyone }
  - { key: deleted, on: { event: started, times: 3 }, absent: { event: finished, for: 2h }, people: anyone }
`
	lately = `
usercall: 1
study: { key: why }
triggers:
  - { key: kept, on: { event: begun }, absent: { event: done, for: 1h }, people: anyone }
  - { key: changed, on: { event: started }, absent: { event: ended, for: 1h }, people: anyone }
`
)

// drop deletes old runs until there are none, and returns how many went each time.
// edit makes the study the project's where nothing of the stored events is gone
// over: what the old version remembered is dropped by and by.
func (w *world) edit(src string) {
	w.t.Helper()
	w.activate(src)
	if _, err := w.db.Writer().ExecContext(w.t.Context(), "UPDATE replays SET ready_at = begun_at"); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) drop() (gone []int) {
	w.t.Helper()
	for {
		n, err := w.db.DropOldRuns(w.t.Context(), w.clock())
		if err != nil {
			w.t.Fatal(err)
		}
		if n == 0 {
			return gone
		}
		gone = append(gone, n)
	}
}

func TestRunsOfFormerVersionsGoAFewAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, formerly)
		var all []research.Event
		for i := range 600 {
			all = append(all, event("started", fmt.Sprint("u", i), ""), event("begun", fmt.Sprint("u", i), ""))
		}
		w.send(all...)
		if gone := w.drop(); len(gone) != 0 {
			t.Errorf("deleted %v of what is in force", gone)
		}
		w.edit(lately)
		if gone := fmt.Sprint(w.drop()); gone != "[500 100 500 100]" {
			t.Errorf("deleted %s, want 600 of each of two triggers, 500 at a time", gone)
		}
		if n := w.count("SELECT count(*) FROM trigger_runs"); n != 600 {
			t.Errorf("%d runs are left, want those of the trigger that stays", n)
		}
		if n := w.count("SELECT count(*) FROM decisions WHERE outcome = 'waiting'"); n != 600 {
			t.Errorf("%d decisions wait, want those of the trigger that stays", n)
		}
		w.pass(3 * time.Hour)
		w.settle()
		if n := w.count("SELECT count(*) FROM invitations i JOIN triggers t ON t.id = i.trigger_id WHERE t.key = 'kept'"); n != 600 {
			t.Errorf("%d invites of what stays, want 600", n)
		}
		if n := w.count("SELECT count(*) FROM invitations"); n != 600 {
			t.Errorf("%d invites, want none of what is gone", n)
		}
	})
}

// TestOldRunsAreLookedForOnlyAfterAChange: the look costs an index entry for each
// trigger, which is nothing once and too much twice a minute for ever.
func TestOldRunsAreLookedForOnlyAfterAChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, formerly)
		w.send(event("started", "ann", ""))
		w.drop()
		w.drop()
		w.edit(lately)
		w.send(event("begun", "ann", ""))
		if gone := fmt.Sprint(w.drop()); gone != "[1 1]" {
			t.Errorf("deleted %s after a change, want one of each of two triggers", gone)
		}
		w.drop()
		w.drop()
		if _, err := db.Writer().ExecContext(t.Context(), "UPDATE trigger_runs SET version = 0"); err != nil {
			t.Fatal(err)
		}
		if gone := w.drop(); len(gone) != 0 {
			t.Errorf("looked again with nothing changed: %v", gone)
		}
	})
}

// TestWhatAnOldVersionWaitedForIsCancelled where the next event comes before the
// old run is deleted, and where its moment does.
func TestWhatAnOldVersionWaitedForIsCancelled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, formerly)
		w.send(event("started", "ann", ""), event("started", "bob", ""))
		w.edit(lately)
		w.pass(time.Minute)
		w.send(event("started", "ann", ""))
		w.pass(61 * time.Minute)
		w.settle()
		w.wantLog("ann cancelled ", "bob cancelled ", "ann invited ")
	})
}

// TestWhatAnOldVersionWaitedForStandsWhereTheNewOneFindsIt in the stored events, and
// is cancelled where it does not.
func TestWhatAnOldVersionWaitedForStandsWhereTheNewOneFindsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, abandoning)
		w.send(event("started", "ann", ""), event("started", "bob", ""))
		w.apply(strings.Replace(abandoning, "event: started", "event: started, where: { traits.plan: pro }", 1))
		w.wantLog("ann cancelled ", "bob cancelled ")
		w.apply(strings.Replace(abandoning, "for: 1h", "for: 2h", 1))
		w.pass(3 * time.Hour)
		w.settle()
		w.wantLog("ann invited ", "bob invited ")
	})
}

// TestANodeThatIsBehindLeavesNewRunsAlone: for a second after a change one node
// knows the new version and another does not.
func TestANodeThatIsBehindLeavesNewRunsAlone(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		first, second := openLog(t, target), openLog(t, target)
		behind := newWorld(t, first, formerly)
		ahead := behind.on(second)
		ahead.apply(strings.Replace(lately, "begun", "commenced", 1))
		ahead.send(event("started", "ann", ""), event("commenced", "bob", ""))
		behind.send(event("started", "ann", ""))
		behind.pass(2 * time.Hour)
		behind.settle() // its moment has come, and this node cannot judge it
		behind.wantLog("ann waiting ", "bob waiting ")
		ahead.pass(2*time.Hour + 2*time.Minute)
		ahead.settle()
		behind.wantLog("ann invited ", "bob invited ")
	})
}

// fault is a way to die.
type fault int

const (
	cutOff    fault = iota // the process is gone in the middle: nothing of it is committed
	forgetful              // gone after the commit, before anybody heard of it
)

var errDied = errors.New("the node died")

// faulty is a store on a node that dies, when its plan says so.
type faulty struct {
	*store.DB
	plan   func() (call int, how fault) // of the next transaction; call 0: it lives
	mu     sync.Mutex
	deaths int
}

func (f *faulty) InShards(ctx context.Context, shards []int, wait bool, work func(trigger.Shard) error) (bool, error) {
	call, how := f.plan()
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	left := call
	if how == forgetful {
		left = 0
	}
	died := false
	held, err := f.DB.InShards(ctx, shards, wait, func(s trigger.Shard) error {
		return work(&mortal{s, &left, func() error { died = true; kill(); return errDied }})
	})
	if call > 0 && how == forgetful && err == nil {
		died, err = true, errDied
	}
	if died {
		f.mu.Lock()
		f.deaths++
		f.mu.Unlock()
	}
	return held, err
}

// mortal is the shard of a node that dies in one of its calls.
type mortal struct {
	trigger.Shard
	left *int
	die  func() error
}

func (m *mortal) lives() error {
	if *m.left--; *m.left == 0 {
		return m.die()
	}
	return nil
}

func (m *mortal) Inbox(ctx context.Context, limit int) ([]trigger.Pending, error) {
	if err := m.lives(); err != nil {
		return nil, err
	}
	return m.Shard.Inbox(ctx, limit)
}

func (m *mortal) Identify(ctx context.Context, p *trigger.Pending) (trigger.Identity, error) {
	who, err := m.Shard.Identify(ctx, p)
	return who, errors.Join(err, m.lives())
}

func (m *mortal) Memory(ctx context.Context, who trigger.PersonRef) (*trigger.Memory, error) {
	memory, err := m.Shard.Memory(ctx, who)
	return memory, errors.Join(err, m.lives())
}

func (m *mortal) Due(ctx context.Context, now time.Time, limit int) ([]trigger.PersonRef, error) {
	due, err := m.Shard.Due(ctx, now, limit)
	return due, errors.Join(err, m.lives())
}

func (m *mortal) Facts(ctx context.Context, r *trigger.Rule, who research.PersonKey, now time.Time) (trigger.Facts, error) {
	f, err := m.Shard.Facts(ctx, r, who, now)
	return f, errors.Join(err, m.lives())
}

func (m *mortal) Reserve(ctx context.Context, r *trigger.Rule, i *research.Invite, quotas []string) (*research.Invite, research.Gate, error) {
	made, gate, err := m.Shard.Reserve(ctx, r, i, quotas)
	return made, gate, errors.Join(err, m.lives())
}

func (m *mortal) Record(ctx context.Context, d *research.Decision, invite *research.Invite) error {
	return errors.Join(m.Shard.Record(ctx, d, invite), m.lives())
}

func (m *mortal) Done(ctx context.Context, done []trigger.Pending) error {
	return errors.Join(m.Shard.Done(ctx, done), m.lives())
}
