package ingest

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// The catalogue is which events a project has, with the paths and some values
// of what they carry. Names are counted on the hot path; of a few messages of
// each name a copy is kept, which the next flush looks into. A name that is new
// is stored by the next flush, with what its first message carries; the rest
// when the catalogue is due.

// Name is what the catalogue has an entry for.
type Name struct {
	Type  research.EventType // Other where there are too many
	Event string             // of track, page and screen
}

// NameKey is what a number of the catalogue counts.
type NameKey struct {
	Project research.ProjectID
	Name
	Source research.Source
	Day    int64 // since 1970
}

// Other is the type of the entry that counts what found no room.
const Other research.EventType = "other"

const (
	MaxNames       = 1000   // of a project
	MaxPaths       = 500    // of a project
	allNames       = 50_000 // of all projects together
	firstOfDay     = 20     // messages of a name and day that are looked into,
	oneIn          = 256    // and then one in so many
	maxSamples     = 64     // that wait at a time
	maxSampleBytes = 1 << 20
)

// catalog is what the hot path knows of the catalogue. Tally.mu guards it.
type catalog struct {
	known  map[research.ProjectID]map[Name]*sampling
	size   int
	first  []sample // of names into which nothing was looked yet
	others []sample // which wait until the catalogue is due
	bytes  int
}

// sampling decides which messages of a name are looked into.
type sampling struct {
	day         int64
	taken, tick int
	looked      bool // into a message, or the name was there before
}

// seen is a name since the last flush.
type seen struct {
	Tallied
	sampling *sampling // nil: one of the others
	urgent   bool      // nobody has seen it yet
}

// sample is a copy of what a message carries.
type sample struct {
	project            research.ProjectID
	name               Name
	at                 time.Time
	properties, traits []byte
}

// look counts an event's name and, now and then, copies what it carries.
func (t *Tally) look(l *lane, e *research.Event) {
	s := l.names[Name{e.Type, e.Name}]
	if s == nil {
		s = t.catalog.entry(l, e)
	}
	s.add(e.ReceivedAt)
	if s.sampling != nil && s.sampling.wants(e.ReceivedAt.Unix()/86400) {
		t.catalog.copy(e, s.sampling)
	}
}

// entry finds or makes the entry of a name, or that of all others.
func (c *catalog) entry(l *lane, e *research.Event) *seen {
	name := Name{e.Type, e.Name}
	of := c.known[e.Project]
	if of == nil {
		of = map[Name]*sampling{}
		c.known[e.Project] = of
	}
	how := of[name]
	if how == nil && (len(of) >= MaxNames || c.size >= allNames) {
		return l.other()
	}
	name.Event = strings.Clone(name.Event)
	s := &seen{sampling: how}
	if how == nil {
		s.sampling, s.urgent = &sampling{}, true
		of[name] = s.sampling
		c.size++
	}
	l.names[name] = s
	return s
}

func (l *lane) other() *seen {
	s := l.names[Name{Type: Other}]
	if s == nil {
		s = &seen{}
		l.names[Name{Type: Other}] = s
	}
	return s
}

func (s *sampling) wants(day int64) bool {
	if s.day != day {
		s.day, s.taken = day, 0
	}
	s.tick++
	return s.taken < firstOfDay || s.tick%oneIn == 0
}

func (c *catalog) copy(e *research.Event, s *sampling) {
	n := len(e.Properties) + len(e.Traits)
	if n == 0 || !c.room(n, !s.looked) {
		return
	}
	s.taken++
	c.bytes += n
	both := append(append(make([]byte, 0, n), e.Properties...), e.Traits...)
	of := sample{e.Project, Name{e.Type, strings.Clone(e.Name)}, e.ReceivedAt,
		both[:len(e.Properties):len(e.Properties)], both[len(e.Properties):]}
	if s.looked {
		c.others = append(c.others, of)
		return
	}
	s.looked = true
	c.first = append(c.first, of)
}

