package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// common tells whether a busy event makes decisions of that kind by the thousand,
// each saying the same. Those of a test are few, and counted nowhere.
func common(d *research.Decision) bool {
	if d.Test {
		return false
	}
	return d.Outcome == research.Cancelled || d.Outcome == research.Skipped && (d.Gate == research.GateSample || d.Gate == research.GateInactive)
}

// countKey is a kind of decisions of a trigger on a day.
type countKey struct {
	project research.ProjectID
	trigger research.TriggerID
	day     int64 // its beginning in UTC, Unix milliseconds
	outcome research.Outcome
	gate    research.Gate
}

func (k countKey) compare(o countKey) int {
	return cmp.Or(cmp.Compare(k.project, o.project), cmp.Compare(k.trigger, o.trigger), cmp.Compare(k.day, o.day),
		cmp.Compare(k.outcome, o.outcome), cmp.Compare(k.gate, o.gate))
}

// count is how many there are. What this transaction adds is written by Done.
type count struct {
	stored       int // in the log already, when it was read
	kept, beyond int // added
	last         int64
}

// decided is a decision to be written down.
type decided struct {
	*research.Decision
	invite *int64
	drop   bool // what the log holds of its match goes
}

// decisionID is what the log holds one decision of.
type decisionID struct {
	trigger research.TriggerID
	seq     int64
}

// Record implements trigger.Shard. A common decision beyond the day's number is
// counted, and what the log held of its match goes. What is recorded is written
// down together, by Done or when somebody reads decisions.
func (s *shardTx) Record(ctx context.Context, d *research.Decision, invite *research.Invite) error {
	row := decided{Decision: d}
	if common(d) {
		keep, err := s.count(ctx, d)
		if err != nil {
			return err
		}
		row.drop = !keep
	}
	if invite != nil {
		row.invite = &invite.ID
	}
	if !row.drop && !d.AgainUntil.IsZero() {
		delete(s.settled, personID{d.Project, d.Person})
	}
	id := decisionID{d.Trigger, d.EventSeq}
	if at, before := s.decidedAt[id]; before {
		s.decided[at] = row
		return nil
	}
	s.decidedAt[id] = len(s.decided)
	s.decided = append(s.decided, row)
	return nil
}

// saveDecisions writes down what was recorded.
func (s *shardTx) saveDecisions(ctx context.Context) error {
	var kept, gone []decided
	for _, d := range s.decided {
		if d.drop {
			gone = append(gone, d)
		} else {
			kept = append(kept, d)
		}
	}
	s.decided = nil
	clear(s.decidedAt)
	if err := s.db.bulk.upsertDecisions(ctx, s.tx, kept); err != nil {
		return err
	}
	return s.db.bulk.deleteDecisions(ctx, s.tx, gone)
}

// count counts a common decision and tells whether the log has room for it.
func (s *shardTx) count(ctx context.Context, d *research.Decision) (keep bool, err error) {
	key := countKey{d.Project, d.Trigger, dayOf(d.At), d.Outcome, d.Gate}
	c := s.counts[key]
	if c == nil {
		c = &count{}
		err := s.tx.QueryRowContext(ctx, selectCount, int64(key.project), int64(key.trigger), key.day, string(key.outcome), string(key.gate)).Scan(&c.stored)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return false, err
		}
		s.counts[key] = c
	}
	c.last = max(c.last, ms(d.At))
	if c.stored+c.kept < report.KeptPerDay {
		c.kept++
		return true, nil
	}
	c.beyond++
	return false, nil
}

// saveCounts adds what was counted, in the order of the keys, so that nodes do
// not wait for each other in a circle.
func (s *shardTx) saveCounts(ctx context.Context) error {
	keys := make([]countKey, 0, len(s.counts))
	for key := range s.counts {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, countKey.compare)
	for _, k := range keys {
		c := s.counts[k]
		if c.kept+c.beyond == 0 {
			continue
		}
		if _, err := s.tx.ExecContext(ctx, upsertCount, int64(k.project), int64(k.trigger), k.day, string(k.outcome), string(k.gate), c.kept, c.beyond, c.last); err != nil {
			return err
		}
		c.stored, c.kept, c.beyond = c.stored+c.kept, 0, 0
	}
	return nil
}
