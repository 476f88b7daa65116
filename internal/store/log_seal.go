package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/eventlog"
)

// SealDue seals the oldest stretch of the log that is complete and has no index
// yet, and tells whether there was one. A stretch is the same events for every
// process, so several may seal it at once and write the same.
func (db *DB) SealDue(ctx context.Context) (bool, error) {
	first, heads, err := db.log.sealable(ctx, db.read)
	if err != nil || heads == nil {
		return false, err
	}
	sealed := eventlog.NewRun(first, heads)
	if err := db.putRun(ctx, sealed); err != nil {
		return false, err
	}
	db.log.sealed(sealed)
	return true, nil
}

// sealable is the heads of the next run, nil where there are too few.
func (l *eventLog) sealable(ctx context.Context, q querier) (int64, []eventlog.Head, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.recent == nil {
		if err := l.catchUp(ctx, q); err != nil {
			return 0, nil, err
		}
	}
	if l.recent.Len() < l.stretch {
		return 0, nil, nil
	}
	return l.recent.First, l.recent.Heads()[:l.stretch:l.stretch], nil
}

// sealed makes a run take the place of its heads.
func (l *eventLog) sealed(r *eventlog.Run) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.recent != nil && l.recent.First == r.First {
		l.runs = append(l.runs, run{r.First, r.Last, r.Latest, eventlog.Tagged, r.Filter})
		l.recent = l.recent.Seal(int(r.Last - r.First + 1))
	}
}

// partsAtOnce is how many parts of a run one transaction writes, so that ingest
// never waits for a whole run.
const partsAtOnce = 1024

// putRun writes the parts of a run, and then the run, which makes them count.
func (db *DB) putRun(ctx context.Context, r *eventlog.Run) error {
	for parts := range slices.Chunk(r.Parts, partsAtOnce) {
		if err := db.putParts(ctx, r.First, parts); err != nil {
			return err
		}
	}
	return db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO runs (first_seq, last_seq, latest_at, format, filter) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (first_seq) DO NOTHING",
			r.First, r.Last, r.Latest, eventlog.Tagged, []byte(r.Filter))
		return err
	})
}

func (db *DB) putParts(ctx context.Context, first int64, parts []eventlog.Part) error {
	return db.InTx(ctx, func(tx *sql.Tx) error { return db.bulk.upsertParts(ctx, hotTx{tx, db.hot}, first, parts) })
}

// packsDeleted is how many packs one transaction of retention deletes.
const packsDeleted = 64

// DropEvents deletes packs whose events were all received before a time, some at
// once, and the runs that index nothing any more. It returns how many packs it
// deleted; the caller goes on until there are none.
func (db *DB) DropEvents(ctx context.Context, before time.Time) (n int, err error) {
	err = db.InTx(ctx, func(tx *sql.Tx) error {
		old, err := collect(ctx, tx, func(r row) (p storedPack, err error) { return p, r.Scan(&p.First, &p.received) },
			"SELECT first_seq, received_at FROM packs ORDER BY first_seq LIMIT $1", packsDeleted)
		if err != nil {
			return err
		}
		for n = 0; n < len(old) && old[n].received < ms(before); n++ {
		}
		if n == 0 {
			return nil
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM packs WHERE first_seq <= $1", old[n-1].First)
		return err
	})
	if err != nil || n > 0 {
		return n, err
	}
	return 0, db.dropRuns(ctx)
}

// dropRuns deletes runs that lie before the first pack, and parts that a process
// wrote there which then was killed.
func (db *DB) dropRuns(ctx context.Context) error {
	var first int64
	err := db.read.QueryRowContext(ctx, "SELECT first_seq FROM packs ORDER BY first_seq LIMIT 1").Scan(&first)
	if err := notFound(err); err != nil || first == 0 {
		return err
	}
	dead, err := collect(ctx, db.read, func(r row) (seq int64, err error) { return seq, r.Scan(&seq) },
		"SELECT first_seq FROM runs WHERE last_seq < $1 UNION SELECT first_seq FROM run_parts WHERE first_seq <= $2", first, first-int64(db.log.stretch))
	for _, seq := range dead {
		err = errors.Join(err, db.InTx(ctx, func(tx *sql.Tx) error {
			_, parts := tx.ExecContext(ctx, "DELETE FROM run_parts WHERE first_seq = $1", seq)
			_, itself := tx.ExecContext(ctx, "DELETE FROM runs WHERE first_seq = $1", seq)
			return errors.Join(parts, itself)
		}))
	}
	if err == nil && len(dead) > 0 {
		db.log.dropped(first)
	}
	return err
}

func (l *eventLog) dropped(first int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var rest []run
	for _, r := range l.runs {
		if r.last >= first {
			rest = append(rest, r)
		}
	}
	l.runs = rest
}
