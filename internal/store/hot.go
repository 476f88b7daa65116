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
	selectLink   = "SELECT user_key, linked_at FROM links WHERE project_id = $1 AND from_key = $2"
	insertLink   = "INSERT INTO links (project_id, from_key, user_key, linked_at) VALUES ($1, $2, $3, $4) ON CONFLICT (project_id, from_key) DO NOTHING"
	selectPerson = "SELECT traits, group_id, group_at, first_seen, last_seen FROM people WHERE project_id = $1 AND user_key = $2"
	upsertPerson = `INSERT INTO people (project_id, user_key, traits, group_id, group_at, first_seen, last_seen) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (project_id, user_key) DO UPDATE SET traits = excluded.traits, group_id = excluded.group_id,
			group_at = excluded.group_at, first_seen = excluded.first_seen, last_seen = excluded.last_seen`
	selectGroup = "SELECT traits FROM group_traits WHERE project_id = $1 AND group_id = $2"
	upsertGroup = `INSERT INTO group_traits (project_id, group_id, traits) VALUES ($1, $2, $3)
		ON CONFLICT (project_id, group_id) DO UPDATE SET traits = excluded.traits`
	selectInbox   = "SELECT seq, user_key, ticket_hash, news, record FROM inbox WHERE shard BETWEEN $1 AND $2 ORDER BY shard, seq LIMIT $3"
	deleteInbox   = "DELETE FROM inbox WHERE shard = $1 AND seq = $2"
	insertInbox   = "INSERT INTO inbox (shard, seq, project_id, user_key, ticket_hash, news, record) VALUES ($1, $2, $3, $4, $5, $6, $7)"
	selectLastSeq = "SELECT last_seq FROM event_log WHERE one = 1"
	updateLastSeq = "UPDATE event_log SET last_seq = $1 WHERE one = 1"
	insertPack    = "INSERT INTO packs (first_seq, received_at, heads, body) VALUES ($1, $2, $3, $4)"
)

var hotStatements = []string{selectLink, insertLink, selectPerson, upsertPerson, selectGroup, upsertGroup, selectInbox, deleteInbox, insertInbox,
	selectLastSeq, updateLastSeq, insertPack}

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
