package store

import (
	"context"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
)

// appendAtOnce appends in one statement, which is one round trip to PostgreSQL
// instead of six. It counts on nobody else having appended since this process
// last looked; done is false where somebody has, and nothing happened.
func (db *DB) appendAtOnce(ctx context.Context, events []research.Event, heads []eventlog.Head) (stored []bool, done bool, err error) {
	l := db.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.recent == nil {
		return nil, false, nil
	}
	before := l.recent.Len()
	l.known.Begin()
	defer l.known.Keep()
	b, err := db.sort(ctx, db.read, l.recent.Next(), events, heads)
	if err == nil && len(b.fresh) > 0 && len(b.better) == 0 {
		done, err = db.putAtOnce(ctx, b)
	}
	switch {
	case err != nil: // it may have been committed all the same
		l.forget()
		return nil, !transient(err), err
	case (len(b.fresh) > 0 || len(b.better) > 0) && !done:
		l.recent.Cut(before)
		l.known.Undo()
		return nil, false, nil
	}
	l.sight(b.seen)
	return b.stored, true, nil
}

// putAtOnce tells whether the log ended where the batch begins.
func (db *DB) putAtOnce(ctx context.Context, b batch) (bool, error) {
	p := eventlog.NewPack(b.fresh[0].Seq, b.heads, b.fresh)
	w := inboxColumns(b.waited)
	var n int
	err := db.write.QueryRowContext(ctx, `
		WITH log AS (UPDATE event_log SET last_seq = $2 WHERE one = 1 AND last_seq = $1 RETURNING one),
			pack AS (INSERT INTO packs (first_seq, received_at, heads, body) SELECT $3, $4, $5, $6 FROM log),
			waiting AS (INSERT INTO inbox (shard, seq, project_id, user_key, ticket_hash, news, record)
				SELECT w.* FROM log, unnest($7::int[], $8::bigint[], $9::bigint[], $10::text[], $11::bytea[], $12::int[], $13::bytea[]) AS w)
		SELECT count(*) FROM log`,
		p.First-1, p.First+int64(p.Len())-1, p.First, lastReceipt(b.fresh), p.Heads, p.Body,
		w.shards, w.seqs, w.projects, w.keys, w.tickets, w.news, w.records).Scan(&n)
	return n == 1, err
}
