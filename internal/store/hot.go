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
	upsertPerson = `INSERT INTO people (project_id, user_key, traits, group_id, group_at, first_seen, last_seen) VALUES ($1, $2, $3, $4, $5, $6, $7)` + mergePerson
	mergePerson  = `
		ON CONFLICT (project_id, user_key) DO UPDATE SET traits = excluded.traits, group_id = excluded.group_id, group_at = excluded.group_at` + mergeSeen
	sightPerson = `INSERT INTO people (project_id, user_key, first_seen, last_seen) SELECT $1, $2, $3, $4
		WHERE NOT EXISTS (SELECT 1 FROM links WHERE project_id = $1 AND from_key = $2)
		ON CONFLICT (project_id, user_key) DO UPDATE SET project_id = excluded.project_id` + mergeSeen
	mergeSeen = `,
		first_seen = CASE WHEN excluded.first_seen < people.first_seen THEN excluded.first_seen ELSE people.first_seen END,
		last_seen = CASE WHEN excluded.last_seen > people.last_seen THEN excluded.last_seen ELSE people.last_seen END`
	selectGroup    = "SELECT traits FROM group_traits WHERE project_id = $1 AND group_id = $2"
	upsertGroup    = "INSERT INTO group_traits (project_id, group_id, traits) VALUES ($1, $2, $3)" + mergeGroup
	mergeGroup     = " ON CONFLICT (project_id, group_id) DO UPDATE SET traits = excluded.traits"
	decisionFields = `project_id, study_id, trigger_id, version, user_key, at, event_seq, message_id, event_name, outcome, gate, detail, remedy, invite_id,
			again_until, ticket_hash, test`
	insertDecision = "INSERT INTO decisions (" + decisionFields + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)" + mergeDecision
	mergeDecision  = `
		ON CONFLICT (trigger_id, event_seq) DO UPDATE SET version = excluded.version, at = excluded.at, outcome = excluded.outcome, gate = excluded.gate,
			detail = excluded.detail, remedy = excluded.remedy, invite_id = excluded.invite_id, user_key = excluded.user_key,
			again_until = excluded.again_until, ticket_hash = excluded.ticket_hash, test = excluded.test
			WHERE decisions.outcome <> 'invited' OR excluded.outcome = 'invited'` // why somebody was asked outlives an edit
	deleteDecision = "DELETE FROM decisions WHERE trigger_id = $1 AND event_seq = $2 AND outcome <> 'invited'"
	selectCount    = "SELECT kept FROM decision_counts WHERE project_id = $1 AND trigger_id = $2 AND day = $3 AND outcome = $4 AND gate = $5"
	upsertCount    = `INSERT INTO decision_counts (project_id, trigger_id, day, outcome, gate, kept, beyond, last_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (project_id, trigger_id, day, outcome, gate) DO UPDATE SET kept = decision_counts.kept + excluded.kept,
			beyond = decision_counts.beyond + excluded.beyond, last_at = CASE WHEN excluded.last_at > decision_counts.last_at THEN excluded.last_at ELSE decision_counts.last_at END`
	selectRuns = "SELECT project_id, user_key, trigger_id, version, state, next_at FROM trigger_runs WHERE project_id = $1 AND user_key = $2"
	// The inbox is asked for one shard after the other, each by the index: it is polled
	// in each pass, also while a million events wait in it.
	// Whether anything is due at all is asked first: PostgreSQL would read the whole
	// table where it has not counted yet what was added.
	selectDueShards = `WITH RECURSIVE waiting (shard) AS (SELECT min(shard) FROM inbox
			UNION ALL SELECT (SELECT min(i.shard) FROM inbox AS i WHERE i.shard > waiting.shard) FROM waiting WHERE waiting.shard IS NOT NULL)
		SELECT shard FROM waiting WHERE shard IS NOT NULL
		UNION SELECT shard FROM trigger_runs WHERE next_at <= $1
		AND (SELECT min(next_at) FROM trigger_runs WHERE next_at IS NOT NULL) <= $1` + notReplaying + " ORDER BY shard"
	selectDueOf = "SELECT project_id, user_key FROM trigger_runs WHERE next_at <= $1 AND shard = ANY($3)" + notReplaying + " ORDER BY next_at LIMIT $2"
	selectDue   = "SELECT project_id, user_key FROM trigger_runs WHERE next_at <= $1" + notReplaying + " ORDER BY next_at LIMIT $2"
	upsertRun   = `INSERT INTO trigger_runs (project_id, user_key, trigger_id, version, shard, state, next_at, ticket_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)` + mergeRun
	mergeRun    = `
		ON CONFLICT (project_id, user_key, trigger_id) DO UPDATE SET version = excluded.version, shard = excluded.shard, state = excluded.state,
			next_at = excluded.next_at, ticket_hash = excluded.ticket_hash`
	deleteRun   = "DELETE FROM trigger_runs WHERE project_id = $1 AND user_key = $2 AND trigger_id = $3"
	selectAgain = `SELECT trigger_id, version, event_seq, message_id, event_name, ticket_hash FROM decisions
		WHERE project_id = $1 AND user_key = $2 AND again_until >= $3 ORDER BY id`
	selectOpenInvite = "SELECT " + inviteColumns + " FROM invitations WHERE project_id = $1 AND user_key = $2 AND closed_at IS NULL"
	selectContacts   = "SELECT trigger_id, last_shown_at, dismissals, never FROM contacts WHERE project_id = $1 AND user_key = $2 AND trigger_id IN (0, $3)"
	countSuppressed  = "SELECT count(*) FROM suppressed WHERE project_id = $1 AND hash = $2"
	insertInvite     = makeInvite + inviteColumns
	makeInvite       = `INSERT INTO invitations (public_id, project_id, study_id, trigger_id, user_key, event_seq, event_name, message_id, state,
			verified, token_hash, ticket_hash, reserved_at, expires_at, test, zone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'reserved', $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT DO NOTHING RETURNING `
	takePlace = `INSERT INTO caps (project_id, trigger_id, period, used) VALUES ($1, $2, $3, 1)
		ON CONFLICT (project_id, trigger_id, period) DO UPDATE SET used = caps.used + 1
			WHERE $4 = 0 OR caps.used < $4
		RETURNING used`
	holdPlace                              = "INSERT INTO cap_reservations (invite_id, project_id, trigger_id, period) VALUES ($1, $2, $3, $4)"
	beginReserve, keepReserve, undoReserve = "SAVEPOINT reserve", "RELEASE SAVEPOINT reserve", "ROLLBACK TO SAVEPOINT reserve"
	countInterviews                        = `SELECT count(*) FROM interviews
		WHERE project_id = $1 AND study_id = $2 AND test = 0 AND state IN ('completed', 'running', 'paused')`
	selectPending = "SELECT seq, user_key, ticket_hash, news, record FROM inbox"
	selectInbox   = selectPending + " WHERE shard BETWEEN $1 AND $2 ORDER BY shard, seq LIMIT $3"
	selectInboxOf = `SELECT waiting.* FROM unnest($1::int[]) AS held (shard) CROSS JOIN LATERAL (
			` + selectPending + ` WHERE inbox.shard = held.shard ORDER BY seq LIMIT $2) AS waiting LIMIT $2`
	deleteInbox   = "DELETE FROM inbox WHERE shard = $1 AND seq = $2"
	insertInbox   = "INSERT INTO inbox (shard, seq, project_id, user_key, ticket_hash, news, record) VALUES ($1, $2, $3, $4, $5, $6, $7)"
	selectLastSeq = "SELECT last_seq FROM event_log WHERE one = 1"
	updateLastSeq = "UPDATE event_log SET last_seq = $1 WHERE one = 1"
	selectPart    = "SELECT entries FROM run_parts WHERE part = $1 AND first_seq = $2"
	upsertPart    = "INSERT INTO run_parts (part, first_seq, entries) VALUES ($1, $2, $3)" + mergePart
	mergePart     = " ON CONFLICT (part, first_seq) DO UPDATE SET entries = excluded.entries"
	insertPack    = "INSERT INTO packs (first_seq, received_at, heads, body) VALUES ($1, $2, $3, $4)"
)

var hotStatements = []string{selectLink, insertLink, selectPerson, upsertPerson, sightPerson, selectGroup, upsertGroup, selectInbox, deleteInbox, insertInbox,
	selectLastSeq, updateLastSeq, insertPack, selectPart, selectParts, upsertPart, insertDecision, deleteDecision, selectCount, upsertCount, selectRuns, selectDue, upsertRun, deleteRun, selectAgain, selectOpenInvite, selectContacts, countSuppressed, countInterviews,
	insertInvite, takePlace, holdPlace, beginReserve, keepReserve, undoReserve,
	upsertName, upsertDay, selectPath, touchPath, upsertPath}

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
