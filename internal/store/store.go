package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/research"
)

// DB is a database of usercall. It is safe for many goroutines.
type DB struct {
	*dialect
	write *sql.DB
	read  *sql.DB
	queue queue
	rand  io.Reader // for public ids
	hot   compiled
	log   *eventLog
	// sightings is held while users are written down who were there, and while
	// one of them is erased.
	sightings sync.Mutex
	// tokenHash is what is kept of the token of an invite's link.
	tokenHash func(publicID string) []byte
	// suppression is what is kept of somebody who is never to be asked.
	suppression func(research.ProjectID, research.PersonKey) []byte
	// mailHash is what is kept of an e-mail address that was written to.
	mailHash func(address string) []byte
	oldRuns  oldRuns
	// reserved is told of each commit that made an invite.
	reserved atomic.Pointer[func()]
}

// Open opens the database at target, a PostgreSQL URL or the path of an SQLite
// file, and brings its schema up to date. Several programs may do so at once.
// Links of invites are made from instanceKey.
func Open(ctx context.Context, target string, instanceKey []byte) (*DB, error) {
	d, write, read, err := openPools(target)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db := &DB{dialect: d, write: write, read: read, rand: rand.Reader, log: &eventLog{stretch: eventlog.RunEvents}, queue: d.newQueue(),
		tokenHash:   func(id string) []byte { return invite.TokenHash(invite.Token(instanceKey, id)) },
		suppression: suppressionOf(instanceKey), mailHash: mailHashOf(instanceKey)}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("bring the database up to date: %w", err), db.Close())
	}
	if err := db.compile(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("compile the statements of the hot path: %w", err), db.Close())
	}
	return db, nil
}

// Close closes all connections.
func (db *DB) Close() error {
	err := db.write.Close()
	if db.read != db.write {
		err = errors.Join(err, db.read.Close())
	}
	return err
}

// Engine is "sqlite" or "postgres".
func (db *DB) Engine() string { return db.name }

// Ping tells whether the database can be written to right now.
func (db *DB) Ping(ctx context.Context) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		var one int
		return tx.QueryRowContext(ctx, "SELECT one FROM revisions WHERE one = 1"+db.lockRow).Scan(&one)
	})
}

// JobsDue tells whether any job is due, without taking the writer.
func (db *DB) JobsDue(ctx context.Context, now time.Time) (bool, error) {
	return jobs.Due(ctx, db.read, jobs.DefaultQueue, now)
}

// DeliveriesDue is JobsDue for what is to be sent.
func (db *DB) DeliveriesDue(ctx context.Context, now time.Time) (bool, error) {
	return jobs.Due(ctx, db.read, DeliverQueue, now)
}

// PendingJobs counts the jobs that wait or run.
func (db *DB) PendingJobs(ctx context.Context) (int, error) { return jobs.Pending(ctx, db.read) }

// InTx runs fn in one transaction that commits if fn returns nil. Where another
// transaction is in the way it is run again, so fn must not keep what a failed
// try gave it.
func (db *DB) InTx(ctx context.Context, fn func(*sql.Tx) error) error {
	return db.retry(ctx, func() error { return db.inTurn(ctx, fn) })
}

// inTurn is once for everybody but those who append.
func (db *DB) inTurn(ctx context.Context, fn func(*sql.Tx) error) error {
	if err := db.queue.enter(ctx); err != nil {
		return err
	}
	defer db.queue.leave()
	return db.once(ctx, fn)
}

// retry runs a transaction again while another one is in its way.
func (db *DB) retry(ctx context.Context, once func() error) error {
	const tries = 6
	for try := 1; ; try++ {
		err := once()
		if err == nil || !transient(err) || try == tries {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(time.Duration(try*try) * time.Duration(2+mrand.IntN(8)) * time.Millisecond):
		}
	}
}

func (db *DB) once(ctx context.Context, fn func(*sql.Tx) error) (err error) {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done { // fn failed or panicked
			err = errors.Join(err, ignoreDone(tx.Rollback()))
		}
	}()
	if err = fn(tx); err != nil {
		return err
	}
	done = true
	return tx.Commit()
}

// ignoreDone passes over the answer of a rollback that came after a lost
// connection or a cancelled context: the transaction is gone already.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// querier is what reads: a transaction or a pool.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// collect reads all rows of a query with one scan function.
func collect[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) (all []T, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// row is *sql.Row or *sql.Rows.
type row interface{ Scan(dest ...any) error }

// ms is a time as it is stored; the zero time is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// nullMS is a time as it is stored where absence is NULL.
func nullMS(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// fromMS is a stored time; 0 is the zero time.
func fromMS(v int64) time.Time {
	if v == 0 {
		return time.Time{}
	}
	return time.UnixMilli(v).UTC()
}

func fromNull(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMilli(v.Int64).UTC()
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
