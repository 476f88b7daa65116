package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// Memory implements trigger.Shard.
func (s *shardTx) Memory(ctx context.Context, who trigger.PersonRef) (*trigger.Memory, error) {
	id := personID{who.Project, who.Key}
	if m := s.memories[id]; m != nil {
		return m, nil
	}
	m := &trigger.Memory{Runs: map[research.TriggerID]*trigger.Kept{}}
	if err := s.loadRuns(ctx, id, m); err != nil {
		return nil, err
	}
	s.memories[id] = m
	return m, nil
}

func (s *shardTx) loadRuns(ctx context.Context, id personID, m *trigger.Memory) error {
	_, err := collect(ctx, s.tx, func(r row) (struct{}, error) {
		var of research.TriggerID
		var state []byte
		var next *int64
		k := &trigger.Kept{}
		if err := r.Scan(&of, &k.Version, &state, &next); err != nil {
			return struct{}{}, err
		}
		if next != nil {
			k.NextAt = fromMS(*next)
		}
		m.Runs[of] = k
		var err error
		k.Run, err = trigger.ParseRun(state)
		return struct{}{}, err
	}, selectRuns, int64(id.project), string(id.key))
	return err
}

// Due implements trigger.Shard.
func (s *shardTx) Due(ctx context.Context, now time.Time, limit int) ([]trigger.PersonRef, error) {
	scan := func(r row) (p trigger.PersonRef, err error) { return p, r.Scan(&p.Project, &p.Key) }
	if s.db.dialect == sqliteDialect { // it holds every shard
		return collect(ctx, s.tx, scan, "SELECT project_id, user_key FROM trigger_runs WHERE next_at <= $1"+notReplaying+" ORDER BY next_at LIMIT $2", ms(now), limit)
	}
	return collect(ctx, s.tx, scan, "SELECT project_id, user_key FROM trigger_runs WHERE next_at <= $1 AND shard = ANY($3)"+notReplaying+" ORDER BY next_at LIMIT $2", ms(now), limit, s.shards)
}

// saveRuns writes down the runs that were changed, in the order of their keys, so
// that nodes do not wait for each other in a circle.
func (s *shardTx) saveRuns(ctx context.Context) error {
	people := make([]personID, 0, len(s.memories))
	for id := range s.memories {
		people = append(people, id)
	}
	slices.SortFunc(people, comparePeople)
	for _, id := range people {
		m := s.memories[id]
		triggers := make([]research.TriggerID, 0, len(m.Runs))
		for of := range m.Runs {
			triggers = append(triggers, of)
		}
		slices.SortFunc(triggers, cmp.Compare)
		for _, of := range triggers {
			if err := s.saveRun(ctx, id, of, m.Runs[of]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *shardTx) saveRun(ctx context.Context, id personID, of research.TriggerID, k *trigger.Kept) error {
	if !k.Changed {
		return nil
	}
	k.Changed = false
	return writeRun(ctx, s.tx, id, of, k)
}

func writeRun(ctx context.Context, tx hotTx, id personID, of research.TriggerID, k *trigger.Kept) error {
	if k.Run.Empty() {
		_, err := tx.ExecContext(ctx, deleteRun, int64(id.project), string(id.key), int64(of))
		return err
	}
	var next any
	if !k.NextAt.IsZero() {
		next = ms(k.NextAt)
	}
	_, err := tx.ExecContext(ctx, upsertRun, int64(id.project), string(id.key), int64(of), k.Version, id.key.Shard(id.project),
		k.Run.AppendTo(nil), next, nullBytes(k.Ticket()))
	return err
}

// deleteRunsOf deletes up to so many runs of a trigger, and returns how many.
func deleteRunsOf(ctx context.Context, tx *sql.Tx, of research.TriggerID, limit int) (int64, error) {
	res, err := tx.ExecContext(ctx, `DELETE FROM trigger_runs WHERE trigger_id = $1 AND (project_id, user_key) IN
		(SELECT project_id, user_key FROM trigger_runs WHERE trigger_id = $1 LIMIT $2)`, of, limit)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// again is the matches of an event's person that are decided once more, since it
// says who they are.
func (s *shardTx) again(ctx context.Context, e *research.Event, person research.PersonKey) ([]trigger.Again, error) {
	id := personID{e.Project, person}
	if e.Type != research.Identify && len(s.folded) == 0 || len(s.folded) == 0 && s.settled[id] {
		return nil, nil
	}
	all, err := collect(ctx, s.tx, scanAgain, selectAgain, int64(id.project), string(id.key), ms(e.ReceivedAt))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	for i := range all {
		if err := s.recall(ctx, &all[i].Match); err != nil {
			return nil, err
		}
	}
	_, err = s.tx.ExecContext(ctx, "UPDATE decisions SET again_until = NULL, ticket_hash = NULL WHERE project_id = $1 AND user_key = $2 AND again_until IS NOT NULL",
		int64(id.project), string(id.key))
	return all, err
}

// recall fills in what the log knows of a match.
func (s *shardTx) recall(ctx context.Context, m *trigger.Match) error {
	events, err := readEvents(ctx, s.tx, []int64{m.Seq})
	if err == nil && len(events) == 1 {
		e := &events[0]
		m.At, m.Due, m.Received, m.Proved = ms(e.Timestamp), ms(e.Timestamp), ms(e.ReceivedAt), e.Proved()
	}
	return err
}

func scanAgain(r row) (a trigger.Again, err error) {
	return a, r.Scan(&a.Trigger, &a.Version, &a.Seq, &a.MessageID, &a.EventName, &a.Ticket)
}

// ForgetSecondLooks ends the second looks whose time is over.
func (db *DB) ForgetSecondLooks(ctx context.Context, now time.Time) error {
	_, err := db.write.ExecContext(ctx, "UPDATE decisions SET again_until = NULL, ticket_hash = NULL WHERE again_until < $1", ms(now))
	return err
}
