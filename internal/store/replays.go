package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// startReplay makes a trigger's runs to be made anew out of the stored events, in
// the transaction that activates or changes it.
func startReplay(ctx context.Context, tx *sql.Tx, p research.ProjectID, t research.TriggerID, version int, now time.Time) error {
	floor, err := evaluatedTo(ctx, tx, p)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO replays (trigger_id, project_id, version, begun_at, floor_seq) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (trigger_id) DO UPDATE SET version = excluded.version, begun_at = excluded.begun_at, floor_seq = excluded.floor_seq,
			attempt = replays.attempt + 1, held_until = 0, done = 0, total = 0, since = 0, ready_at = NULL`,
		t, p, version, ms(now), floor)
	return err
}

// restartReplays makes those under way begin again: they may have read what was
// erased since.
func restartReplays(ctx context.Context, tx *sql.Tx, p research.ProjectID) error {
	_, err := tx.ExecContext(ctx, "UPDATE replays SET attempt = attempt + 1, held_until = 0 WHERE project_id = $1 AND ready_at IS NULL", p)
	return err
}

// evaluatedTo is the last event of the log before the first of the project that
// waits for its evaluation.
func evaluatedTo(ctx context.Context, q querier, p research.ProjectID) (seq int64, err error) {
	return seq, q.QueryRowContext(ctx, `SELECT coalesce((SELECT min(seq) - 1 FROM inbox WHERE project_id = $1), (SELECT last_seq FROM event_log WHERE one = 1))`, p).Scan(&seq)
}

// notReplaying leaves out runs that nobody goes by yet.
const notReplaying = " AND NOT EXISTS (SELECT 1 FROM replays WHERE replays.trigger_id = trigger_runs.trigger_id AND replays.ready_at IS NULL)"

// Replaying implements trigger.Shard.
func (s *shardTx) Replaying(ctx context.Context) (map[research.TriggerID]bool, error) {
	ids, err := collect(ctx, s.tx, func(r row) (t research.TriggerID, err error) { return t, r.Scan(&t) }, "SELECT trigger_id FROM replays WHERE ready_at IS NULL")
	all := map[research.TriggerID]bool{}
	for _, id := range ids {
		all[id] = true
	}
	return all, err
}

const activationColumns = "trigger_id, project_id, version, attempt, begun_at, floor_seq"

func scanActivation(r row) (a trigger.Activation, err error) {
	var begun int64
	err = r.Scan(&a.Trigger, &a.Project, &a.Version, &a.Attempt, &begun, &a.Floor)
	a.Begun = fromMS(begun)
	return a, err
}

// Activations implements trigger.PastStore.
func (db *DB) Activations(ctx context.Context, now time.Time) ([]trigger.Activation, error) {
	return collect(ctx, db.read, scanActivation, "SELECT "+activationColumns+` FROM replays WHERE ready_at IS NULL AND held_until < $1
		AND EXISTS (SELECT 1 FROM triggers t WHERE t.id = replays.trigger_id AND (t.active = 1 OR t.testing = 1)) ORDER BY begun_at, trigger_id`, ms(now))
}

// replayLease is how long a process is at an activation without saying so again.
const replayLease = 30 * time.Second

// BeginReplay implements trigger.PastStore.
func (db *DB) BeginReplay(ctx context.Context, a trigger.Activation, now time.Time) (*trigger.Activation, error) {
	begun, err := scanActivation(db.write.QueryRowContext(ctx, `UPDATE replays SET attempt = attempt + 1, held_until = $3, done = 0, total = 0, since = 0
		WHERE trigger_id = $1 AND attempt = $2 AND ready_at IS NULL RETURNING `+activationColumns, a.Trigger, a.Attempt, ms(now.Add(replayLease))))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &begun, errors.Join(db.endRunsBefore(ctx, begun, now), db.dropRunsOf(ctx, begun))
}

// endRunsBefore drops the runs of former versions, and records that what they
// waited for is decided no more.
func (db *DB) endRunsBefore(ctx context.Context, a trigger.Activation, now time.Time) error {
	o := outdated{project: a.Project, id: a.Trigger, before: a.Version}
	err := db.read.QueryRowContext(ctx, "SELECT study_id FROM triggers WHERE project_id = $1 AND id = $2", a.Project, a.Trigger).Scan(&o.study)
	for n := 1; err == nil && n > 0; {
		err = db.replayTx(ctx, a, func(tx *sql.Tx) (err error) {
			n, err = db.endRuns(ctx, tx, o, now)
			return err
		})
	}
	return err
}

// runsDropped is how many runs one transaction deletes.
const runsDropped = 1000

// dropRunsOf deletes every run of a trigger.
func (db *DB) dropRunsOf(ctx context.Context, a trigger.Activation) error {
	for {
		var n int64
		err := db.replayTx(ctx, a, func(tx *sql.Tx) (err error) {
			n, err = deleteRunsOf(ctx, tx, a.Trigger, runsDropped)
			return err
		})
		if err != nil || n < runsDropped {
			return err
		}
	}
}

// replayTx is InTx for the process that is at an activation.
func (db *DB) replayTx(ctx context.Context, a trigger.Activation, work func(*sql.Tx) error) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		if err := db.holdReplay(ctx, tx, a); err != nil {
			return err
		}
		return work(tx)
	})
}

func (db *DB) holdReplay(ctx context.Context, tx *sql.Tx, a trigger.Activation) error {
	var attempt int
	err := tx.QueryRowContext(ctx, "SELECT attempt FROM replays WHERE trigger_id = $1 AND ready_at IS NULL"+db.lockRow, a.Trigger).Scan(&attempt)
	if errors.Is(err, sql.ErrNoRows) || err == nil && attempt != a.Attempt {
		return trigger.ErrOvertaken
	}
	return err
}

// KeepReplay implements trigger.PastStore.
func (db *DB) KeepReplay(ctx context.Context, a trigger.Activation, p trigger.PastProgress, now time.Time) error {
	return db.replayTx(ctx, a, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE replays SET held_until = $2, done = $3, total = $4, since = $5 WHERE trigger_id = $1",
			a.Trigger, ms(now.Add(replayLease)), p.Done, p.Total, ms(p.Since))
		return err
	})
}

// Decided implements trigger.PastStore.
func (db *DB) Decided(ctx context.Context, a trigger.Activation) (map[int64]bool, error) {
	seqs, err := collect(ctx, db.read, func(r row) (seq int64, err error) { return seq, r.Scan(&seq) },
		"SELECT event_seq FROM decisions WHERE trigger_id = $1 AND event_seq > $2 AND outcome <> 'waiting'", a.Trigger, a.Floor)
	all := map[int64]bool{}
	for _, seq := range seqs {
		all[seq] = true
	}
	return all, err
}

// PutRuns implements trigger.PastStore.
func (db *DB) PutRuns(ctx context.Context, a trigger.Activation, runs []trigger.PastRun) error {
	return db.replayTx(ctx, a, func(tx *sql.Tx) error { return db.putPastRuns(ctx, tx, a, runs) })
}

func (db *DB) putPastRuns(ctx context.Context, tx *sql.Tx, a trigger.Activation, runs []trigger.PastRun) error {
	all := make([]runOf, len(runs))
	for i := range runs {
		all[i] = runOf{personID{a.Project, runs[i].Key}, a.Trigger, &runs[i].Kept}
	}
	return db.writeRuns(ctx, hotTx{tx, db.hot}, all)
}

// HandOver implements trigger.PastStore. Once the shards are held, what of the log
// is not in the inbox was evaluated without the trigger, and what is there will be
// evaluated with it.
func (db *DB) HandOver(ctx context.Context, a trigger.Activation, log trigger.PastLog, now time.Time, last func(context.Context) (trigger.PastEnd, error)) error {
	begun := false
	err := db.inTurn(ctx, func(tx *sql.Tx) error {
		if err := db.holdAllShards(ctx, tx); err != nil {
			return err
		}
		if err := db.holdReplay(ctx, tx, a); err != nil {
			return err
		}
		if l, ok := log.(*past); ok {
			if err := l.toTheEnd(ctx, tx); err != nil {
				return err
			}
			defer func() { l.q = db.read }()
		}
		begun = true
		end, err := last(ctx)
		if err != nil {
			return err
		}
		if err := errors.Join(db.putPastRuns(ctx, tx, a, end.Runs), db.putWaits(ctx, tx, end.Waits)); err != nil {
			return err
		}
		return db.endReplay(ctx, tx, a, log, now)
	})
	if err != nil && !begun && !errors.Is(err, trigger.ErrOvertaken) && (transient(err) || lockTimedOut(err)) {
		return trigger.ErrBusy
	}
	return err
}

// putWaits writes waits into the log of decisions.
func (db *DB) putWaits(ctx context.Context, tx *sql.Tx, waits []*research.Decision) (err error) {
	s := db.shardTx(hotTx{tx, db.hot})
	for _, d := range waits {
		err = errors.Join(err, s.Record(ctx, d, nil))
	}
	return errors.Join(err, s.saveDecisions(ctx))
}

func (db *DB) endReplay(ctx context.Context, tx *sql.Tx, a trigger.Activation, log trigger.PastLog, now time.Time) error {
	total, since := 0, int64(0)
	if log != nil {
		total, since = log.Total(), ms(log.Since())
	}
	_, err := tx.ExecContext(ctx, "UPDATE replays SET ready_at = $2, done = $3, total = $3, since = $4 WHERE trigger_id = $1", a.Trigger, ms(now), total, since)
	if err != nil {
		return err
	}
	var study research.StudyID
	if err := tx.QueryRowContext(ctx, "SELECT study_id FROM triggers WHERE project_id = $1 AND id = $2", a.Project, a.Trigger).Scan(&study); err != nil {
		return err
	}
	return db.bumpStudy(ctx, tx, a.Project, study)
}

// holdAllShards takes the right to evaluate anybody.
func (db *DB) holdAllShards(ctx context.Context, tx *sql.Tx) error {
	if db.dialect == sqliteDialect { // one writer
		return nil
	}
	if err := db.setUp(ctx, tx, lockWait); err != nil {
		return err
	}
	_, err := collect(ctx, tx, func(r row) (n int, err error) { return n, r.Scan(&n) }, "SELECT shard FROM shards ORDER BY shard"+db.lockRow)
	return err
}

// toTheEnd makes the log be read to its end, but for what waits to be evaluated.
func (l *past) toTheEnd(ctx context.Context, tx *sql.Tx) error {
	l.q, l.hidden = tx, map[int64]bool{}
	if err := tx.QueryRowContext(ctx, selectLastSeq).Scan(&l.to); err != nil {
		return err
	}
	_, err := collect(ctx, tx, func(r row) (struct{}, error) {
		var seq int64
		err := r.Scan(&seq)
		l.hidden[seq] = true
		return struct{}{}, err
	}, "SELECT seq FROM inbox WHERE project_id = $1", l.project)
	return err
}
