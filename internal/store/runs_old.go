package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// oldRuns is how far this process has looked for runs of versions that are no
// more. There are some only after studies were changed.
type oldRuns struct {
	mu       sync.Mutex
	revision int64 // of the studies
	clean    int   // looks in a row, at that revision, which found none
	from     int64 // studies that last changed before have none
}

// cleanLooks is how often nothing is found before it is believed: another node may
// have gone by the former version for a moment longer.
const cleanLooks = 2

// oldRunsAtOnce is how many runs one transaction deletes.
const oldRunsAtOnce = 500

// DropOldRuns deletes runs of triggers that were deleted, and of former versions, a
// few hundred at a time, and returns how many. What they waited for is recorded as
// cancelled. It is meant to be called now and then by one goroutine, and looks
// only after studies have changed.
func (db *DB) DropOldRuns(ctx context.Context, now time.Time) (n int, err error) {
	o := &db.oldRuns
	o.mu.Lock()
	defer o.mu.Unlock()
	revision, err := db.Revision(ctx)
	if err != nil {
		return 0, err
	}
	if revision != o.revision {
		o.revision, o.clean = revision, 0
	}
	if o.clean >= cleanLooks {
		o.from = revision + 1
		return 0, nil
	}
	some := false
	err = db.InTx(ctx, func(tx *sql.Tx) (err error) {
		n, some, err = db.dropOldRuns(ctx, tx, o.from, now)
		return err
	})
	if err == nil && !some {
		o.clean++
	}
	return n, err
}

// outdated is a trigger that has runs of before a version.
type outdated struct {
	project research.ProjectID
	study   research.StudyID
	id      research.TriggerID
	before  int
}

// One look into the index for each trigger of a study that changed. A join would read
// the whole table where PostgreSQL knows too little of it.
const selectOutdated = `SELECT project_id, study_id, id, CASE WHEN deleted = 1 THEN version + 1 ELSE version END FROM triggers t
	WHERE study_id IN (SELECT id FROM studies WHERE changed >= $1)
		AND (SELECT r.version FROM trigger_runs r WHERE r.trigger_id = t.id ORDER BY r.version LIMIT 1) < CASE WHEN deleted = 1 THEN version + 1 ELSE version END
	ORDER BY id LIMIT 1`

// dropOldRuns drops some runs of one trigger, and tells whether any trigger has such
// runs.
func (db *DB) dropOldRuns(ctx context.Context, tx *sql.Tx, from int64, now time.Time) (n int, some bool, err error) {
	if err := db.setUp(ctx, tx, lockWait); err != nil {
		return 0, false, err
	}
	var o outdated
	err = tx.QueryRowContext(ctx, selectOutdated, from).Scan(&o.project, &o.study, &o.id, &o.before)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	n, err = db.endRuns(ctx, tx, o, now)
	return n, true, err
}

// endRuns drops some runs of a trigger, and returns how many.
func (db *DB) endRuns(ctx context.Context, tx *sql.Tx, o outdated, now time.Time) (int, error) {
	s := db.shardTx(hotTx{tx, db.hot})
	gone, err := s.runsBefore(ctx, o)
	for _, g := range gone {
		err = errors.Join(err, s.recordEnded(ctx, o, g, now))
	}
	if err != nil {
		return 0, err
	}
	return len(gone), errors.Join(db.bulk.deleteRuns(ctx, s.tx, gone), s.saveDecisions(ctx), s.saveCounts(ctx))
}

// runsBefore reads some runs of a trigger that are of former versions. Those that
// somebody evaluates at the moment are passed over: they may become new.
func (s *shardTx) runsBefore(ctx context.Context, o outdated) ([]runOf, error) {
	return collect(ctx, s.tx, func(r row) (runOf, error) {
		var state []byte
		g := runOf{of: o.id, Kept: &trigger.Kept{}}
		err := r.Scan(&g.project, &g.key, &g.Version, &state)
		if err == nil {
			g.Run, err = trigger.ParseRun(state)
		}
		return g, err
	}, "SELECT project_id, user_key, version, state FROM trigger_runs WHERE trigger_id = $1 AND version < $2 ORDER BY version LIMIT $3"+s.db.skipRow, int64(o.id), o.before, oldRunsAtOnce)
}

// recordEnded records that what a run waited for is decided no more.
func (s *shardTx) recordEnded(ctx context.Context, o outdated, g runOf, now time.Time) error {
	for _, m := range g.Run.Pending {
		err := s.Record(ctx, &research.Decision{At: now, Project: o.project, Study: o.study, Trigger: o.id, Version: g.Version, Person: g.key,
			MessageID: m.MessageID, EventSeq: m.Seq, EventName: m.EventName, Outcome: research.Cancelled}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}
