package store

import (
	"context"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// past implements trigger.PastLog: a walk through the log from its beginning to
// its end, which moves on meanwhile.
//
// Of events with other names than those that are needed only those are read that
// link an anonymousId under which, alone, something needed was sent: their heads
// say so.
type past struct {
	db      *DB
	q       querier
	project research.ProjectID
	needs   trigger.PastNeeds
	names   map[eventlog.Hash]bool
	alone   map[eventlog.Hash]bool // anonymousIds that somebody was known by
	from    int64                  // the first event that is looked at for its name
	at      int64                  // the last place that was read
	counted int64                  // the last place that Total knows of
	total   int
	since   int64             // Unix milliseconds; 0: no event
	hidden  map[int64]bool    // events that are not evaluated yet
	to      int64             // where to stop; 0: before the first that is not evaluated
	before  []*research.Event // links that are older than the log
}

// maxPast is how many events an activation looks at: each is about 150 bytes of
// memory. Where there are more it looks back less far.
const maxPast = 1_000_000

// OpenPast implements trigger.PastStore.
func (db *DB) OpenPast(ctx context.Context, p research.ProjectID, n trigger.PastNeeds) (trigger.PastLog, error) {
	return db.openPast(ctx, p, n, maxPast)
}

func (db *DB) openPast(ctx context.Context, p research.ProjectID, n trigger.PastNeeds, limit int) (*past, error) {
	l := &past{db: db, q: db.read, project: p, needs: n, names: map[eventlog.Hash]bool{}, alone: map[eventlog.Hash]bool{}}
	for name := range n.Named {
		l.names[eventlog.NameHash(p, name.Type, name.Name)] = true
	}
	l.names[eventlog.NameHash(p, research.Alias, "")] = true
	if n.Identify {
		l.names[eventlog.NameHash(p, research.Identify, "")] = true
	}
	if n.Group {
		l.names[eventlog.NameHash(p, research.Group, "")] = true
	}
	if err := l.census(ctx, limit); err != nil {
		return nil, err
	}
	return l, l.readOldLinks(ctx)
}

// Total implements trigger.PastLog.
func (l *past) Total() int { return l.total }

// Since implements trigger.PastLog.
func (l *past) Since() time.Time { return fromMS(l.since) }

// headsAtOnce is how many packs' heads are in memory together.
const headsAtOnce = 128

// stretch is what a pack has to look at.
type stretch struct {
	first int64
	since int64 // Unix milliseconds
	n     int
}

// census goes over the heads of the log: how much there is to read, and under
// which anonymousIds.
func (l *past) census(ctx context.Context, limit int) error {
	var packs []stretch
	for {
		some, err := collect(ctx, l.q, scanHeads, "SELECT first_seq, heads FROM packs WHERE first_seq > $1 ORDER BY first_seq LIMIT $2", l.counted, headsAtOnce)
		if err != nil {
			return err
		}
		for i := range some {
			if one := l.count(&some[i]); one.since != 0 {
				packs = append(packs, one)
			}
			l.counted = some[i].First + int64(some[i].Len()) - 1
		}
		if len(some) < headsAtOnce {
			break
		}
	}
	for i := len(packs) - 1; i >= 0 && l.total+packs[i].n <= limit; i-- {
		l.total += packs[i].n
		l.from = packs[i].first
		if l.since == 0 || packs[i].since < l.since {
			l.since = packs[i].since
		}
	}
	return nil
}

func (l *past) count(p *eventlog.Pack) stretch {
	s := stretch{first: p.First}
	for i := range p.Len() {
		h := p.Head(i)
		if !h.Holds(l.project) {
			continue
		}
		if s.since == 0 || h.At < s.since {
			s.since = h.At
		}
		if !l.needed(&h) {
			continue
		}
		s.n++
		if h.User == 0 && h.Anon != 0 {
			l.alone[h.Anon] = true
		}
		if h.Prev != 0 {
			l.alone[h.Prev] = true
		}
	}
	return s
}

func (l *past) needed(h *eventlog.Head) bool { return l.needs.Anything || l.names[h.Name] }

func (l *past) wants(h *eventlog.Head, seq int64) bool {
	return h.Holds(l.project) && (seq >= l.from && l.needed(h) || h.Says() && l.alone[h.Anon])
}

// Read implements trigger.PastLog.
func (l *past) Read(ctx context.Context, take func(*research.Event) error) (int, error) {
	for _, e := range l.before {
		if err := take(e); err != nil {
			return 0, err
		}
	}
	l.before = nil
	to := l.to
	if to == 0 {
		var err error
		if to, err = evaluatedTo(ctx, l.q, l.project); err != nil {
			return 0, err
		}
	}
	began := l.at
	for l.at < to {
		if err := l.readSome(ctx, to, take); err != nil {
			return 0, err
		}
	}
	return int(l.at - began), nil
}

// readSome reads a few packs, beginning with the one that the next place is in.
func (l *past) readSome(ctx context.Context, to int64, take func(*research.Event) error) error {
	packs, err := collect(ctx, l.q, scanPack, `SELECT first_seq, received_at, heads, body FROM packs
		WHERE first_seq >= coalesce((SELECT max(first_seq) FROM packs WHERE first_seq <= $1), 0) AND first_seq <= $2
		ORDER BY first_seq LIMIT $3`, l.at+1, to, packsAtOnce)
	if err != nil {
		return err
	}
	for i := range packs {
		if err := l.readPack(ctx, &packs[i].Pack, to, take); err != nil {
			return err
		}
	}
	if len(packs) < packsAtOnce {
		l.at = max(l.at, to)
	}
	return nil
}

func (l *past) readPack(ctx context.Context, p *eventlog.Pack, to int64, take func(*research.Event) error) error {
	end := min(to, p.First+int64(p.Len())-1)
	var wanted []int64
	for seq := max(l.at+1, p.First); seq <= end; seq++ {
		h := p.Head(int(seq - p.First))
		if l.hidden[seq] || !l.wants(&h, seq) {
			continue
		}
		wanted = append(wanted, seq)
		if err := l.meet(ctx, &h, seq, take); err != nil {
			return err
		}
	}
	l.at = max(end, l.at)
	if len(wanted) == 0 {
		return nil
	}
	events, err := p.Events(func(place int) bool {
		_, found := slices.BinarySearch(wanted, p.First+int64(place))
		return found
	})
	if err != nil {
		return err
	}
	for i := range events {
		if err := take(&events[i]); err != nil {
			return err
		}
	}
	return nil
}

// meet reads what was said of an anonymousId before somebody was known by it for
// the first time: nobody cared when that was read.
func (l *past) meet(ctx context.Context, h *eventlog.Head, seq int64, take func(*research.Event) error) error {
	for _, browser := range [...]eventlog.Hash{h.Anon, h.Prev} {
		if browser == 0 || browser == h.Anon && h.User != 0 || l.alone[browser] || !l.needed(h) {
			continue
		}
		l.alone[browser] = true
		entries, err := l.db.log.find(ctx, l.q, browser)
		if err != nil {
			return err
		}
		entries = slices.DeleteFunc(entries, func(e eventlog.Entry) bool { return e.Seq >= seq || l.hidden[e.Seq] })
		events, err := readEvents(ctx, l.q, numbers(entries))
		if err != nil {
			return err
		}
		for i := range events {
			if e := &events[i]; e.Project == l.project && e.UserID != "" && e.AnonymousID != "" {
				if err := take(e); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// readOldLinks reads the links that were said in events which the log does not
// keep any more.
func (l *past) readOldLinks(ctx context.Context) error {
	var first, received int64
	err := l.q.QueryRowContext(ctx, "SELECT first_seq, received_at FROM packs ORDER BY first_seq LIMIT 1").Scan(&first, &received)
	if err := notFound(err); err != nil || first <= 1 {
		return err
	}
	_, err = collect(ctx, l.q, func(r row) (struct{}, error) {
		var from, to research.PersonKey
		var at int64
		if err := r.Scan(&from, &to, &at); err != nil {
			return struct{}{}, err
		}
		e := &research.Event{Project: l.project, UserID: research.UserID(to.ID()), Timestamp: fromMS(at), ReceivedAt: fromMS(at), Signed: true}
		switch {
		case from.Identified():
			e.Type, e.PreviousID = research.Alias, from.ID()
		case !l.alone[eventlog.PersonHash(l.project, from)]:
			return struct{}{}, nil
		default:
			e.AnonymousID = research.AnonymousID(from.ID())
		}
		l.before = append(l.before, e)
		return struct{}{}, nil
	}, "SELECT from_key, user_key, linked_at FROM links WHERE project_id = $1 AND user_key <> '' AND linked_at < $2", l.project, received)
	return err
}
