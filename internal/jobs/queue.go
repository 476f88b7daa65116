package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"
)

// Handler does one kind of work. It may be run again after it succeeded, if the
// process ended in between. An error makes the job due again later; after
// MaxAttempts it is dead, and stays visible.
type Handler func(ctx context.Context, j Job) error

// Database is the part of the store that the queue needs.
type Database interface {
	InTx(ctx context.Context, fn func(*sql.Tx) error) error
}

// Options of a Queue. Zero values are the defaults.
type Options struct {
	Queue   string // whose jobs it runs; "" is DefaultQueue
	Now     func() time.Time
	Log     *slog.Logger
	SkipRow string        // the engine's suffix that passes over rows another holds
	Workers int           // default 2
	Lease   time.Duration // how long an attempt may take; default 2 minutes
	Poll    time.Duration // default 1 s; what this process adds it is woken for
	// Due tells, cheaply and without a lock, whether a job may be due; nil: always
	// try. An idle queue then never takes SQLite's one writer.
	Due func(ctx context.Context, now time.Time) (bool, error)
}

// Queue runs jobs. Several queues, in one process or many, may share a table.
type Queue struct {
	db       Database
	o        Options
	handlers map[string]Handler
	wake     chan struct{}
}

// NewQueue makes a queue over the table jobs of db.
func NewQueue(db Database, o Options) *Queue {
	if o.Queue == "" {
		o.Queue = DefaultQueue
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Workers == 0 {
		o.Workers = 2
	}
	if o.Lease == 0 {
		o.Lease = 2 * time.Minute
	}
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	return &Queue{db: db, o: o, handlers: map[string]Handler{}, wake: make(chan struct{}, 1)}
}

// Handle sets what does a kind of work. Call it before Run.
func (q *Queue) Handle(kind string, h Handler) { q.handlers[kind] = h }

// Wake hints that a job was added. Losing it costs a poll, nothing more.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, then waits for the attempts under way.
func (q *Queue) Run(ctx context.Context) {
	var workers sync.WaitGroup
	for range q.o.Workers {
		workers.Go(func() { q.work(ctx) })
	}
	workers.Wait()
}

func (q *Queue) work(ctx context.Context) {
	for ctx.Err() == nil {
		worked, err := q.One(ctx)
		if err != nil && ctx.Err() == nil {
			q.o.Log.Error("the job queue could not be read", "err", err)
		}
		if worked && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-q.wake:
		case <-time.After(q.o.Poll):
		}
	}
}

// One claims and runs the next job that is due, and tells whether there was one.
func (q *Queue) One(ctx context.Context) (bool, error) {
	j, err := q.claim(ctx)
	if err != nil || j == nil {
		return false, err
	}
	attempt, cancel := context.WithTimeout(context.WithoutCancel(ctx), q.o.Lease*9/10)
	defer cancel()
	failed := q.run(attempt, *j)
	return true, q.finish(context.WithoutCancel(ctx), *j, failed)
}

func (q *Queue) run(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			q.o.Log.Error("a job panicked", "kind", j.Kind, "job", j.ID, "stack", string(debug.Stack()))
			err = errors.New("the job panicked")
		}
	}()
	h, ok := q.handlers[j.Kind]
	if !ok {
		return fmt.Errorf("nothing handles jobs of kind %q", j.Kind)
	}
	return h(ctx, j)
}

// claim takes the next due job. The lease is its next due time: if this process
// dies, the job comes back by itself.
func (q *Queue) claim(ctx context.Context) (*Job, error) {
	if q.o.Due != nil {
		if due, err := q.o.Due(ctx, q.o.Now()); err != nil || !due {
			return nil, err
		}
	}
	var j *Job
	err := q.db.InTx(ctx, func(tx *sql.Tx) error {
		j = nil
		now := q.o.Now()
		var c Job
		err := tx.QueryRowContext(ctx, `SELECT id, queue, kind, payload, attempt, max_attempts FROM jobs
			WHERE queue = $1 AND dead_at IS NULL AND run_at <= $2 ORDER BY run_at, id LIMIT 1`+q.o.SkipRow,
			q.o.Queue, now.UnixMilli()).Scan(&c.ID, &c.Queue, &c.Kind, &c.Payload, &c.Attempt, &c.MaxAttempts)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		c.Attempt++
		_, err = tx.ExecContext(ctx, "UPDATE jobs SET attempt = $2, run_at = $3 WHERE id = $1", c.ID, c.Attempt, now.Add(q.o.Lease).UnixMilli())
		j = &c
		return err
	})
	return j, err
}

// finish removes a job that is done, and puts one that failed off or to rest.
// An attempt that lost its lease, or was overtaken, finds no row.
func (q *Queue) finish(ctx context.Context, j Job, failed error) error {
	return q.db.InTx(ctx, func(tx *sql.Tx) error {
		if failed == nil {
			_, err := tx.ExecContext(ctx, "DELETE FROM jobs WHERE id = $1 AND attempt = $2", j.ID, j.Attempt)
			return err
		}
		now := q.o.Now()
		q.o.Log.Warn("a job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "err", failed)
		if j.Attempt >= j.MaxAttempts {
			_, err := tx.ExecContext(ctx, "UPDATE jobs SET dead_at = $3, last_error = $4 WHERE id = $1 AND attempt = $2",
				j.ID, j.Attempt, now.UnixMilli(), failed.Error())
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE jobs SET run_at = $3, last_error = $4 WHERE id = $1 AND attempt = $2",
			j.ID, j.Attempt, now.Add(backoff(j.Attempt)).UnixMilli(), failed.Error())
		return err
	})
}

// longestBackoff is the attempt from which on the pause grows no further: work
// that puts itself off counts every time, and may do so for years.
const longestBackoff = 20

// backoff is attempt^4 seconds, as River's, give or take a tenth.
func backoff(attempt int) time.Duration {
	attempt = min(attempt, longestBackoff)
	d := time.Duration(attempt*attempt*attempt*attempt) * time.Second
	return d + time.Duration((rand.Float64()-0.5)*0.2*float64(d))
}
