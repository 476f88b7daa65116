package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// writeLinks makes a row of each link that only the log tells of so far, for the
// browsers that a person's own events name: the log is about to forget.
func (db *DB) writeLinks(ctx context.Context, p research.ProjectID, key research.PersonKey) error {
	browsers, err := db.browsersOf(ctx, p, key)
	if err != nil {
		return err
	}
	for _, browser := range browsers {
		err := db.InTx(ctx, func(tx *sql.Tx) error {
			s := &shardTx{db: db, tx: hotTx{tx, db.hot}}
			_, err := s.linkOf(ctx, &research.Event{Project: p, Seq: 1 << 62}, research.AnonymousKey(browser))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// browsersOf is the anonymousIds in the events of a person and of the users that
// were folded into them.
func (db *DB) browsersOf(ctx context.Context, p research.ProjectID, key research.PersonKey) ([]research.AnonymousID, error) {
	of, err := db.belongings(ctx, db.read, p, key)
	if err != nil {
		return nil, err
	}
	r := removal{p, of}
	seqs, err := db.seqsOf(ctx, db.read, r)
	found := map[research.AnonymousID]bool{}
	for err == nil && len(seqs) > 0 {
		few := seqs[:min(len(seqs), eventsAtOnce)]
		seqs = seqs[len(few):]
		var events []research.Event
		if events, err = readEvents(ctx, db.read, few); err != nil {
			break
		}
		for i := range events {
			if e := &events[i]; e.UserID != "" && e.AnonymousID != "" && r.takes(e) {
				found[e.AnonymousID] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), err
}

// eventsAtOnce is how many events are in memory together.
const eventsAtOnce = 256

// holdPerson takes the right to decide about a person, under whichever of their
// keys, and returns what belongs to them.
func (db *DB) holdPerson(ctx context.Context, tx *sql.Tx, p research.ProjectID, key research.PersonKey) (of *belongings, err error) {
	for held := 0; ; held = len(of.own()) {
		if of, err = db.belongings(ctx, tx, p, key); err != nil || len(of.own()) == held {
			return of, err
		}
		if err := db.holdShards(ctx, tx, p, of.own()); err != nil {
			return nil, err
		}
	}
}

func (db *DB) holdShards(ctx context.Context, tx *sql.Tx, p research.ProjectID, keys []research.PersonKey) error {
	if db.dialect == sqliteDialect { // one writer
		return nil
	}
	shards := make([]int, len(keys))
	for i, key := range keys {
		shards[i] = key.Shard(p)
	}
	_, err := collect(ctx, tx, func(r row) (n int, err error) { return n, r.Scan(&n) },
		"SELECT shard FROM shards WHERE shard = ANY($1) ORDER BY shard"+db.lockRow, shards)
	return err
}

// erasePeople deletes what the trigger stage keeps of a person. What it keeps of
// a group stays: it is said of the group.
func erasePeople(ctx context.Context, tx *sql.Tx, p research.ProjectID, keys []research.PersonKey) error {
	if err := restartReplays(ctx, tx, p); err != nil {
		return err
	}
	for _, key := range keys {
		if _, err := tx.ExecContext(ctx, "DELETE FROM inbox WHERE shard = $1 AND project_id = $2 AND user_key = $3", key.Shard(p), p, key); err != nil {
			return err
		}
		for _, statement := range []string{
			"DELETE FROM decisions WHERE project_id = $1 AND user_key = $2",
			"DELETE FROM trigger_runs WHERE project_id = $1 AND user_key = $2",
			"DELETE FROM people WHERE project_id = $1 AND user_key = $2",
			"DELETE FROM links WHERE project_id = $1 AND user_key = $2",
			"DELETE FROM links WHERE project_id = $1 AND from_key = $2",
			"DELETE FROM former_links WHERE project_id = $1 AND user_key = $2",
		} {
			if _, err := tx.ExecContext(ctx, statement, p, key); err != nil {
				return err
			}
		}
	}
	return nil
}
