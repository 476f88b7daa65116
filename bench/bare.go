package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"
)

// bareWaits is the same waits as rows of a plain table with an index, in a database
// of the same engine that nobody else uses: what the rows alone cost. Nothing
// receives an event, remembers who somebody is or decides.
func (l *lab) bareWaits(ctx context.Context, s *subject) (w waited, err error) {
	db, size, err := l.bareTable(ctx, s)
	if err != nil {
		return w, err
	}
	defer db.Close()
	w.name = "bare rows, " + s.name[len("usercall, "):]
	if w.pollBefore, err = pollBare(ctx, db); err != nil {
		return w, err
	}
	before, err := size(ctx)
	if err != nil {
		return w, err
	}
	n, ended := l.scale.waits, l.scale.waitsEnded
	order := rand.New(rand.NewPCG(1, 1)).Perm(n)
	if w.arm, err = bareRate(ctx, db, order, "INSERT INTO waits (project_id, trigger_id, user_key, due_at) VALUES (1, 1, $1, $2) ON CONFLICT (project_id, trigger_id, user_key) DO UPDATE SET due_at = excluded.due_at", true); err != nil {
		return w, err
	}
	after, err := size(ctx)
	if err != nil {
		return w, err
	}
	w.kept = float64(after-before) / float64(n)
	if w.pollAfter, err = pollBare(ctx, db); err != nil {
		return w, err
	}
	const remove = "DELETE FROM waits WHERE project_id = 1 AND trigger_id = 1 AND user_key = $1"
	if w.cancel, err = bareRate(ctx, db, order[:ended], remove, false); err != nil {
		return w, err
	}
	if w.miss, err = bareRate(ctx, db, order[:ended], remove, false); err != nil { // they are gone
		return w, err
	}
	w.fire, err = bareFire(ctx, db, ended)
	return w, err
}

// inATransaction is how many statements share a commit.
const inATransaction = 300

// farAway is when the waits of the bare table are due, and soon that of those which
// fire.
const farAway = int64(1) << 45

func (l *lab) bareTable(ctx context.Context, s *subject) (db *sql.DB, size func(context.Context) (int64, error), err error) {
	source, suffix := "", ""
	if s.database != nil {
		if source, err = s.database.database(ctx); err != nil {
			return nil, nil, err
		}
		size = func(ctx context.Context) (n int64, err error) {
			return n, db.QueryRowContext(ctx, "SELECT pg_total_relation_size('waits')").Scan(&n)
		}
	} else {
		dir, _, err := l.place("bare")
		if err != nil {
			return nil, nil, err
		}
		file := "file:" + filepath.Join(dir, "bare.db")
		source, suffix = file+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-32768)&_txlock=immediate", " WITHOUT ROWID"
		size = pages(file + "?mode=ro")
	}
	if db, err = sql.Open(s.driver, source); err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	for _, text := range []string{
		"CREATE TABLE waits (project_id BIGINT NOT NULL, trigger_id BIGINT NOT NULL, user_key TEXT NOT NULL, due_at BIGINT NOT NULL, PRIMARY KEY (project_id, trigger_id, user_key))" + suffix,
		"CREATE INDEX waits_due ON waits (due_at)",
	} {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", text, err)
		}
	}
	return db, size, nil
}

// bareRate runs a statement for each user, some in a transaction, and returns how
// many a second.
func bareRate(ctx context.Context, db *sql.DB, users []int, text string, due bool) (float64, error) {
	began := time.Now()
	for some := range slices.Chunk(users, inATransaction) {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return 0, err
		}
		stmt, err := tx.PrepareContext(ctx, text)
		for i := 0; i < len(some) && err == nil; i++ {
			args := []any{userID(some[i])}
			if due {
				args = append(args, farAway+int64(some[i]))
			}
			_, err = stmt.ExecContext(ctx, args...)
		}
		if err == nil {
			err = tx.Commit()
		}
		if err != nil {
			_ = tx.Rollback() // the error says what went wrong
			return 0, err
		}
	}
	return float64(len(users)) / time.Since(began).Seconds(), nil
}

// bareFire takes the first waits that are due, a thousand at a time.
func bareFire(ctx context.Context, db *sql.DB, n int) (float64, error) {
	began := time.Now()
	for fired := 0; fired < n; {
		done, err := db.ExecContext(ctx, `DELETE FROM waits WHERE (project_id, trigger_id, user_key) IN
			(SELECT project_id, trigger_id, user_key FROM waits WHERE due_at <= $1 ORDER BY due_at LIMIT 1000)`, farAway*2)
		if err != nil {
			return 0, err
		}
		some, err := done.RowsAffected()
		if err != nil || some == 0 {
			return 0, fmt.Errorf("%d of %d fired: %w", fired, n, err)
		}
		fired += int(some)
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

func pollBare(ctx context.Context, db *sql.DB) (float64, error) {
	var took []float64
	for range 201 {
		began := time.Now()
		var due int
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM waits WHERE due_at <= $1", time.Now().UnixMilli()).Scan(&due); err != nil {
			return 0, err
		}
		took = append(took, float64(time.Since(began).Microseconds()))
	}
	return median(took...), nil
}
