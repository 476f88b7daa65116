package record

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/usercall/usercall/internal/research"
)

// count is samples that tell where they come from.
func count(from, n int) []int16 {
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(from + i)
	}
	return out
}

type heard struct {
	At      int64
	Samples []int16
}

func TestPlayback(t *testing.T) {
	type report struct {
		generation  uint16
		played, now int64
	}
	for name, c := range map[string]struct {
		sent    map[uint16]int
		reports []report
		want    []heard
	}{
		"what is played is heard before the report": {map[uint16]int{1: 100}, []report{{1, 40, 1000}}, []heard{{960, count(0, 40)}}},
		"without a break, though reports come early and late": {map[uint16]int{1: 30000},
			[]report{{1, 10000, 20000}, {1, 20000, 33000}, {1, 30000, 39000}},
			[]heard{{10000, count(0, 10000)}, {20000, count(10000, 10000)}, {30000, count(20000, 10000)}}},
		"a player that stopped for a second": {map[uint16]int{1: 20000},
			[]report{{1, 10000, 20000}, {1, 20000, 46000}},
			[]heard{{10000, count(0, 10000)}, {36000, count(10000, 10000)}}},
		"interrupted: the rest was never heard":      {map[uint16]int{1: 30000}, []report{{1, 100, 200}, {1, 100, 5000}}, []heard{{100, count(0, 100)}}},
		"a report of less than before":               {map[uint16]int{1: 30000}, []report{{1, 100, 200}, {1, 50, 300}}, []heard{{100, count(0, 100)}}},
		"more than was sent":                         {map[uint16]int{1: 10}, []report{{1, 1 << 60, 1000}}, []heard{{990, count(0, 10)}}},
		"less than nothing":                          {map[uint16]int{1: 10}, []report{{1, -5, 1000}}, nil},
		"of what was never sent":                     {map[uint16]int{1: 10}, []report{{2, 5, 1000}}, nil},
		"before the recording began":                 {map[uint16]int{1: 10}, []report{{1, 10, 4}}, []heard{{0, count(0, 10)}}},
		"two replies do not stand in the same place": {map[uint16]int{1: 100, 2: 100}, []report{{1, 100, 1000}, {2, 100, 1010}}, []heard{{900, count(0, 100)}, {1000, count(0, 100)}}},
	} {
		var p Playback
		for generation, n := range c.sent {
			if err := p.Send(generation, count(0, n)); err != nil {
				t.Fatal(err)
			}
		}
		var got []heard
		for _, r := range c.reports {
			if at, samples := p.Heard(r.generation, r.played, r.now); len(samples) > 0 {
				got = append(got, heard{at, samples})
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestPlaybackIsBounded(t *testing.T) {
	var p Playback
	if err := p.Send(1, make([]int16, maxUnheard)); err != nil {
		t.Fatal(err)
	}
	if err := p.Send(1, make([]int16, 1)); research.CodeOf(err) != research.TooLarge {
		t.Errorf("two minutes and a sample: %v", err)
	}
	for generation := range uint16(1000) {
		if err := p.Send(generation+2, make([]int16, 10)); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.waiting) > replies {
		t.Errorf("%d replies wait", len(p.waiting))
	}
}

// TestPlaybackKeepsOrder: whatever a client reports, what is recorded of a reply is its beginning,
// each sample once, and nothing stands before what was heard earlier.
func TestPlaybackKeepsOrder(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		var p Playback
		sent, got, end := map[uint16]int{}, map[uint16]int{}, int64(0)
		for range 200 {
			generation := uint16(random.IntN(3))
			if n := random.IntN(2000); random.IntN(2) == 0 {
				if err := p.Send(generation, count(sent[generation], n)); err != nil {
					t.Fatal(err)
				}
				sent[generation] += n
				continue
			}
			at, samples := p.Heard(generation, int64(random.IntN(40000)-1000), int64(random.IntN(200000)))
			if !slices.Equal(count(got[generation], len(samples)), samples) {
				t.Fatalf("seed %d: not the next samples of the reply", seed)
			}
			if len(samples) > 0 && at < end {
				t.Fatalf("seed %d: at %d, before %d", seed, at, end)
			}
			got[generation] += len(samples)
			if len(samples) > 0 {
				end = at + int64(len(samples))
			}
		}
	}
}
