package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

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
	return true, db.putParts(ctx, first, r.Parts[:min(parts, len(r.Parts))])
}

// Forget makes a handle read the log again, as a restart does.
func (db *DB) Forget() { db.log.forgetAll() }

// MakePlain turns the sealed runs into ones of the first format.
func (db *DB) MakePlain(ctx context.Context) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		parts, err := collect(ctx, tx, scanPart, "SELECT first_seq, entries FROM run_parts WHERE part >= 256 ORDER BY part")
		if err != nil {
			return err
		}
		plain := map[partOf][]byte{}
		for _, p := range parts { // what is stored is big-endian, so that it is in order
			for e := p.entries; len(e) > 0; e = e[24:] {
				at := partOf{int(e[0]), p.first}
				plain[at] = append(plain[at], e[:20]...)
			}
		}
		for at, entries := range plain {
			if _, err := tx.ExecContext(ctx, upsertPart, at.part, at.first, entries); err != nil {
				return err
			}
		}
		_, rows := tx.ExecContext(ctx, "DELETE FROM run_parts WHERE part >= 256")
		_, runs := tx.ExecContext(ctx, "UPDATE runs SET format = 0, latest_at = 9223372036854775807")
		db.log.forgetAll()
		return errors.Join(rows, runs)
	})
}

// Writer is the pool that writes.
func (db *DB) Writer() *sql.DB { return db.write }

// Count is the number that a query answers with.
func (db *DB) Count(ctx context.Context, query string, args ...any) (n int, err error) {
	return n, db.read.QueryRowContext(ctx, query, args...).Scan(&n)
}

// OpenFirst opens an empty database and gives it the schema of version 1 only.
func OpenFirst(ctx context.Context, target string) (*sql.DB, error) { return OpenAt(ctx, target, 1) }

// OpenAt opens an empty database and gives it the schema of an older version.
func OpenAt(ctx context.Context, target string, version int64) (*sql.DB, error) {
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
		_, err = provider.UpTo(ctx, version)
	}
	return write, err
}

// PolledQuery is a statement that is run again and again while nothing happens.
type PolledQuery struct {
	Text string
	Args []any
}

// SetUp prepares a transaction as those are in which polled queries run.
func (db *DB) SetUp(ctx context.Context, tx *sql.Tx) error { return db.setUp(ctx, tx, 0) }

// TakesUp is how a pass reads events that wait.
func (db *DB) TakesUp() PolledQuery {
	if db.dialect == postgresDialect {
		return PolledQuery{Text: selectInboxOf, Args: []any{[]int{40, 255, 2}, 1000}}
	}
	return PolledQuery{Text: selectInbox, Args: []any{2, 255, 64}}
}

// Polls is what a server asks twice a second, and in each pass, of the runs that
// wait.
func (db *DB) Polls() map[string]PolledQuery {
	now := ms(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
	all := map[string]PolledQuery{"which shards": {Text: selectDueShards, Args: []any{now}}, "which persons": {Text: selectDue, Args: []any{now, 256}}}
	if db.dialect == postgresDialect {
		all["which persons"] = PolledQuery{Text: selectDueOf, Args: []any{now, 1000, []int{1, 2, 3}}}
	}
	return all
}
