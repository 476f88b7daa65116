package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// pace is a tally with a clock that one moves.
func pace(s *shelf) (*Tally, func(time.Duration)) {
	now := at
	tally := NewTally(s, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	tally.Tick(context.Background()) // of nothing: the catalogue is due in 15 seconds
	return tally, func(d time.Duration) {
		now = now.Add(d)
		tally.Tick(context.Background())
	}
}

func one(tally *Tally, name, properties string) {
	tally.Stored([]research.Event{tracked(name, properties)}, []bool{true})
}

func TestNewNamesAreStoredAtOnceAndTheRestLater(t *testing.T) {
	s := &shelf{}
	tally, pass := pace(s)
	one(tally, "a", `{"plan":"pro"}`)
	pass(FlushEvery)
	if len(s.entries) != 1 || len(s.entries[0].Names) != 1 || len(s.entries[0].Paths) != 1 {
		t.Fatalf("after the first event %+v", s.entries)
	}
	one(tally, "a", `{"seats":3}`)
	one(tally, "b", `{"plan":"pro"}`)
	pass(FlushEvery)
	if last := s.entries[len(s.entries)-1]; len(s.entries) != 2 || len(last.Names) != 1 || len(last.Paths) != 1 {
		t.Errorf("beside a new name %+v", last)
	}
	pass(CatalogueEvery)
	if last := s.entries[len(s.entries)-1]; len(s.entries) != 3 || len(last.Names) != 1 || len(last.Paths) != 1 {
		t.Errorf("when the catalogue was due %+v", last)
	}
	if got := s.counts()["7 accepted browser  "]; got != 3 || len(s.batches) != 2 {
		t.Errorf("%d counted in %d batches", got, len(s.batches))
	}
}

func TestPathsAreWrittenWhereThereIsNews(t *testing.T) {
	s := &shelf{}
	tally, pass := pace(s)
	plan := PathKey{7, Name{research.Track, "a"}, "properties.plan"}
	for i, step := range []struct {
		properties string
		wait       time.Duration
		want       int // messages that are told of
	}{
		{`{"plan":"pro"}`, CatalogueEvery, 1},
		{`{"plan":"pro"}`, CatalogueEvery, 0},
		{`{"plan":"pro"}`, CatalogueEvery, 0},
		{`{"plan":"free"}`, CatalogueEvery, 3}, // a value
		{`{"plan":7}`, CatalogueEvery, 1},      // a kind
		{`{"plan":7}`, CatalogueEvery, 0},
		{`{"plan":"pro"}`, touchEvery, 2},
		{`{"plan":"pro"}`, 2 * trustFor, 1},
		{`{"plan":"pro"}`, CatalogueEvery, 0},
	} {
		s.entries = nil
		one(tally, "a", step.properties)
		pass(step.wait)
		if got := s.catalogue().Paths[plan].N; got != step.want {
			t.Errorf("step %d: %d messages, want %d", i, got, step.want)
		}
	}
	tally.Flush(t.Context())
	if got := s.catalogue().Paths[plan].N; got != 1 {
		t.Errorf("at the end %d messages are told of", got)
	}
}

func TestWhatWasWrittenLongAgoIsToldAnew(t *testing.T) {
	s := &shelf{}
	tally, pass := pace(s)
	one(tally, "a", `{"plan":"pro"}`)
	pass(trustFor + time.Minute)
	s.entries = nil
	pass(trustFor + time.Minute)
	one(tally, "a", `{"plan":"pro"}`)
	pass(CatalogueEvery)
	if got := s.catalogue().Paths[PathKey{7, Name{research.Track, "a"}, "properties.plan"}]; !got.Values[`"pro"`] {
		t.Errorf("%+v", got)
	}
}

func TestManyValuesAreNotRemembered(t *testing.T) {
	m := newMemory()
	k := PathKey{7, Name{research.Track, "a"}, "properties.n"}
	for i := range 100 {
		m.add(k, PathSeen{N: 1, Kinds: Numbers, Values: map[string]bool{fmt.Sprint(i): true}}, at)
	}
	if r := m.paths[k]; !r.many || r.values != nil || len(r.unwritten.Values) != maxValues+1 || r.unwritten.N != 100 {
		t.Errorf("%+v", r)
	}
	m.wrote(k, at)
	m.add(k, PathSeen{N: 1, Kinds: Numbers, Values: map[string]bool{"new": true}}, at)
	if due := m.due(false, at.Add(time.Minute)); len(due) > 0 {
		t.Errorf("%+v", due)
	}
}

func TestNewNamesGoFirst(t *testing.T) {
	s := &shelf{}
	tally, pass := pace(s)
	for i := range 10 {
		one(tally, fmt.Sprint("old ", i), `{"first":1}`)
	}
	pass(FlushEvery)
	for i := range 10 * firstOfDay {
		one(tally, fmt.Sprint("old ", i%10), `{"second":1}`)
	}
	if n := len(tally.catalog.others); n != maxSamples {
		t.Fatalf("%d copies", n)
	}
	for i := range maxSamples + 10 {
		one(tally, fmt.Sprint("new ", i), `{"first":1}`)
	}
	pass(FlushEvery)
	if got := len(s.entries[1].Paths); got != maxSamples {
		t.Errorf("%d new names were looked into", got)
	}
	one(tally, fmt.Sprint("new ", maxSamples+5), `{"first":1}`) // whose turn has not come yet
	pass(FlushEvery)
	if got := len(s.entries[2].Paths); got != 1 || tally.catalog.bytes != 0 {
		t.Errorf("%d, and %d bytes left", got, tally.catalog.bytes)
	}
}

func TestTheMemoryIsBounded(t *testing.T) {
	s := &shelf{fails: true}
	tally, pass := pace(s)
	for i := range maxRemembered + 1 {
		tally.memory.add(PathKey{research.ProjectID(i), Name{research.Track, "a"}, "properties.n"}, PathSeen{N: 1, Kinds: Numbers}, at)
	}
	pass(CatalogueEvery)
	if n := len(tally.memory.paths) + len(tally.memory.unwritten); n > 0 {
		t.Errorf("%d paths are remembered", n)
	}
}
