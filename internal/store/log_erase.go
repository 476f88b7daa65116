package store

import (
	"context"
	"database/sql"
	"slices"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
)

// removal says whose events go.
type removal struct {
	project research.ProjectID
	of      *belongings
}

func (r removal) takes(e *research.Event) bool { return e.Project == r.project && r.of.has(e) }

// packsErased is how many packs one transaction of an erasure rewrites, so that
// ingest never waits for a whole history.
const packsErased = 8

// seqsOf is the numbers of the events in whose heads the person may stand, in order.
func (db *DB) seqsOf(ctx context.Context, q querier, r removal) ([]int64, error) {
	entries, err := db.entriesOf(ctx, q, r.project, r.of.keys())
	return numbers(entries), err
}

// removeEvents removes a person's events from the log, few packs at a time.
func (db *DB) removeEvents(ctx context.Context, r removal) error {
	seqs, err := db.seqsOf(ctx, db.read, r)
	for err == nil && len(seqs) > 0 {
		var left []int64
		err = db.InTx(ctx, func(tx *sql.Tx) (err error) {
			left, err = db.removeFew(ctx, tx, r, seqs, packsErased)
			return err
		})
		seqs = left
	}
	return err
}

// removeNow removes what is left of them.
func (db *DB) removeNow(ctx context.Context, tx *sql.Tx, r removal) error {
	seqs, err := db.seqsOf(ctx, tx, r)
	for err == nil && len(seqs) > 0 {
		seqs, err = db.removeFew(ctx, tx, r, seqs, len(seqs))
	}
	return err
}

// removeFew removes events from the first packs that hold some, and returns the
// numbers that lie behind them.
func (db *DB) removeFew(ctx context.Context, tx *sql.Tx, r removal, seqs []int64, packs int) ([]int64, error) {
	gone := map[eventlog.Hash][]int64{} // removed events by what they were found by
	for ; packs > 0 && len(seqs) > 0; packs-- {
		p, err := packAt(ctx, tx, seqs[0], db.lockRow)
		if err != nil {
			return nil, err
		}
		if p == nil {
			seqs = seqs[1:]
			continue
		}
		inside, _ := slices.BinarySearch(seqs, p.First+int64(p.Len()))
		if err := removeFrom(ctx, tx, p, r, seqs[:inside], gone); err != nil {
			return nil, err
		}
		seqs = seqs[inside:]
	}
	return seqs, db.unindex(ctx, tx, gone)
}

// in tells whether a number is among some that are in order.
func in(seqs []int64, seq int64) bool {
	_, found := slices.BinarySearch(seqs, seq)
	return found
}

// removeFrom removes those of some events that are the person's from their pack.
func removeFrom(ctx context.Context, tx *sql.Tx, p *eventlog.Pack, r removal, seqs []int64, gone map[eventlog.Hash][]int64) error {
	events, err := p.Events(func(place int) bool { return in(seqs, p.First+int64(place)) })
	if err != nil {
		return err
	}
	places := map[int]bool{}
	for i := range events {
		if !r.takes(&events[i]) {
			continue
		}
		place := int(events[i].Seq - p.First)
		places[place] = true
		head := p.Head(place)
		for _, h := range head.Hashes() {
			gone[h] = append(gone[h], events[i].Seq)
		}
	}
	if len(places) == 0 {
		return nil
	}
	if err := p.Remove(func(place int) bool { return places[place] }); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE packs SET heads = $2, body = $3 WHERE first_seq = $1", p.First, p.Heads, p.Body)
	return err
}

// unindex takes removed events out of the sealed indexes. Their messages stay.
func (db *DB) unindex(ctx context.Context, tx *sql.Tx, gone map[eventlog.Hash][]int64) error {
	delete(gone, 0)
	for h, seqs := range gone {
		for _, format := range eventlog.Formats {
			if err := db.unindexIn(ctx, tx, format, h, seqs); err != nil {
				return err
			}
		}
	}
	return nil
}

// unindexIn takes a Hash out of the runs of one format where it leads to one of
// the events.
func (db *DB) unindexIn(ctx context.Context, tx *sql.Tx, format eventlog.Format, h eventlog.Hash, seqs []int64) error {
	part := format.Part(h)
	runs, err := collect(ctx, tx, scanPart, "SELECT first_seq, entries FROM run_parts WHERE part = $1 AND first_seq > $2 AND first_seq <= $3 ORDER BY first_seq"+db.lockRow,
		part, seqs[0]-int64(db.log.stretch), seqs[len(seqs)-1])
	for _, p := range runs {
		rest := format.Without(p.entries, p.first, h, func(seq int64) bool { return in(seqs, seq) })
		if err != nil || len(rest) == len(p.entries) {
			continue
		}
		_, err = tx.ExecContext(ctx, "UPDATE run_parts SET entries = $3 WHERE part = $1 AND first_seq = $2", part, p.first, rest)
	}
	return err
}

// runPart is one part of a sealed index.
type runPart struct {
	first   int64
	entries []byte
}

func scanPart(r row) (p runPart, err error) { return p, r.Scan(&p.first, &p.entries) }
