package eventlog

import (
	"math/rand/v2"
	"testing"
)

func randomHashes(r *rand.Rand, n int) []Hash {
	hashes := make([]Hash, n)
	for i := range hashes {
		hashes[i] = Hash(r.Uint64())
	}
	return hashes
}

func TestAFilterMissesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 50, 1000, 3 * 1000} {
		hashes := randomHashes(r, n)
		f := NewFilter(hashes)
		for _, h := range hashes {
			if !f.May(h) {
				t.Fatalf("one of %d is denied", n)
			}
		}
	}
	if Filter(nil).May(1) || NewFilter(nil).May(1) {
		t.Error("something is in an empty filter")
	}
}

// TestAFilterIsRarelyWrong takes a whole run of events, each from a browser of its
// own: the most hashes that a filter is made of.
func TestAFilterIsRarelyWrong(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	f := NewFilter(randomHashes(r, 3*RunEvents))
	wrong := 0
	const tries = 200_000
	for range tries {
		if f.May(Hash(r.Uint64())) {
			wrong++
		}
	}
	if share := float64(wrong) / tries; share >= 0.001 {
		t.Errorf("%.2f %% pass that are not in it", 100*share)
	} else {
		t.Logf("%.3f %% pass that are not in it, %d bytes", 100*share, len(f))
	}
}
