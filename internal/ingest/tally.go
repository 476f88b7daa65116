package ingest

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// TallyStore keeps what was counted.
type TallyStore interface {
	// AddTally adds a batch to what is there, all of it or nothing. Several
	// nodes may add at once.
	AddTally(ctx context.Context, b *Batch) error
	// AddCatalogue adds entries to what is there, and takes out of e what it
	// has stored: what is left when it fails, it has not. Several nodes may add
	// at once.
	AddCatalogue(ctx context.Context, e *Entries) error
	// Catalogued lists every name and path of the catalogue. The Path of a
	// name itself is "".
	Catalogued(ctx context.Context) ([]PathKey, error)
	// ForgetTallies deletes what is older than before.
	ForgetTallies(ctx context.Context, before time.Time) error
}

// Tally counts what comes in and what becomes of it, in memory, and hands the
// counts to its store every few seconds, and the catalogue at a pace of its own.
// After a crash, what was counted since then is lost; the events are not.
type Tally struct {
	store TallyStore
	now   func() time.Time
	log   *slog.Logger

	mu      sync.Mutex
	lanes   map[laneKey]*lane
	at      laneKey // of lane, which the last event went to
	lane    *lane
	turn    uint64 // number of the call of Stored
	counts  map[Bucket]Tallied
	guests  guests
	catalog catalog

	flushing   sync.Mutex
	kept       *Batch              // that could not be stored
	names      map[NameKey]Tallied // that wait for the next time the catalogue is due
	catalogued time.Time           // when it last was
	memory     memory
}

const (
	FlushEvery     = 2 * time.Second  // counts, and names nobody has seen
	CatalogueEvery = 15 * time.Second // everything else that is new
	KeepTally      = 30 * 24 * time.Hour
	wrongClock     = 5 * time.Minute // beyond, a sender's clock is worth a word
	maxKept        = 20_000          // rows of batches that could not be stored
)

// What a bucket counts.
const (
	Accepted  = "accepted"
	Duplicate = "duplicate"
	Skewed    = "skewed"  // Why: ahead, behind
	NamedAs   = "named"   // a userId. Why: verified, unverified
	DroppedAs = "dropped" // Why: a Reason
	RefusedAs = "refused" // Why: as the surface says
)

// Bucket is what a number counts.
type Bucket struct {
	Project research.ProjectID // 0: no project could be told
	Hour    int64              // since 1970
	Kind    string
	Source  research.Source
	Why     string
	Key     string // the first characters of a refused request's key
}

// Tallied is the number in a bucket.
type Tallied struct {
	N     int
	Last  time.Time
	Names []string // top-level keys of the last refused body
}

func (c Tallied) plus(more Tallied) Tallied {
	if more.Last.After(c.Last) {
		c.Last = more.Last
		if len(more.Names) > 0 {
			c.Names = more.Names
		}
	}
	c.N += more.N
	return c
}

// lane is the events of one project, source and hour since the last flush.
type lane struct {
	counted, duplicate, ahead, behind Tallied
	verified, unverified              Tallied // of those with a userId
	names                             map[Name]*seen
	last                              *research.Event // of this call of Stored only
	turn                              uint64
	arrival                           Arrival
	context                           []byte // of the arrival
}

type laneKey struct {
	project research.ProjectID
	source  research.Source
	hour    int64
}

