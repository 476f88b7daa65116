package store

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"

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

// Count is the number that a query answers with.
func (db *DB) Count(ctx context.Context, query string, args ...any) (n int, err error) {
	return n, db.read.QueryRowContext(ctx, query, args...).Scan(&n)
}

// OpenFirst opens an empty database and gives it the schema of version 1 only.
func OpenFirst(ctx context.Context, target string) (*sql.DB, error) {
	d, write, read, err := openPools(target)
	if err != nil {
		return nil, err
	}
	defer read.Close()
	files, err := (&DB{dialect: d}).migrationFiles()
	if err != nil {
		return nil, err
	}
	provider, err := goose.NewProvider(d.goose, write, files, goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(moveEvents()))
	if err == nil {
		_, err = provider.UpTo(ctx, 1)
	}
	return write, err
}
