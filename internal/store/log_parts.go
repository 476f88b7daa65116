package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/eventlog"
)

// partOf names a part of a run.
type partOf struct {
	part  int
	first int64 // of the run
}

// reader is a querier with the parts of runs that were read ahead; a part that was
// looked for in vain is nil.
type reader struct {
	querier
	ahead map[partOf][]byte
}

func (r *run) part(h eventlog.Hash) partOf { return partOf{r.format.Part(h), r.first} }

// find is the entries of a Hash in one run.
func (r *run) find(ctx context.Context, q querier, h eventlog.Hash) ([]eventlog.Entry, error) {
	at := r.part(h)
	if read, ok := q.(reader); ok {
		if entries, ok := read.ahead[at]; ok {
			return r.format.Find(entries, r.first, h), nil
		}
	}
	var entries []byte
	err := q.QueryRowContext(ctx, selectPart, at.part, at.first).Scan(&entries)
	if errors.Is(err, sql.ErrNoRows) { // no Hash of the run falls into that part
		return nil, nil
	}
	return r.format.Find(entries, r.first, h), err
}

func (sqliteBulk) upsertParts(ctx context.Context, tx hotTx, first int64, parts []eventlog.Part) error {
	for _, p := range parts {
		if _, err := tx.ExecContext(ctx, upsertPart, p.Number, first, p.Entries); err != nil {
			return err
		}
	}
	return nil
}

func (postgresBulk) upsertParts(ctx context.Context, tx hotTx, first int64, parts []eventlog.Part) error {
	numbers, entries := make([]int64, len(parts)), make([][]byte, len(parts))
	for i, p := range parts {
		numbers[i], entries[i] = int64(p.Number), p.Entries
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO run_parts (part, first_seq, entries) SELECT p.part, $2, p.entries FROM unnest($1::int[], $3::bytea[]) AS p (part, entries)"+mergePart,
		numbers, first, entries)
	return err
}

// partsTogether is how many parts one statement of SQLite reads: half of what a
// part costs is asking for it.
const partsTogether = 32

var selectParts = "WITH wanted (part, first_seq) AS (VALUES (?, ?)" + strings.Repeat(", (?, ?)", partsTogether-1) + `)
	SELECT p.part, p.first_seq, p.entries FROM wanted CROSS JOIN run_parts p ON p.part = wanted.part AND p.first_seq = wanted.first_seq`

func (sqliteBulk) readAhead(ctx context.Context, q querier, parts []partOf) (querier, error) {
	ahead := make(map[partOf][]byte, len(parts))
	for some := range slices.Chunk(parts, partsTogether) {
		args := make([]any, 2*partsTogether) // what is not wanted is NULL and finds nothing
		for i, at := range some {
			ahead[at], args[2*i], args[2*i+1] = nil, at.part, at.first
		}
		if err := collectParts(ctx, q, ahead, selectParts, args...); err != nil {
			return nil, err
		}
	}
	return reader{q, ahead}, nil
}

func (postgresBulk) readAhead(ctx context.Context, q querier, parts []partOf) (querier, error) {
	numbers, firsts, ahead := make([]int64, len(parts)), make([]int64, len(parts)), make(map[partOf][]byte, len(parts))
	for i, at := range parts {
		numbers[i], firsts[i], ahead[at] = int64(at.part), at.first, nil
	}
	err := collectParts(ctx, q, ahead, `SELECT p.part, p.first_seq, p.entries FROM unnest($1::int[], $2::bigint[]) AS wanted (part, first_seq)
		JOIN run_parts p ON p.part = wanted.part AND p.first_seq = wanted.first_seq`, numbers, firsts)
	return reader{q, ahead}, err
}

func collectParts(ctx context.Context, q querier, into map[partOf][]byte, query string, args ...any) error {
	_, err := collect(ctx, q, func(r row) (struct{}, error) {
		var at partOf
		var entries []byte
		err := r.Scan(&at.part, &at.first, &entries)
		into[at] = entries
		return struct{}{}, err
	}, query, args...)
	return err
}