// room tells whether n bytes more may be copied. A name's first message takes
// the place of those of others.
func (c *catalog) room(n int, first bool) bool {
	full := func() bool { return len(c.first)+len(c.others) >= maxSamples || c.bytes+n > maxSampleBytes }
	for first && full() && len(c.others) > 0 {
		last := len(c.others) - 1
		c.bytes -= c.others[last].size()
		c.others[last] = sample{}
		c.others = c.others[:last]
	}
	return !full()
}

func (s *sample) size() int { return len(s.properties) + len(s.traits) }

// take is the copies to look into now.
func (c *catalog) take(due bool) []sample {
	all := c.first
	c.first = nil
	if due {
		all, c.others, c.bytes = append(all, c.others...), nil, 0
		return all
	}
	for i := range all {
		c.bytes -= all[i].size()
	}
	return all
}

// PathKey is a path of what a name's messages carry: properties.plan.
type PathKey struct {
	Project research.ProjectID
	Name
	Path string // "": those that found no room
}

// PathSeen is what was seen at a path.
type PathSeen struct {
	N      int
	Kinds  Kinds
	Last   time.Time
	Values map[string]bool // as JSON spells them; at most maxValues+1
}

// maxValues is how many different values may be told; beyond, there are many.
const maxValues = 50

// TooMany tells whether so many different values are no list any more.
func TooMany(values int) bool { return values > maxValues }

func (p PathSeen) plus(more PathSeen) PathSeen {
	p.N += more.N
	p.Kinds |= more.Kinds
	if more.Last.After(p.Last) {
		p.Last = more.Last
	}
	if p.Values == nil {
		p.Values = map[string]bool{}
	}
	for v := range more.Values {
		if !TooMany(len(p.Values)) {
			p.Values[v] = true
		}
	}
	return p
}

// learn takes up the names and paths that are stored, and forgets those that
// are not any more.
func (t *Tally) learn(ctx context.Context) {
	all, err := t.store.Catalogued(ctx)
	if err != nil {
		if ctx.Err() == nil {
			t.log.Error("the event catalogue could not be read; it goes on with what it knows", "err", err)
		}
		return
	}
	t.flushing.Lock()
	defer t.flushing.Unlock()
	t.memory.learn(all)
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.catalog.known
	t.catalog.known, t.catalog.size = map[research.ProjectID]map[Name]*sampling{}, 0
	for _, k := range all {
		if k.Path == "" {
			t.catalog.learn(old, k)
		}
	}
}

func (c *catalog) learn(old map[research.ProjectID]map[Name]*sampling, k PathKey) {
	of := c.known[k.Project]
	if of == nil {
		of = map[Name]*sampling{}
		c.known[k.Project] = of
	}
	if of[k.Name] != nil || k.Type == Other {
		return
	}
	how := old[k.Project][k.Name]
	if how == nil {
		how = &sampling{looked: true}
	}
	of[k.Name] = how
	c.size++
}

// Compare orders the rows of names.
func (k NameKey) Compare(o NameKey) int {
	return cmp.Or(cmp.Compare(k.Project, o.Project), k.Name.compare(o.Name), cmp.Compare(k.Day, o.Day), cmp.Compare(k.Source, o.Source))
}

// Compare orders the rows of paths.
func (k PathKey) Compare(o PathKey) int {
	return cmp.Or(cmp.Compare(k.Project, o.Project), k.Name.compare(o.Name), cmp.Compare(k.Path, o.Path))
}

func (n Name) compare(o Name) int {
	return cmp.Or(cmp.Compare(n.Type, o.Type), cmp.Compare(n.Event, o.Event))
}

// Compare orders ways in.
func (k ArrivalKey) Compare(o ArrivalKey) int {
	return cmp.Or(cmp.Compare(k.Project, o.Project), cmp.Compare(k.Source, o.Source))
}
