package store

import (
	"context"
	"database/sql"
)

// Statements of the hot path: one event runs several of each. SQLite's driver
// compiles a text whenever it is used, which costs more than running it, so
// these are compiled once, on the one connection that writes. PostgreSQL's
// driver remembers by itself.
const (
	selectLink   = "SELECT user_key FROM links WHERE project_id = $1 AND anonymous_id = $2"
	insertLink   = "INSERT INTO links (project_id, anonymous_id, user_key, linked_at) VALUES ($1, $2, $3, $4) ON CONFLICT (project_id, anonymous_id) DO NOTHING"
	selectPerson = "SELECT traits, group_id, group_at, first_seen, last_seen FROM people WHERE project_id = $1 AND user_key = $2"
	upsertPerson = `INSERT INTO people (project_id, user_key, traits, group_id, group_at, first_seen, last_seen) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (project_id, user_key) DO UPDATE SET traits = excluded.traits, group_id = excluded.group_id,
			group_at = excluded.group_at, first_seen = excluded.first_seen, last_seen = excluded.last_seen`
	selectInbox = "SELECT i.user_key, i.ticket_hash, " + eventColumns + `
		FROM inbox i JOIN events e ON e.seq = i.seq WHERE i.shard = $1 ORDER BY i.seq LIMIT $2`
	deleteInbox = "DELETE FROM inbox WHERE shard = $1 AND seq = $2"
	insertInbox = "INSERT INTO inbox (shard, seq, project_id, user_key, ticket_hash) VALUES ($1, $2, $3, $4, $5)"
	insertKey   = "INSERT INTO dedupe (project_id, message_key, signed, fingerprint, seen_day) VALUES ($1, $2, $3, $4, $5)" + upsertDedupe
	insertEvent = `INSERT INTO events (shard, project_id, user_key, type, name, ts, received_at, source, signed, message_id, payload)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING seq`
)

var hotStatements = []string{selectLink, insertLink, selectPerson, upsertPerson, selectInbox, deleteInbox, insertInbox, insertKey, insertEvent}

// compiled is the hot statements by their text; empty where the driver needs none.
type compiled map[string]*sql.Stmt

func (db *DB) compile(ctx context.Context) error {
	if db.dialect != sqliteDialect {
		return nil
	}
	db.hot = compiled{}
	for _, text := range hotStatements {
		stmt, err := db.write.PrepareContext(ctx, text)
		if err != nil {
			return err
		}
		db.hot[text] = stmt
	}
	return nil
}

// hotTx is a transaction that runs hot statements as they were compiled.
type hotTx struct {
	*sql.Tx
	hot compiled
}

func (t hotTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if stmt := t.hot[query]; stmt != nil {
		return t.StmtContext(ctx, stmt).ExecContext(ctx, args...)
	}
	return t.Tx.ExecContext(ctx, query, args...)
}

func (t hotTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := t.hot[query]; stmt != nil {
		return t.StmtContext(ctx, stmt).QueryContext(ctx, args...)
	}
	return t.Tx.QueryContext(ctx, query, args...)
}

func (t hotTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt := t.hot[query]; stmt != nil {
		return t.StmtContext(ctx, stmt).QueryRowContext(ctx, args...)
	}
	return t.Tx.QueryRowContext(ctx, query, args...)
}
