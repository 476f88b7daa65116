package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// bench is a queue with a clock of its own that remembers what ran.
type bench struct {
	t   *testing.T
	db  *store.DB
	mu  sync.Mutex
	now time.Time
	ran []string
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) queue(h jobs.Handler) *jobs.Queue {
	q := jobs.NewQueue(b.db, jobs.Options{Now: b.clock, Log: slog.New(slog.DiscardHandler), SkipRow: b.db.SkipRow(), Due: b.db.JobsDue, Lease: time.Minute})
	q.Handle("work", func(ctx context.Context, j jobs.Job) error {
		b.mu.Lock()
		b.ran = append(b.ran, j.Payload)
		b.mu.Unlock()
		if h == nil {
			return nil
		}
		return h(ctx, j)
	})
	return q
}

func (b *bench) enqueue(n jobs.New) {
	b.t.Helper()
	n.Kind = "work"
	if err := b.db.InTx(b.t.Context(), func(tx *sql.Tx) error { return jobs.Enqueue(b.t.Context(), tx, b.clock(), n) }); err != nil {
		b.t.Fatal(err)
	}
}

// drain works until nothing is due.
func (b *bench) drain(q *jobs.Queue) {
	b.t.Helper()
	for {
		worked, err := q.One(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		if !worked {
			return
		}
	}
}

func (b *bench) wantRan(want ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.ran, want) {
		b.t.Errorf("ran %q, want %q", b.ran, want)
	}
}

func each(t *testing.T, test func(t *testing.T, b *bench)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		test(t, &bench{t: t, db: db, now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)})
	})
}

func TestJobsRunInTheOrderTheyAreDue(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		q := b.queue(nil)
		b.enqueue(jobs.New{Payload: "later", RunAt: b.now.Add(time.Hour)})
		b.enqueue(jobs.New{Payload: "first"})
		b.enqueue(jobs.New{Payload: "second"})
		b.drain(q)
		b.wantRan("first", "second")
		b.pass(time.Hour)
		b.drain(q)
		b.wantRan("first", "second", "later")
	})
}

func TestAJobOfARolledBackTransactionNeverWas(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		fault := errors.New("fault")
		err := b.db.InTx(t.Context(), func(tx *sql.Tx) error {
			return errors.Join(jobs.Enqueue(t.Context(), tx, b.now, jobs.New{Kind: "work"}), fault)
		})
		if !errors.Is(err, fault) {
			t.Fatal(err)
		}
		b.drain(b.queue(nil))
		b.wantRan()
	})
}

func TestOneJobAKey(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		q := b.queue(nil)
		b.enqueue(jobs.New{Payload: "old", Key: "k"})
		b.enqueue(jobs.New{Payload: "new", Key: "k"})
		b.drain(q)
		b.enqueue(jobs.New{Payload: "again", Key: "k"})
		b.drain(q)
		b.wantRan("new", "again")
	})
}

func TestWorkAddedWhileItRunsIsDoneOnceMore(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		q := b.queue(func(context.Context, jobs.Job) error {
			b.mu.Lock()
			first := len(b.ran) == 1
			b.mu.Unlock()
			if first {
				b.enqueue(jobs.New{Payload: "news", Key: "k"})
			}
			return nil
		})
		b.enqueue(jobs.New{Payload: "first", Key: "k"})
		b.drain(q)
		b.wantRan("first", "news")
	})
}

func TestAFailureIsTriedAgainLaterAndThenRests(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		q := b.queue(func(context.Context, jobs.Job) error { return errors.New("no") })
		b.enqueue(jobs.New{Payload: "x", MaxAttempts: 2})
		b.drain(q)
		b.wantRan("x")
		b.pass(2 * time.Second)
		b.drain(q)
		b.wantRan("x", "x")
		b.pass(24 * time.Hour)
		b.drain(q)
		b.wantRan("x", "x")
		if n, err := b.db.PendingJobs(t.Context()); n != 0 || err != nil {
			t.Errorf("%d pending, %v", n, err)
		}
	})
}

func TestQueuesAreApart(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		other := jobs.NewQueue(b.db, jobs.Options{Queue: "other", Now: b.clock, Log: slog.New(slog.DiscardHandler), SkipRow: b.db.SkipRow()})
		other.Handle("work", func(_ context.Context, j jobs.Job) error { b.ran = append(b.ran, "other "+j.Payload); return nil })
		b.enqueue(jobs.New{Payload: "slow", Queue: "other"})
		b.enqueue(jobs.New{Payload: "quick"})
		b.drain(b.queue(nil))
		b.wantRan("quick")
		b.drain(other)
		b.wantRan("quick", "other slow")
	})
}

// TestWorkThatPutsItselfOffForYears fails after some hundred times: the pause is
// still a pause.
func TestWorkThatPutsItselfOffForYears(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		left := 400
		q := b.queue(func(context.Context, jobs.Job) error {
			if left--; left < 0 {
				return errors.New("no")
			}
			b.enqueue(jobs.New{Payload: "x", Key: "k", RunAt: b.clock().Add(time.Second), MaxAttempts: 20})
			return nil
		})
		b.enqueue(jobs.New{Payload: "x", Key: "k", MaxAttempts: 20})
		for range 400 {
			b.drain(q)
			b.pass(time.Second)
		}
		b.drain(q)
		ran := len(b.ran)
		b.drain(q)
		b.pass(24 * time.Hour)
		b.drain(q)
		if len(b.ran) != ran || left != -1 {
			t.Errorf("it failed %d times within a day", -left)
		}
		b.pass(48 * time.Hour)
		b.drain(q)
		if len(b.ran) != ran+1 {
			t.Errorf("it was tried %d times after three days", len(b.ran)-ran)
		}
	})
}

func TestAPanicIsAFailure(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		q := b.queue(func(context.Context, jobs.Job) error { panic("poison") })
		b.enqueue(jobs.New{Payload: "x", MaxAttempts: 1})
		b.enqueue(jobs.New{Payload: "y"})
		b.drain(q)
		b.wantRan("x", "y")
	})
}

// TestADeadWorkersJobComesBack claims a job in a process that never finishes it.
func TestADeadWorkersJobComesBack(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		hung, release := make(chan struct{}), make(chan struct{})
		dead := b.queue(func(context.Context, jobs.Job) error { close(hung); <-release; return nil })
		b.enqueue(jobs.New{Payload: "x"})
		done := make(chan error)
		go func() { _, err := dead.One(context.WithoutCancel(t.Context())); done <- err }()
		<-hung
		alive := b.queue(nil)
		b.drain(alive)
		b.wantRan("x")
		b.pass(2 * time.Minute)
		b.drain(alive)
		b.wantRan("x", "x")
		close(release) // the late worker finds no row and does no harm
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestManyWorkersShareTheWork(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		const n = 60
		for range n {
			b.enqueue(jobs.New{Payload: "x"})
		}
		var workers sync.WaitGroup
		for range 6 {
			q := b.queue(nil)
			workers.Go(func() { b.drain(q) })
		}
		workers.Wait()
		if len(b.ran) != n {
			t.Errorf("%d jobs ran, want %d: one was lost or run twice", len(b.ran), n)
		}
	})
}
