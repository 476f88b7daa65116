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

// Memory implements trigger.Shard. The first one that is asked for brings those of
// all whose events were read with it, where that saves round trips.
func (s *shardTx) Memory(ctx context.Context, who trigger.PersonRef) (*trigger.Memory, error) {
	id := personID{who.Project, who.Key}
	if m := s.memories[id]; m != nil {
		return m, nil
	}
	ahead := s.ahead
	s.ahead = nil
	if err := s.db.bulk.loadRuns(ctx, s, append(ahead, id)); err != nil {
		return nil, err
	}
	return s.memories[id], nil
}

// forget makes an empty memory of each person that has none, and returns those.
func (s *shardTx) forget(ids []personID) (fresh []personID) {
	for _, id := range ids {
		if s.memories[id] == nil {
			s.memories[id] = &trigger.Memory{Runs: map[research.TriggerID]*trigger.Kept{}}
			fresh = append(fresh, id)
		}
	}
	return fresh
}

// keepRun is the scan function of a run: it puts it into its person's memory.
func (s *shardTx) keepRun(r row) (none struct{}, err error) {
	var id personID
	var of research.TriggerID
	var state []byte
	var next *int64
	k := &trigger.Kept{}
	if err := r.Scan(&id.project, &id.key, &of, &k.Version, &state, &next); err != nil {
		return none, err
	}
	if next != nil {
		k.NextAt = fromMS(*next)
	}
	k.Run, err = trigger.ParseRun(state)
	s.memories[id].Runs[of] = k
	return none, err
}

// Due implements trigger.Shard.
func (s *shardTx) Due(ctx context.Context, now time.Time, limit int) ([]trigger.PersonRef, error) {
	due, err := s.db.bulk.selectDue(ctx, s.tx, s.shards, now, limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	ids := make([]personID, len(due))
	for i, who := range due {
		ids[i] = personID{who.Project, who.Key}
	}
	s.ahead = append(s.ahead, ids...)
	return due, s.db.bulk.prefetchDue(ctx, s, ids)
}

func scanRef(r row) (p trigger.PersonRef, err error) { return p, r.Scan(&p.Project, &p.Key) }

// runOf is a run to be written down.
type runOf struct {
	personID
	of research.TriggerID
	*trigger.Kept
}

// saveRuns writes down the runs that were changed.
func (s *shardTx) saveRuns(ctx context.Context) error {
	var changed []runOf
	for id, m := range s.memories {
		for of, k := range m.Runs {
			if k.Changed {
				changed = append(changed, runOf{id, of, k})
			}
			k.Changed = false
		}
	}
	return s.db.writeRuns(ctx, s.tx, changed)
}

// writeRuns writes runs down, in the order of their keys, so that nodes do not wait
// for each other in a circle. Of one that holds nothing there is no row.
func (db *DB) writeRuns(ctx context.Context, tx hotTx, all []runOf) error {
	slices.SortFunc(all, compareRuns)
	var kept, gone []runOf
	for _, r := range all {
		if r.Run.Empty() {
			gone = append(gone, r)
		} else {
			kept = append(kept, r)
		}
	}
	if err := db.bulk.upsertRuns(ctx, tx, kept); err != nil {
		return err
	}
	return db.bulk.deleteRuns(ctx, tx, gone)
}

func compareRuns(a, b runOf) int {
	return cmp.Or(comparePeople(a.personID, b.personID), cmp.Compare(a.of, b.of))
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
	if err := s.saveDecisions(ctx); err != nil {
		return nil, err
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
