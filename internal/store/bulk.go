package store

import "context"

// bulk is the statements of the hot path where the engines want different ones:
// PostgreSQL one with arrays, SQLite a prepared one a row.
type bulk interface {
	insertInbox(ctx context.Context, tx hotTx, waited []*arrival) error
	deleteInbox(ctx context.Context, tx hotTx, shard int, seqs []int64) error
}

type sqliteBulk struct{}

func (sqliteBulk) insertInbox(ctx context.Context, tx hotTx, waited []*arrival) error {
	for _, a := range waited {
		key := a.event.Person()
		if _, err := tx.ExecContext(ctx, insertInbox, key.Shard(a.event.Project), a.event.Seq, int64(a.event.Project), string(key),
			nullBytes(a.event.TicketHash), int(a.news), a.record); err != nil {
			return err
		}
	}
	return nil
}

func (sqliteBulk) deleteInbox(ctx context.Context, tx hotTx, shard int, seqs []int64) error {
	for _, seq := range seqs {
		if _, err := tx.ExecContext(ctx, deleteInbox, shard, seq); err != nil {
			return err
		}
	}
	return nil
}

type postgresBulk struct{}

func (postgresBulk) insertInbox(ctx context.Context, tx hotTx, waited []*arrival) error {
	n := len(waited)
	shards, seqs, projects, news := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	keys, tickets, records := make([]string, n), make([][]byte, n), make([][]byte, n)
	for i, a := range waited {
		key := a.event.Person()
		shards[i], seqs[i], projects[i] = int64(key.Shard(a.event.Project)), a.event.Seq, int64(a.event.Project)
		keys[i], tickets[i], news[i], records[i] = string(key), a.event.TicketHash, int64(a.news), a.record
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO inbox (shard, seq, project_id, user_key, ticket_hash, news, record)
		SELECT * FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[], $6::int[], $7::bytea[])`,
		shards, seqs, projects, keys, tickets, news, records)
	return err
}

func (postgresBulk) deleteInbox(ctx context.Context, tx hotTx, shard int, seqs []int64) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM inbox WHERE shard = $1 AND seq = ANY($2)", shard, seqs)
	return err
}

func nullBytes(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}
