package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
)

// packAt is the pack that holds an event, nil where retention deleted it. lock is
// the suffix that holds its row.
func packAt(ctx context.Context, q querier, seq int64, lock string) (*eventlog.Pack, error) {
	var p eventlog.Pack
	err := q.QueryRowContext(ctx, "SELECT first_seq, heads, body FROM packs WHERE first_seq <= $1 ORDER BY first_seq DESC LIMIT 1"+lock, seq).
		Scan(&p.First, &p.Heads, &p.Body)
	if errors.Is(err, sql.ErrNoRows) || err == nil && seq >= p.First+int64(p.Len()) {
		return nil, nil
	}
	return &p, err
}

// headAt is the head of an event; an empty one where it is gone.
func headAt(ctx context.Context, q querier, seq int64) (h eventlog.Head, err error) {
	p, err := packAt(ctx, q, seq, "")
	if err != nil || p == nil {
		return h, err
	}
	return p.Head(int(seq - p.First)), nil
}

// readEvents reads events by their numbers, in that order. Those that are gone
// are left out.
func readEvents(ctx context.Context, q querier, seqs []int64) (events []research.Event, err error) {
	found := map[int64]research.Event{}
	for _, seq := range slices.Sorted(slices.Values(seqs)) {
		if _, have := found[seq]; have {
			continue
		}
		p, err := packAt(ctx, q, seq, "")
		if err != nil {
			return nil, err
		}
		if p == nil {
			continue
		}
		inPack, err := p.Events(func(place int) bool { return slices.Contains(seqs, p.First+int64(place)) })
		if err != nil {
			return nil, err
		}
		for _, e := range inPack {
			found[e.Seq] = e
		}
	}
	for _, seq := range seqs {
		if e, ok := found[seq]; ok {
			events = append(events, e)
		}
	}
	return events, nil
}

func numbers(entries []eventlog.Entry) []int64 {
	seqs := make([]int64, len(entries))
	for i := range entries {
		seqs[i] = entries[i].Seq
	}
	return seqs
}

// newestFirst orders entries as a person's events are: by time, then by receipt.
func newestFirst(a, b eventlog.Entry) int {
	return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.Seq, a.Seq))
}

// scan says which stored events are wanted, and in which order.
type scan struct {
	project research.ProjectID
	names   []eventlog.Hash // of type and name; none: any
	since   int64           // of receipt, Unix milliseconds
	before  int64           // number; 0: none
	newest  bool            // first
}

// packsAtOnce is how many packs are in memory together.
const packsAtOnce = 16

// errEnough ends a scan early.
var errEnough = errors.New("enough")

// scanEvents reads the log in the order of receipt, or backwards, and yields
// what is wanted until yield returns errEnough.
func (db *DB) scanEvents(ctx context.Context, s scan, yield func(*research.Event) error) error {
	at := s.start()
	for {
		packs, err := db.packsFrom(ctx, s, at)
		if err != nil || len(packs) == 0 {
			return err
		}
		for i := range packs {
			if err := s.yield(&packs[i].Pack, yield); errors.Is(err, errEnough) {
				return nil
			} else if err != nil {
				return err
			}
		}
		last := packs[len(packs)-1]
		if s.newest && last.received < s.since {
			return nil
		}
		if at = last.First; !s.newest {
			at += int64(last.Len())
		}
		if at, err = db.skip(ctx, s, at); err != nil {
			return err
		}
	}
}

func (s scan) start() int64 {
	switch {
	case !s.newest:
		return 0
	case s.before > 0:
		return s.before
	}
	return int64(1) << 62
}

// storedPack is a pack and when its last event was received.
type storedPack struct {
	eventlog.Pack
	received int64
}

func scanPack(r row) (p storedPack, err error) {
	return p, r.Scan(&p.First, &p.received, &p.Heads, &p.Body)
}

func (db *DB) packsFrom(ctx context.Context, s scan, at int64) ([]storedPack, error) {
	const columns = "SELECT first_seq, received_at, heads, body FROM packs "
	if s.newest {
		return collect(ctx, db.read, scanPack, columns+"WHERE first_seq < $1 ORDER BY first_seq DESC LIMIT $2", at, packsAtOnce)
	}
	return collect(ctx, db.read, scanPack, columns+"WHERE first_seq >= $1 AND received_at >= $2 ORDER BY first_seq LIMIT $3", at, s.since, packsAtOnce)
}

// skip passes over runs in which nothing is that is wanted, to the pack that the
// next one begins in: runs end in the middle of packs.
func (db *DB) skip(ctx context.Context, s scan, at int64) (int64, error) {
	to := db.log.skip(s, at)
	if s.newest || to == at {
		return to, nil
	}
	p, err := packAt(ctx, db.read, to, "")
	if err == nil && p != nil {
		to = p.First
	}
	return to, err
}

func (l *eventLog) skip(s scan, at int64) int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for i := range l.runs { // in the order of the scan
		r := &l.runs[i]
		if s.newest {
			r = &l.runs[len(l.runs)-1-i]
		}
		switch {
		case s.mayBeIn(r.filter):
		case s.newest && at > r.first && at <= r.last+1:
			at = r.first
		case !s.newest && at >= r.first && at <= r.last:
			at = r.last + 1
		}
	}
	return at
}

func (s scan) mayBeIn(f eventlog.Filter) bool {
	if len(s.names) == 0 {
		return f.May(eventlog.ProjectHash(uint32(s.project)))
	}
	return slices.ContainsFunc(s.names, f.May)
}

func (s scan) yield(p *eventlog.Pack, yield func(*research.Event) error) error {
	wanted := make([]bool, p.Len())
	some := false
	for i := range wanted {
		h := p.Head(i)
		wanted[i] = s.wants(&h) && (s.before == 0 || p.First+int64(i) < s.before)
		some = some || wanted[i]
	}
	if !some {
		return nil
	}
	events, err := p.Events(func(place int) bool { return wanted[place] })
	if err != nil {
		return err
	}
	if s.newest {
		slices.Reverse(events)
	}
	for i := range events {
		if ms(events[i].ReceivedAt) < s.since {
			continue
		}
		if err := yield(&events[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s scan) wants(h *eventlog.Head) bool {
	return h.Holds(s.project) && (len(s.names) == 0 || slices.Contains(s.names, h.Name))
}

// countEvents counts a project's events received since, up to a limit, from the
// newest back.
func (db *DB) countEvents(ctx context.Context, p research.ProjectID, since int64, limit int) (n int, err error) {
	at := int64(1) << 62
	for n < limit {
		packs, err := collect(ctx, db.read, func(r row) (p storedPack, err error) { return p, r.Scan(&p.First, &p.received, &p.Heads) },
			"SELECT first_seq, received_at, heads FROM packs WHERE first_seq < $1 ORDER BY first_seq DESC LIMIT $2", at, packsAtOnce)
		if err != nil || len(packs) == 0 {
			return n, err
		}
		for i := range packs {
			if packs[i].received < since {
				return min(n, limit), nil
			}
			for place := range packs[i].Len() {
				if h := packs[i].Head(place); h.Holds(p) {
					n++
				}
			}
		}
		at = packs[len(packs)-1].First
	}
	return min(n, limit), nil
}

// entriesOf is where the log has events that may have been sent under one of the
// keys.
func (db *DB) entriesOf(ctx context.Context, q querier, p research.ProjectID, keys []research.PersonKey) ([]eventlog.Entry, error) {
	var hashes []eventlog.Hash
	for _, k := range keys {
		hashes = append(hashes, eventlog.PersonHash(p, k))
	}
	return db.log.find(ctx, q, hashes...)
}
