package store

import (
	"context"
	"database/sql"

	"github.com/usercall/usercall/internal/research"
)

// holdPerson takes the right to decide about a person, under whichever of their
// keys, and returns the keys.
func (db *DB) holdPerson(ctx context.Context, tx *sql.Tx, p research.ProjectID, key research.PersonKey) (keys []research.PersonKey, err error) {
	for held := 0; ; held = len(keys) {
		if keys, err = db.keysOf(ctx, tx, p, key); err != nil || len(keys) == held {
			return keys, err
		}
		if err := db.holdShards(ctx, tx, p, keys); err != nil {
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
	for _, key := range keys {
		if _, err := tx.ExecContext(ctx, "DELETE FROM inbox WHERE shard = $1 AND project_id = $2 AND user_key = $3", key.Shard(p), p, key); err != nil {
			return err
		}
		for _, statement := range []string{
			"DELETE FROM decisions WHERE project_id = $1 AND user_key = $2",
			"DELETE FROM people WHERE project_id = $1 AND user_key = $2",
			"DELETE FROM links WHERE project_id = $1 AND user_key = $2",
			"DELETE FROM links WHERE project_id = $1 AND from_key = $2",
		} {
			if _, err := tx.ExecContext(ctx, statement, p, key); err != nil {
				return err
			}
		}
	}
	return nil
}
