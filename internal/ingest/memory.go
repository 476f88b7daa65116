package ingest

import (
	"context"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Entries is what the catalogue is told at a time.
type Entries struct {
	Names map[NameKey]Tallied
	Paths map[PathKey]PathSeen
}

// Size is how many rows that is.
func (e *Entries) Size() int { return len(e.Names) + len(e.Paths) }

// memory is what the catalogue is known to have, so that nothing is written
// that it has already. Tally.flushing guards it.
type memory struct {
	room      map[research.ProjectID]map[PathKey]bool // paths that have a place
	paths     map[PathKey]*remembered                 // those of which more is known
	unwritten map[PathKey]*remembered
	seed      maphash.Seed
}

const (
	maxRemembered = 50_000         // paths; beyond, everything is written and forgotten
	touchEvery    = time.Hour      // a path of which nothing new was seen
	trustFor      = 24 * time.Hour // what was written so long ago may have been deleted
)

// remembered is what the catalogue has of a path, with what is not written yet.
type remembered struct {
	kinds     Kinds
	values    []uint64 // hashes
	many      bool
	written   time.Time // zero: never
	unwritten PathSeen
	news      bool // unwritten has what the catalogue has not
}

func newMemory() memory {
	return memory{room: map[research.ProjectID]map[PathKey]bool{}, paths: map[PathKey]*remembered{}, unwritten: map[PathKey]*remembered{}, seed: maphash.MakeSeed()}
}

// learn takes up the paths that are stored, and forgets those that are not.
func (m *memory) learn(all []PathKey) {
	m.room = map[research.ProjectID]map[PathKey]bool{}
	for _, k := range all {
		if k.Path != "" {
			m.roomOf(k.Project)[k] = true
		}
	}
	for k := range m.paths {
		if k.Path == "" || m.room[k.Project][k] {
			continue
		}
		if m.unwritten[k] == nil {
			delete(m.paths, k)
		} else {
			m.roomOf(k.Project)[k] = true
		}
	}
}

func (m *memory) roomOf(p research.ProjectID) map[PathKey]bool {
	of := m.room[p]
	if of == nil {
		of = map[PathKey]bool{}
		m.room[p] = of
	}
	return of
}

// observe looks into a copy.
func (m *memory) observe(s *sample, now time.Time) {
	found := map[string]PathSeen{}
	walk(found, "properties", s.properties)
	walk(found, "traits", s.traits)
	of := m.roomOf(s.project)
	for _, path := range Sorted(found, strings.Compare) {
		key := PathKey{s.project, s.name, path}
		seen := found[path]
		switch {
		case of[key]:
		case len(of) < MaxPaths:
			of[key] = true
		default:
			key.Path, seen = "", PathSeen{N: 1}
		}
		seen.Last = s.at
		m.add(key, seen, now)
	}
}

func (m *memory) add(key PathKey, seen PathSeen, now time.Time) {
	r := m.paths[key]
	if r == nil || r.unwritten.N == 0 && now.Sub(r.written) > trustFor {
		r = &remembered{news: true}
		m.paths[key] = r
	}
	m.unwritten[key] = r
	values := seen.Values
	seen.Values = nil
	for v := range values {
		if h := maphash.String(m.seed, v); !r.many && !slices.Contains(r.values, h) {
			r.values = append(r.values, h)
			r.many = TooMany(len(r.values))
			seen = seen.plus(PathSeen{Values: map[string]bool{v: true}})
		}
	}
	if r.many {
		r.values = nil
	}
	r.news = r.news || len(seen.Values) > 0 || seen.Kinds&^r.kinds != 0
	r.kinds |= seen.Kinds
	r.unwritten = r.unwritten.plus(seen)
}

// due is what is to be written: news, and what was not written for long.
func (m *memory) due(all bool, now time.Time) map[PathKey]PathSeen {
	due := map[PathKey]PathSeen{}
	all = all || len(m.paths) > maxRemembered
	for k, r := range m.unwritten {
		if all || r.news || now.Sub(r.written).Abs() >= touchEvery {
			due[k] = r.unwritten
		}
	}
	return due
}

func (m *memory) wrote(k PathKey, now time.Time) {
	r := m.unwritten[k]
	r.written, r.unwritten, r.news = now, PathSeen{}, false
	delete(m.unwritten, k)
}

// forget bounds the memory, even where nothing can be written.
func (m *memory) forget() {
	if len(m.paths) > maxRemembered {
		m.paths, m.unwritten = map[PathKey]*remembered{}, map[PathKey]*remembered{}
	}
}

// turn is a flush.
type turn struct {
	now time.Time
	due bool // the catalogue is
	all bool // and what could wait
}

func (t *Tally) storeCatalogue(ctx context.Context, urgent map[NameKey]Tallied, samples []sample, at turn) {
	e := &Entries{Names: urgent}
	if at.due {
		t.catalogued = at.now
		t.wait(urgent)
		e.Names, t.names = t.names, map[NameKey]Tallied{}
	}
	for i := range samples {
		t.memory.observe(&samples[i], at.now)
	}
	var paths map[PathKey]PathSeen
	if at.due || len(samples) > 0 {
		paths = t.memory.due(at.all, at.now)
	}
	e.Paths = maps.Clone(paths)
	if e.Size() == 0 {
		return
	}
	if err := t.store.AddCatalogue(ctx, e); err != nil {
		t.log.Error("the event catalogue could not be stored; it is tried again", "rows", e.Size(), "err", err)
		if t.wait(e.Names); len(t.names) > maxKept {
			t.names = map[NameKey]Tallied{}
		}
	}
	for k := range paths {
		if _, left := e.Paths[k]; !left {
			t.memory.wrote(k, at.now)
		}
	}
	t.memory.forget()
}

// wait keeps counts of names until the catalogue is due.
func (t *Tally) wait(names map[NameKey]Tallied) {
	for k, c := range names {
		t.names[k] = t.names[k].plus(c)
	}
}