// NewTally is a tally that counts nothing yet. Run stores what it counts.
func NewTally(store TallyStore, now func() time.Time, log *slog.Logger) *Tally {
	return &Tally{store: store, now: now, log: log, lanes: map[laneKey]*lane{}, counts: map[Bucket]Tallied{},
		catalog: catalog{known: map[research.ProjectID]map[Name]*sampling{}}, names: map[NameKey]Tallied{}, memory: newMemory()}
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// Stored implements Watcher.
func (t *Tally) Stored(events []research.Event, fresh []bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn++
	var touched [8]*lane
	mine := touched[:0]
	for i := range events {
		e := &events[i]
		l := t.laneOf(e)
		if l.turn != t.turn {
			l.turn, mine = t.turn, append(mine, l)
		}
		l.count(e, fresh[i])
		t.look(l, e)
	}
	for _, l := range mine {
		l.arrive()
	}
}

func (t *Tally) laneOf(e *research.Event) *lane {
	at := laneKey{e.Project, e.Source, hourOf(e.ReceivedAt)}
	if t.lane != nil && at == t.at {
		return t.lane
	}
	l := t.lanes[at]
	if l == nil {
		l = &lane{names: map[Name]*seen{}}
		t.lanes[at] = l
	}
	t.at, t.lane = at, l
	return l
}

func (l *lane) count(e *research.Event, fresh bool) {
	l.last = e
	if !fresh {
		l.duplicate.add(e.ReceivedAt)
		return
	}
	l.counted.add(e.ReceivedAt)
	switch {
	case e.UserID == "":
	case e.Proved():
		l.verified.add(e.ReceivedAt)
	default:
		l.unverified.add(e.ReceivedAt)
	}
	switch {
	case e.Skew > wrongClock:
		l.ahead.add(e.ReceivedAt)
	case e.Skew < -wrongClock:
		l.behind.add(e.ReceivedAt)
	}
}

func (c *Tallied) add(at time.Time) {
	c.N++
	c.Last = at
}

// arrive copies what is to be told of the lane's last event: nothing of an
// event may be kept.
func (l *lane) arrive() {
	e := l.last
	l.arrival = Arrival{Type: e.Type, Name: strings.Clone(e.Name), At: e.ReceivedAt}
	l.context = append(l.context[:0], e.Context...)
	l.last = nil
}

// Dropped implements Watcher.
func (t *Tally) Dropped(p research.ProjectID, source research.Source, reasons map[Reason]int) {
	if len(reasons) == 0 {
		return
	}
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for why, n := range reasons {
		b := Bucket{Project: p, Hour: hourOf(now), Kind: DroppedAs, Source: source, Why: string(why)}
		t.counts[b] = t.counts[b].plus(Tallied{N: n, Last: now})
	}
}

// Refused implements Watcher.
func (t *Tally) Refused(r Refusal) {
	now := t.now()
	b := Bucket{Project: r.Project, Hour: hourOf(now), Kind: RefusedAs, Source: r.Source, Why: r.Why, Key: startOf(r.Key, maxKey)}
	names := plainNames(r.Names)
	t.mu.Lock()
	defer t.mu.Unlock()
	b = t.guests.admit(b)
	t.counts[b] = t.counts[b].plus(Tallied{N: 1, Last: now, Names: names})
}

const (
	maxKey     = 8   // characters of a refused key that are kept
	maxGuests  = 100 // distinct keys of a project and hour
	allGuests  = 5000
	otherGuest = "other"
)

// guests bounds the buckets that strangers can make: whoever tries many keys
// fills one.
type guests struct {
	hour  int64
	known map[Bucket]bool
	of    map[research.ProjectID]int
}

func (g *guests) admit(b Bucket) Bucket {
	if g.hour != b.Hour || g.known == nil {
		*g = guests{b.Hour, map[Bucket]bool{}, map[research.ProjectID]int{}}
	}
	if b.Key == "" || g.known[b] {
		return b
	}
	if g.of[b.Project] >= maxGuests || len(g.known) >= allGuests {
		b.Key = otherGuest
		return b
	}
	g.known[b] = true
	g.of[b.Project]++
	return b
}

// startOf is what may be shown of a stranger's text.
func startOf(s string, n int) string { return cut(clean(strings.ToValidUTF8(s, "\uFFFD")), n) }

const (
	maxRefusedNames = 12
	maxKeyLength    = 40 // characters
)

// plainNames is keys of a refused body, without those that are a value.
func plainNames(names []string) (all []string) {
	for _, n := range names {
		if !variable(n) && len(all) < maxRefusedNames {
			all = append(all, startOf(n, maxKeyLength))
		}
	}
	slices.Sort(all)
	return all
}

// Run stores what was counted every few seconds until ctx ends, and then once
// more.
func (t *Tally) Run(ctx context.Context) {
	t.learn(ctx)
	tick := time.NewTicker(FlushEvery)
	defer tick.Stop()
	cleaned := t.now()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			t.Flush(last)
			return
		case <-tick.C:
			t.Tick(ctx)
			if now := t.now(); now.Sub(cleaned) >= time.Hour {
				cleaned = now
				t.tidy(ctx, now)
			}
		}
	}
}

// tidy deletes what is too old, and takes up what other nodes have found.
func (t *Tally) tidy(ctx context.Context, now time.Time) {
	if err := t.store.ForgetTallies(ctx, now.Add(-KeepTally)); err != nil && ctx.Err() == nil {
		t.log.Error("old counts could not be deleted; it will be tried again", "err", err)
	}
	t.learn(ctx)
}

// Flush stores everything that was counted.
func (t *Tally) Flush(ctx context.Context) { t.flush(ctx, true) }

