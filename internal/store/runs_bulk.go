package store

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/trigger"
)

// loadRuns reads the runs of the last person: of SQLite, a statement is a function
// call, and the others may never be asked for.
func (sqliteBulk) loadRuns(ctx context.Context, s *shardTx, ids []personID) error {
	for _, id := range s.forget(ids[len(ids)-1:]) {
		if _, err := collect(ctx, s.tx, s.keepRun, selectRuns, int64(id.project), string(id.key)); err != nil {
			return err
		}
	}
	return nil
}

func (sqliteBulk) selectDue(ctx context.Context, tx hotTx, _ []int, now time.Time, limit int) ([]trigger.PersonRef, error) {
	return collect(ctx, tx, scanRef, selectDue, ms(now), limit) // it holds every shard
}

func (sqliteBulk) upsertRuns(ctx context.Context, tx hotTx, kept []runOf) error {
	for _, k := range kept {
		if _, err := tx.ExecContext(ctx, upsertRun, int64(k.project), string(k.key), int64(k.of), k.Version, k.key.Shard(k.project),
			k.Run.AppendTo(nil), nullMS(k.NextAt), nullBytes(k.Ticket())); err != nil {
			return err
		}
	}
	return nil
}

func (sqliteBulk) deleteRuns(ctx context.Context, tx hotTx, gone []runOf) error {
	for _, g := range gone {
		if _, err := tx.ExecContext(ctx, deleteRun, int64(g.project), string(g.key), int64(g.of)); err != nil {
			return err
		}
	}
	return nil
}

func (postgresBulk) loadRuns(ctx context.Context, s *shardTx, ids []personID) error {
	var projects []int64
	var keys []string
	for _, id := range s.forget(ids) {
		projects, keys = append(projects, int64(id.project)), append(keys, string(id.key))
	}
	_, err := collect(ctx, s.tx, s.keepRun, `SELECT r.project_id, r.user_key, r.trigger_id, r.version, r.state, r.next_at
		FROM trigger_runs r JOIN unnest($1::bigint[], $2::text[]) AS wanted (project_id, user_key)
		ON r.project_id = wanted.project_id AND r.user_key = wanted.user_key`, projects, keys)
	return err
}

func (postgresBulk) selectDue(ctx context.Context, tx hotTx, shards []int, now time.Time, limit int) ([]trigger.PersonRef, error) {
	return collect(ctx, tx, scanRef, selectDueOf, ms(now), limit, shards)
}

func (postgresBulk) upsertRuns(ctx context.Context, tx hotTx, kept []runOf) error {
	if len(kept) == 0 {
		return nil
	}
	n := len(kept)
	projects, keys, triggers, versions := make([]int64, n), make([]string, n), make([]int64, n), make([]int64, n)
	shards, states, nexts, tickets := make([]int64, n), make([][]byte, n), make([]*int64, n), make([][]byte, n)
	for i, k := range kept {
		projects[i], keys[i], triggers[i], versions[i] = int64(k.project), string(k.key), int64(k.of), int64(k.Version)
		shards[i], states[i], tickets[i] = int64(k.key.Shard(k.project)), k.Run.AppendTo(nil), k.Ticket()
		if !k.NextAt.IsZero() {
			at := ms(k.NextAt)
			nexts[i] = &at
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO trigger_runs (project_id, user_key, trigger_id, version, shard, state, next_at, ticket_hash)
		SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::int[], $5::int[], $6::bytea[], $7::bigint[], $8::bytea[])`+mergeRun,
		projects, keys, triggers, versions, shards, states, nexts, tickets)
	return err
}

func (postgresBulk) deleteRuns(ctx context.Context, tx hotTx, gone []runOf) error {
	if len(gone) == 0 {
		return nil
	}
	n := len(gone)
	projects, keys, triggers := make([]int64, n), make([]string, n), make([]int64, n)
	for i, g := range gone {
		projects[i], keys[i], triggers[i] = int64(g.project), string(g.key), int64(g.of)
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM trigger_runs r USING unnest($1::bigint[], $2::text[], $3::bigint[]) AS gone (project_id, user_key, trigger_id)
		WHERE r.project_id = gone.project_id AND r.user_key = gone.user_key AND r.trigger_id = gone.trigger_id`, projects, keys, triggers)
	return err
}
