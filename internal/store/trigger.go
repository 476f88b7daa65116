package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// putInbox hands stored events to the trigger stage, in ingest's transaction.
func (db *DB) putInbox(ctx context.Context, tx hotTx, waited []*arrival) error {
	if len(waited) == 0 {
		return nil
	}
	return db.bulk.insertInbox(ctx, tx, waited)
}

// DueShards implements trigger.Store.
func (db *DB) DueShards(ctx context.Context) ([]int, error) {
	return collect(ctx, db.read, func(r row) (s int, err error) { return s, r.Scan(&s) }, "SELECT DISTINCT shard FROM inbox")
}

// lockWait is how long a browser's request waits for a shard that another
// evaluates, in milliseconds.
const lockWait = 1000

// InShard implements trigger.Store. The row lock is the right to evaluate: it
// ends with the transaction, whatever became of the process.
func (db *DB) InShard(ctx context.Context, shard int, wait bool, work func(trigger.Shard) error) (held bool, err error) {
	err = db.InTx(ctx, func(tx *sql.Tx) (err error) {
		held, err = db.inShard(ctx, tx, shard, wait, work)
		return err
	})
	if lockTimedOut(err) {
		return false, nil
	}
	return held, err
}

func (db *DB) inShard(ctx context.Context, tx *sql.Tx, shard int, wait bool, work func(trigger.Shard) error) (bool, error) {
	s := &shardTx{db: db, tx: hotTx{tx, db.hot}, shard: shard}
	if db.dialect == sqliteDialect { // one writer: the transaction holds every shard
		return true, work(s)
	}
	if err := db.setLockTimeout(ctx, tx, lockWait); err != nil {
		return false, err
	}
	suffix := db.skipRow
	if wait {
		suffix = db.lockRow
	}
	var got int
	err := tx.QueryRowContext(ctx, "SELECT shard FROM shards WHERE shard = $1"+suffix, shard).Scan(&got)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, work(s)
}

// Together implements trigger.Store. On PostgreSQL a transaction holds one
// shard, so that nodes share the work; SQLite's one writer saves commits.
func (db *DB) Together() int {
	if db.dialect == sqliteDialect {
		return 64
	}
	return 1
}

// InShards implements trigger.Store.
func (db *DB) InShards(ctx context.Context, shards []int, work func(trigger.Shard) error) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		for _, shard := range shards {
			if _, err := db.inShard(ctx, tx, shard, false, work); err != nil {
				return err
			}
		}
		return nil
	})
}

// shardTx implements trigger.Shard.
type shardTx struct {
	db    *DB
	tx    hotTx
	shard int
}

func (s *shardTx) Inbox(ctx context.Context, limit int) ([]trigger.Pending, error) {
	return collect(ctx, s.tx, scanPending, selectInbox, s.shard, limit)
}

func scanPending(r row) (p trigger.Pending, err error) {
	var seq int64
	var record []byte
	if err := r.Scan(&seq, &p.Filed, &p.TicketHash, &p.News, &record); err != nil {
		return p, err
	}
	ticket := p.TicketHash
	p.Event, err = eventlog.ParseRecord(record)
	p.Seq, p.TicketHash = seq, ticket
	return p, err
}

func (s *shardTx) Done(ctx context.Context, seqs []int64) error {
	if len(seqs) == 0 {
		return nil
	}
	return s.db.bulk.deleteInbox(ctx, s.tx, s.shard, seqs)
}

func (s *shardTx) Record(ctx context.Context, d *research.Decision, invite *research.Invite) error {
	var id any
	if invite != nil {
		id = invite.ID
	}
	_, err := s.tx.ExecContext(ctx, `
		INSERT INTO decisions (project_id, study_id, trigger_id, version, user_key, at, event_seq, message_id, event_name, outcome, gate, detail, remedy, invite_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (trigger_id, event_seq) DO UPDATE SET at = excluded.at, outcome = excluded.outcome, gate = excluded.gate,
			detail = excluded.detail, remedy = excluded.remedy, invite_id = excluded.invite_id`,
		d.Project, d.Study, d.Trigger, d.Version, d.Person, ms(d.At), d.EventSeq, d.MessageID, d.EventName, d.Outcome, d.Gate, d.Detail, d.Remedy, id)
	return err
}

// Reserve undoes its own half where a later constraint says no, so that a cap is
// never counted for an invite that was not made.
func (s *shardTx) Reserve(ctx context.Context, r *trigger.Rule, i *research.Invite, quotas []string) (made *research.Invite, gate research.Gate, err error) {
	if _, err := s.tx.ExecContext(ctx, "SAVEPOINT reserve"); err != nil {
		return nil, "", err
	}
	made, gate, err = s.reserve(ctx, r, i, quotas)
	if err != nil {
		return nil, "", err
	}
	end := "RELEASE SAVEPOINT reserve"
	if gate != "" {
		made, end = nil, "ROLLBACK TO SAVEPOINT reserve"
	}
	_, err = s.tx.ExecContext(ctx, end)
	return made, gate, err
}

func (s *shardTx) people(ctx context.Context, project research.ProjectID, key research.PersonKey) (*personRow, error) {
	p := &personRow{Person: research.Person{Key: key, Traits: research.Traits{}}}
	var traits string
	var groupAt int64
	err := s.tx.QueryRowContext(ctx, selectPerson, project, key).Scan(&traits, &p.Group, &groupAt, &p.first, &p.last)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	p.stored, p.groupAt = true, groupAt
	return p, errors.Join(err, json.Unmarshal([]byte(traits), &p.Traits))
}