// Tick stores what is due: counts always, the catalogue at its own pace.
func (t *Tally) Tick(ctx context.Context) { t.flush(ctx, false) }

// flush keeps what cannot be stored for the next time.
func (t *Tally) flush(ctx context.Context, all bool) {
	t.flushing.Lock()
	defer t.flushing.Unlock()
	now := t.now()
	due := all || now.Sub(t.catalogued).Abs() >= CatalogueEvery
	b, urgent, samples := t.take(due)
	t.storeCounts(ctx, b)
	t.storeCatalogue(ctx, urgent, samples, turn{now, due, all})
}

func (t *Tally) storeCounts(ctx context.Context, b *Batch) {
	b.merge(t.kept)
	t.kept = nil
	if b.size() == 0 {
		return
	}
	if err := t.store.AddTally(ctx, b); err != nil {
		t.log.Error("counts of what came in could not be stored; they are kept for the next time", "rows", b.size(), "err", err)
		if b.size() < maxKept {
			t.kept = b
		}
	}
}

// take empties the memory: counts, those of names nobody has seen, and copies
// to look into. Counts of other names wait in t.names.
func (t *Tally) take(due bool) (*Batch, map[NameKey]Tallied, []sample) {
	t.mu.Lock()
	lanes, counts, samples := t.lanes, t.counts, t.catalog.take(due)
	t.lanes, t.counts, t.lane = map[laneKey]*lane{}, map[Bucket]Tallied{}, nil
	t.mu.Unlock()
	b := newBatch()
	b.Counts = counts
	urgent := map[NameKey]Tallied{}
	for at, l := range lanes {
		b.addLane(at, l)
		for name, s := range l.names {
			to := t.names
			if s.urgent {
				to = urgent
			}
			key := NameKey{at.project, name, at.source, at.hour / 24}
			to[key] = to[key].plus(s.Tallied)
		}
	}
	return b, urgent, samples
}

func (b *Batch) addLane(at laneKey, l *lane) {
	put := func(kind, why string, c Tallied) {
		if c.N > 0 {
			key := Bucket{Project: at.project, Hour: at.hour, Kind: kind, Source: at.source, Why: why}
			b.Counts[key] = b.Counts[key].plus(c)
		}
	}
	put(Accepted, "", l.counted)
	put(Duplicate, "", l.duplicate)
	put(NamedAs, "verified", l.verified)
	put(NamedAs, "unverified", l.unverified)
	put(Skewed, "ahead", l.ahead)
	put(Skewed, "behind", l.behind)
	l.arrival.Library = library(l.context)
	b.arrive(ArrivalKey{at.project, research.Arrived(at.source, l.arrival.Library)}, l.arrival)
}

func (b *Batch) arrive(key ArrivalKey, a Arrival) {
	if !a.At.Before(b.Arrivals[key].At) {
		b.Arrivals[key] = a
	}
}

// Batch is what was counted between two flushes.
type Batch struct {
	Counts   map[Bucket]Tallied
	Arrivals map[ArrivalKey]Arrival
}

func newBatch() *Batch { return &Batch{Arrivals: map[ArrivalKey]Arrival{}} }

func (b *Batch) size() int { return len(b.Counts) + len(b.Arrivals) }

// merge adds an earlier batch, which may be nil.
func (b *Batch) merge(old *Batch) {
	if old == nil {
		return
	}
	for k, v := range old.Counts {
		b.Counts[k] = b.Counts[k].plus(v)
	}
	for k, v := range old.Arrivals {
		if v.At.After(b.Arrivals[k].At) {
			b.Arrivals[k] = v
		}
	}
}

// ArrivalKey is a way in.
type ArrivalKey struct {
	Project research.ProjectID
	Source  research.Source
}

// Arrival is the last event that came by one way, duplicates included.
type Arrival struct {
	Type    research.EventType
	Name    string
	Library string // "analytics-next 1.84.3", as the event says of itself
	At      time.Time
}

// Sorted is the keys of a map in an order that is the same on every node, so
// that two of them never wait for each other's rows.
func Sorted[K comparable, V any](m map[K]V, compare func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return keys
}

// Compare orders buckets.
func (b Bucket) Compare(o Bucket) int {
	return cmp.Or(cmp.Compare(b.Project, o.Project), cmp.Compare(b.Hour, o.Hour), cmp.Compare(b.Kind, o.Kind),
		cmp.Compare(b.Source, o.Source), cmp.Compare(b.Why, o.Why), cmp.Compare(b.Key, o.Key))
}
