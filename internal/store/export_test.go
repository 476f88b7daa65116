package store

import (
	"context"
	"database/sql"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
)

// SetRunEvents makes a handle seal that many events into one run.
func (db *DB) SetRunEvents(n int) { db.log.stretch = n }

// AppendWith is Append with something else in the same transaction.
func (db *DB) AppendWith(ctx context.Context, events []research.Event, also func(*sql.Tx) error) ([]bool, error) {
	return db.appendWith(ctx, events, also)
}

// SealParts writes some of the parts of the next run and stops there, as a process
// that is killed does. It tells whether there was a run to write.
func (db *DB) SealParts(ctx context.Context, parts int) (bool, error) {
	first, heads, err := db.log.sealable(ctx, db.read)
	if err != nil || heads == nil {
		return false, err
	}
	r := eventlog.NewRun(first, heads)
	return true, db.putParts(ctx, r, 0, parts)
}

// Writer is the pool that writes.
func (db *DB) Writer() *sql.DB { return db.write }

// Version is how many steps of the schema were taken.
func (db *DB) Count(ctx context.Context, query string, args ...any) (n int, err error) {
	return n, db.read.QueryRowContext(ctx, query, args...).Scan(&n)
}
