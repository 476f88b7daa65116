package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/usercall/usercall/internal/research"
)

// bulk is the inserts of the hot path, where the engines want different
// statements: PostgreSQL one with arrays, SQLite a prepared one a row.
type bulk interface {
	claimKeys(ctx context.Context, tx hotTx, round []*arrival) (map[messageKey]bool, error)
	insertEvents(ctx context.Context, tx hotTx, fresh []*arrival) error
	insertInbox(ctx context.Context, tx hotTx, fresh []*arrival) error
	deleteInbox(ctx context.Context, tx hotTx, shard int, seqs []int64) error
}

const day = 24 * 60 * 60 * 1000 // milliseconds

type sqliteBulk struct{}

func (sqliteBulk) claimKeys(ctx context.Context, tx hotTx, round []*arrival) (map[messageKey]bool, error) {
	claimed := map[messageKey]bool{}
	for _, a := range round {
		var project int64
		var hash []byte
		err := tx.QueryRowContext(ctx, insertKey, int64(a.key.project), a.key.hash[:], flag(a.event.Signed), a.fingerprint,
			a.event.ReceivedAt.UnixMilli()/day).Scan(&project, &hash)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		claimed[a.key] = true
	}
	return claimed, nil
}

func (sqliteBulk) insertEvents(ctx context.Context, tx hotTx, fresh []*arrival) error {
	for _, a := range fresh {
		e := a.event
		key := e.Person()
		err := tx.QueryRowContext(ctx, insertEvent, key.Shard(e.Project), int64(e.Project), string(key), string(e.Type), e.Name,
			ms(e.Timestamp), ms(e.ReceivedAt), string(e.Source), flag(e.Signed), e.MessageID, a.payload).Scan(&e.Seq)
		if err != nil {
			return err
		}
	}
	return nil
}

func (sqliteBulk) insertInbox(ctx context.Context, tx hotTx, fresh []*arrival) error {
	for _, a := range fresh {
		key := a.event.Person()
		if _, err := tx.ExecContext(ctx, insertInbox, key.Shard(a.event.Project), a.event.Seq, int64(a.event.Project), string(key),
			nullBytes(a.event.TicketHash)); err != nil {
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

func (postgresBulk) claimKeys(ctx context.Context, tx hotTx, round []*arrival) (claimed map[messageKey]bool, err error) {
	n := len(round)
	projects, hashes, signed, prints, days := make([]int64, n), make([][]byte, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i, a := range round {
		projects[i], hashes[i], signed[i] = int64(a.key.project), a.key.hash[:], int64(flag(a.event.Signed))
		prints[i], days[i] = a.fingerprint, a.event.ReceivedAt.UnixMilli()/day
	}
	keys, err := collect(ctx, tx, scanMessageKey, `
		INSERT INTO dedupe (project_id, message_key, signed, fingerprint, seen_day)
		SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::int[], $4::bigint[], $5::int[])`+upsertDedupe,
		projects, hashes, signed, prints, days)
	claimed = make(map[messageKey]bool, len(keys))
	for _, k := range keys {
		claimed[k] = true
	}
	return claimed, err
}

func scanMessageKey(r row) (messageKey, error) {
	var k messageKey
	var hash []byte
	err := r.Scan(&k.project, &hash)
	copy(k.hash[:], hash)
	return k, err
}

func (postgresBulk) insertEvents(ctx context.Context, tx hotTx, fresh []*arrival) error {
	n := len(fresh)
	ints := [5][]int64{}
	texts := [6][]string{}
	for i := range ints {
		ints[i] = make([]int64, n)
	}
	for i := range texts {
		texts[i] = make([]string, n)
	}
	for i, a := range fresh {
		e := a.event
		key := e.Person()
		ints[0][i], ints[1][i], ints[2][i] = int64(key.Shard(e.Project)), int64(e.Project), ms(e.Timestamp)
		ints[3][i], ints[4][i] = ms(e.ReceivedAt), int64(flag(e.Signed))
		texts[0][i], texts[1][i], texts[2][i] = string(key), string(e.Type), e.Name
		texts[3][i], texts[4][i], texts[5][i] = string(e.Source), e.MessageID, a.payload
	}
	type placed struct {
		seq     int64
		project research.ProjectID
		message string
	}
	rows, err := collect(ctx, tx, func(r row) (p placed, err error) { return p, r.Scan(&p.seq, &p.project, &p.message) }, `
		INSERT INTO events (shard, project_id, user_key, type, name, ts, received_at, source, signed, message_id, payload)
		SELECT shard, project, key, type, name, ts, received, source, signed, message, payload
		FROM unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::int[], $10::text[], $11::text[])
			WITH ORDINALITY AS u (shard, project, key, type, name, ts, received, source, signed, message, payload, place)
		ORDER BY place
		RETURNING seq, project_id, message_id`,
		ints[0], ints[1], texts[0], texts[1], texts[2], ints[2], ints[3], texts[3], ints[4], texts[4], texts[5])
	if err != nil {
		return err
	}
	seqs := make(map[placed]int64, n) // a key stands once in a round, so this names one row
	for _, p := range rows {
		seqs[placed{project: p.project, message: p.message}] = p.seq
	}
	for _, a := range fresh {
		a.event.Seq = seqs[placed{project: a.event.Project, message: a.event.MessageID}]
	}
	return nil
}

func (postgresBulk) insertInbox(ctx context.Context, tx hotTx, fresh []*arrival) error {
	n := len(fresh)
	shards, seqs, projects := make([]int64, n), make([]int64, n), make([]int64, n)
	keys, tickets := make([]string, n), make([][]byte, n)
	for i, a := range fresh {
		key := a.event.Person()
		shards[i], seqs[i], projects[i] = int64(key.Shard(a.event.Project)), a.event.Seq, int64(a.event.Project)
		keys[i], tickets[i] = string(key), a.event.TicketHash
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO inbox (shard, seq, project_id, user_key, ticket_hash)
		SELECT * FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[])`,
		shards, seqs, projects, keys, tickets)
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
