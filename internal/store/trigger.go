package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

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

// DueShards implements trigger.Store. It goes by the index, as evaluating does: the
// plan is made once, often while the inbox is empty.
func (db *DB) DueShards(ctx context.Context, now time.Time) (due []int, err error) {
	err = db.look(ctx, func(s *shardTx) error {
		due, err = collect(ctx, s.tx, func(r row) (n int, err error) { return n, r.Scan(&n) }, selectDueShards, ms(now))
		return err
	})
	return due, err
}

// lockWait is how long a browser's request waits for a shard that another
// evaluates, in milliseconds.
const lockWait = 1000

// InShards implements trigger.Store. The row locks are the right to evaluate:
// they end with the transaction, whatever became of the process.
func (db *DB) InShards(ctx context.Context, shards []int, wait bool, work func(trigger.Shard) error) (held bool, err error) {
	var s *shardTx
	err = db.InTx(ctx, func(tx *sql.Tx) (err error) {
		s = db.shardTx(hotTx{tx, db.hot})
		if held, err = s.hold(ctx, shards, wait); err != nil || !held {
			return err
		}
		return work(s)
	})
	if lockTimedOut(err) {
		return false, nil
	}
	if err == nil && s.reserved {
		db.hintReserved()
	}
	return held, err
}

// Limits implements trigger.Store. On SQLite ingest waits for a transaction that
// evaluates, so that one is short. What is due comes in crowds, now and then, and
// costs less in larger ones.
func (db *DB) Limits() trigger.Limits {
	if db.dialect == sqliteDialect {
		return trigger.Limits{Events: 64, People: 256}
	}
	return trigger.Limits{Events: 1000, People: 1000, OneProject: true}
}

// shardTx implements trigger.Shard.
type shardTx struct {
	db     *DB
	tx     hotTx
	shards []int                   // held, in order
	people map[personID]*personRow // as known in this transaction; written down by Done
	groups map[groupID]*groupRow   // the same
	whole  bool                    // the inbox of all shards was read
	// the project whose row is held, as invites of it are reserved
	reserving research.ProjectID
	memories  map[personID]*trigger.Memory
	ahead     []personID       // whose memory is likely to be asked for
	folded    []trigger.Folded // by the event at hand
	reserved  bool             // an invite was made
	looking   bool             // nothing is written
	// persons of whom it was looked up that nothing is to be decided once more
	settled map[personID]bool
	counts  map[countKey]*count // of common decisions
	// persons with no open invite, who were never shown one and never opted out
	unmet map[personID]bool
	// decisions that are not written down yet, in order, and where each is
	decided   []decided
	decidedAt map[decisionID]int
	// users of whom it was looked up that no alias leads away from them
	unaliased map[personID]bool
	filled    map[research.TriggerID]filled // by interviews
}

func (db *DB) shardTx(tx hotTx) *shardTx {
	return &shardTx{db: db, tx: tx, people: map[personID]*personRow{}, groups: map[groupID]*groupRow{}, unaliased: map[personID]bool{},
		memories: map[personID]*trigger.Memory{}, settled: map[personID]bool{}, counts: map[countKey]*count{}, decidedAt: map[decisionID]int{}, unmet: map[personID]bool{}, filled: map[research.TriggerID]filled{}}
}

// hold takes the row locks of shards.
func (s *shardTx) hold(ctx context.Context, shards []int, wait bool) (bool, error) {
	if s.db.dialect == sqliteDialect { // one writer: the transaction holds every shard
		for shard := slices.Min(shards); shard <= slices.Max(shards); shard++ {
			s.shards = append(s.shards, shard)
		}
		return true, nil
	}
	suffix, patience := s.db.skipRow, 0
	if wait {
		suffix, patience = s.db.lockRow, lockWait
	}
	if err := s.db.setUp(ctx, s.tx.Tx, patience); err != nil {
		return false, err
	}
	held, err := collect(ctx, s.tx, func(r row) (n int, err error) { return n, r.Scan(&n) },
		"SELECT shard FROM shards WHERE shard = ANY($1) ORDER BY shard"+suffix, shards)
	s.shards = held
	return len(held) > 0 && (!wait || len(held) == len(shards)), err
}

func (s *shardTx) holds(shard int) bool { return slices.Contains(s.shards, shard) }

// Inbox implements trigger.Shard.
func (s *shardTx) Inbox(ctx context.Context, limit int) ([]trigger.Pending, error) {
	inbox, err := s.db.bulk.selectInbox(ctx, s.tx, s.shards, limit)
	s.whole = len(inbox) < limit
	if err != nil || len(inbox) == 0 {
		return nil, err
	}
	for i := range inbox {
		s.ahead = append(s.ahead, personID{inbox[i].Project, inbox[i].Person()})
	}
	return inbox, s.db.bulk.prefetch(ctx, s, inbox)
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

// Done implements trigger.Shard.
func (s *shardTx) Done(ctx context.Context, done []trigger.Pending) error {
	if err := errors.Join(s.savePeople(ctx), s.saveGroups(ctx), s.saveRuns(ctx), s.saveDecisions(ctx), s.saveCounts(ctx)); err != nil || len(done) == 0 {
		return err
	}
	return s.db.bulk.deleteInbox(ctx, s.tx, done)
}

// Reserve undoes its own half where a later constraint says no, so that a cap is
// never counted for an invite that was not made. Where none can say no there is
// nothing to undo, and a savepoint would be two round trips.
func (s *shardTx) Reserve(ctx context.Context, r *trigger.Rule, i *research.Invite, quotas []string) (made *research.Invite, gate research.Gate, err error) {
	if err := s.holdProject(ctx, i.Project); err != nil {
		return nil, "", err
	}
	delete(s.unmet, personID{i.Project, i.Person})
	var places []place // a test takes none
	if !i.Test {
		places = placesOf(r, i)
	}
	if limited(places) {
		made, gate, err = s.tryReserve(ctx, r, i, places, quotas)
	} else {
		made, gate, err = s.reserve(ctx, r, i, places, quotas)
	}
	s.reserved = s.reserved || made != nil && err == nil
	return made, gate, err
}

// tryReserve is reserve, of which nothing is left where a gate says no.
func (s *shardTx) tryReserve(ctx context.Context, r *trigger.Rule, i *research.Invite, places []place, quotas []string) (*research.Invite, research.Gate, error) {
	if _, err := s.tx.ExecContext(ctx, beginReserve); err != nil {
		return nil, "", err
	}
	made, gate, err := s.reserve(ctx, r, i, places, quotas)
	if err != nil {
		return nil, "", err
	}
	end := keepReserve
	if gate != "" {
		end = undoReserve
	}
	_, err = s.tx.ExecContext(ctx, end)
	return made, gate, err
}
