package store

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
)

// eventLog is what the program remembers of the stored events: the heads of the
// newest, the filters of the others, and who is known. The tables are the truth;
// whoever appends first reads what other processes appended.
//
// Whoever holds mu may be inside a transaction, and never waits for a connection
// of the pool that writes.
type eventLog struct {
	mu     sync.RWMutex
	recent *eventlog.Recent // nil: nothing is remembered, read the tables again
	runs   []run
	known  *eventlog.Known
	// sightings of users, until they are written; they survive forget.
	sightings map[personID]sighting
	interest  atomic.Pointer[func(*research.Event) bool]
	stretch   int // events that are sealed into one run
}

// run is a sealed index, without its parts.
type run struct {
	first, last int64
	latest      int64 // no event of it is later, Unix milliseconds
	format      eventlog.Format
	filter      eventlog.Filter
}

// SetInterest tells which events somebody waits for: the others are stored, and
// go to the trigger stage only with news of who is who. Without it all go.
func (db *DB) SetInterest(waited func(*research.Event) bool) { db.log.interest.Store(&waited) }

// asks tells whether somebody waits for the event.
func (l *eventLog) asks(e *research.Event) bool {
	waited := l.interest.Load()
	return waited == nil || (*waited)(e)
}

// forget drops what is remembered: a transaction that it followed from failed.
func (l *eventLog) forget() { l.recent = nil }

// forgetAll is forget for who does not hold mu.
func (l *eventLog) forgetAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget()
}

// load reads the filters of all runs, and the heads after them.
func (l *eventLog) load(ctx context.Context, q querier) (err error) {
	l.runs, err = collect(ctx, q, func(r row) (s run, err error) {
		return s, r.Scan(&s.first, &s.last, &s.latest, &s.format, (*[]byte)(&s.filter))
	}, "SELECT first_seq, last_seq, latest_at, format, filter FROM runs ORDER BY first_seq")
	if err != nil {
		return err
	}
	aliases, err := collect(ctx, q, func(r row) (h eventlog.Hash, err error) {
		var project research.ProjectID
		var key research.PersonKey
		err = r.Scan(&project, &key)
		return eventlog.PersonHash(project, key), err
	}, "SELECT project_id, from_key FROM links WHERE from_key >= 'u:'")
	if err != nil {
		return err
	}
	next := int64(1)
	if n := len(l.runs); n > 0 {
		next = l.runs[n-1].last + 1
	}
	l.known = eventlog.NewKnown(aliases)
	l.recent = eventlog.NewRecent(next)
	return l.loadRest(ctx, q, next)
}

// loadRest takes up what follows the last run in the pack that it ends in.
func (l *eventLog) loadRest(ctx context.Context, q querier, next int64) error {
	p, err := packAt(ctx, q, next, "")
	if err != nil || p == nil || p.First == next {
		return err
	}
	l.takeUp(p, int(next-p.First))
	return nil
}

// takeUp remembers the events of a pack from a place on, as another process's.
func (l *eventLog) takeUp(p *eventlog.Pack, from int) {
	for place := from; place < p.Len(); place++ {
		h := p.Head(place)
		l.known.Follow(&h)
		l.recent.Add(h)
	}
}

// catchUp takes up what was appended since. The caller holds mu.
func (l *eventLog) catchUp(ctx context.Context, q querier) error {
	if l.recent == nil {
		if err := l.load(ctx, q); err != nil {
			l.forget()
			return err
		}
	}
	packs, err := collect(ctx, q, scanHeads, "SELECT first_seq, heads FROM packs WHERE first_seq >= $1 ORDER BY first_seq", l.recent.Next())
	l.follow(packs)
	return err
}

func scanHeads(r row) (p eventlog.Pack, err error) { return p, r.Scan(&p.First, &p.Heads) }

// follow takes up the heads of packs, from the next number on.
func (l *eventLog) follow(packs []eventlog.Pack) {
	for i := range packs {
		l.recent.Skip(packs[i].First)
		l.takeUp(&packs[i], 0)
	}
}

// saw tells whether an event may have stood under that anonymousId. The caller
// holds mu.
func (l *eventLog) saw(browser eventlog.Hash) bool {
	if l.recent.Saw(browser) {
		return true
	}
	for i := len(l.runs) - 1; i >= 0; i-- {
		if l.runs[i].filter.May(browser) {
			return true
		}
	}
	return false
}

// find is every event in whose head one of the hashes stands, once, in the order
// of receipt. It first takes up what was committed before it was called.
func (l *eventLog) find(ctx context.Context, q querier, hashes ...eventlog.Hash) ([]eventlog.Entry, error) {
	l.mu.Lock()
	found, err := l.findInMemory(ctx, q, hashes)
	runs := l.runs
	l.mu.Unlock()
	if err != nil {
		return nil, err
	}
	for _, h := range hashes {
		more, err := findSealed(ctx, q, runs, h)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return eachOnce(found), nil
}

// findRecent is find among the events that no run indexes yet.
func (l *eventLog) findRecent(ctx context.Context, q querier, h eventlog.Hash) ([]eventlog.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.findInMemory(ctx, q, []eventlog.Hash{h})
}

func (l *eventLog) findInMemory(ctx context.Context, q querier, hashes []eventlog.Hash) (found []eventlog.Entry, err error) {
	if err := l.catchUp(ctx, q); err != nil {
		return nil, err
	}
	for _, h := range hashes {
		found = append(found, l.recent.Find(h)...)
	}
	return found, nil
}

// withUser leaves out events that are known to carry no userId.
func (l *eventLog) withUser(entries []eventlog.Entry) []eventlog.Entry {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.DeleteFunc(entries, func(e eventlog.Entry) bool {
		return l.recent != nil && e.Seq >= l.recent.First && e.Seq < l.recent.Next() && l.recent.Heads()[e.Seq-l.recent.First].User == 0
	})
}

// eachOnce drops what was found twice: by two of the hashes, or in two runs, for
// processes that first read the log at different times seal different stretches.
func eachOnce(found []eventlog.Entry) []eventlog.Entry {
	slices.SortFunc(found, func(a, b eventlog.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	return slices.CompactFunc(found, func(a, b eventlog.Entry) bool { return a.Seq == b.Seq })
}

func findSealed(ctx context.Context, q querier, runs []run, h eventlog.Hash) (found []eventlog.Entry, err error) {
	for i := range runs {
		if h == 0 || !runs[i].filter.May(h) {
			continue
		}
		more, err := runs[i].find(ctx, q, h)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}
