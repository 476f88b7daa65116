// Package jobs is the durable queue: work that outlives the process that asked
// for it, on both engines, with River's words and River's promises.
//
// It owns the table jobs and its SQL. Work is enqueued in the caller's
// transaction, so it exists exactly when the rows that need it do. A job is run
// at least once: what it does must be idempotent. Start at [Enqueue] and
// [Queue.Run].
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// New is work to be done.
type New struct {
	Queue       string // "" is DefaultQueue
	Kind        string // picks the handler
	Key         string // while a job of this key waits, another is not added; "": no dedupe
	Payload     string
	RunAt       time.Time // zero: at once
	MaxAttempts int       // 0: 8
	Priority    int       // higher first among what is due
}

// Job is one attempt at a piece of work.
type Job struct {
	ID          int64
	Queue       string
	Kind        string
	Payload     string
	Attempt     int // 1 at the first
	MaxAttempts int
}

// DefaultQueue is where work goes that may wait for other work. What calls others
// has a queue of its own: a slow one must not hold up the rest.
const DefaultQueue = "default"

const defaultAttempts = 8

// Enqueue adds work in the caller's transaction. Where a job with the same key
// waits or runs already, nothing is added, but one that runs is run once more
// afterwards: it may have read before the caller wrote. (The attempt number moves
// on, so the running attempt no longer finds its row when it wants to finish it.)
func Enqueue(ctx context.Context, tx *sql.Tx, now time.Time, n New) error {
	if n.Kind == "" {
		return errors.New("jobs: a job needs a kind")
	}
	if n.Queue == "" {
		n.Queue = DefaultQueue
	}
	if n.MaxAttempts == 0 {
		n.MaxAttempts = defaultAttempts
	}
	if n.RunAt.IsZero() {
		n.RunAt = now
	}
	var key any
	if n.Key != "" {
		key = n.Key
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO jobs (queue, kind, dedupe_key, payload, priority, run_at, max_attempts, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (dedupe_key) DO UPDATE SET
			payload = excluded.payload, run_at = excluded.run_at, dead_at = NULL,
			attempt = jobs.attempt + 1, max_attempts = jobs.attempt + 1 + excluded.max_attempts`,
		n.Queue, n.Kind, key, n.Payload, n.Priority, n.RunAt.UnixMilli(), n.MaxAttempts, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", n.Kind, err)
	}
	return nil
}
