package eventlog

import (
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/s2"

	"github.com/usercall/usercall/internal/research"
)

func anyPack(r *rand.Rand, n int) (p Pack, events []research.Event, heads []Head) {
	for range n {
		e := anyEvent(r)
		if r.IntN(4) == 0 {
			e = research.Event{} // removed
		}
		events = append(events, e)
		heads = append(heads, HeadOf(&e))
	}
	return NewPack(r.Int64N(1<<50), heads, events), events, heads
}

func TestAPackIsReadAsItWasWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		p, events, heads := anyPack(r, r.IntN(30))
		if p.Len() != len(events) {
			t.Fatalf("%d places for %d events", p.Len(), len(events))
		}
		if got := ParseHeads(p.Heads); len(got) != len(heads) || len(heads) > 0 && cmp.Diff(heads, got) != "" {
			t.Fatal("heads are not what they were")
		}
		skip := r.IntN(3)
		want := func(place int) bool { return place%3 != skip }
		var left []research.Event
		for i, e := range events {
			if e.Project != 0 && want(i) {
				e.Seq = p.First + int64(i)
				left = append(left, e)
			}
		}
		got, err := p.Events(want)
		if diff := cmp.Diff(left, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	}
}

// bomb is a body that says it is much longer than it is.
func bomb(n uint64) Pack {
	return Pack{First: 1, Heads: make([]byte, HeadSize), Body: append(binary.AppendUvarint(nil, n), 0, 'x')}
}

func TestADamagedPackCostsNoMemory(t *testing.T) {
	for _, p := range []Pack{bomb(1 << 29), bomb(1 << 31), bomb(1 << 62), bomb(200 << 20), bomb(2 << 20), {Heads: make([]byte, HeadSize)}} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := p.Events(func(int) bool { return true })
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; err == nil || grown > 1<<20 {
			t.Errorf("%d bytes were taken, %v", grown, err)
		}
	}
}

func TestEventsThatAreAlikeArePackedSmallAndRead(t *testing.T) {
	e := anyEvent(rand.New(rand.NewPCG(1, 2)))
	e.Project, e.Context = 1, make([]byte, 32<<10)
	events := make([]research.Event, 1000)
	for i := range events {
		events[i] = e
	}
	p := NewPack(1, make([]Head, len(events)), events)
	if got, err := p.Events(func(int) bool { return true }); err != nil || len(got) != len(events) {
		t.Errorf("%d events in %d bytes are read as %d, %v", len(events), len(p.Body), len(got), err)
	}
}

func FuzzPack(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 10 {
		p, _, _ := anyPack(r, r.IntN(8))
		plain, err := s2.Decode(nil, p.Body)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p.Heads, p.Body, false)
		f.Add(p.Heads, plain, true)
	}
	f.Fuzz(func(t *testing.T, heads, body []byte, compress bool) {
		if compress {
			body = s2.Encode(nil, body)
		}
		p := Pack{First: 1, Heads: heads, Body: body}
		events, err := p.Events(func(int) bool { return true })
		if err == nil && len(events) > p.Len() {
			t.Errorf("%d events at %d places", len(events), p.Len())
		}
		if got := ParseHeads(heads); len(got) != p.Len() || string(AppendHeads(nil, got)) != string(heads[:len(got)*HeadSize]) {
			t.Error("heads are not what was stored")
		}
	})
}
