package pcm

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFloatsAndBack(t *testing.T) {
	all := make([]int16, 1<<16)
	for i := range all {
		all[i] = int16(i - 1<<15)
	}
	floats := make([]float32, len(all))
	Floats(floats, all)
	for i, f := range floats {
		if toInt(f) != all[i] {
			t.Fatalf("sample %d becomes %d", all[i], toInt(f))
		}
	}
	if floats[0] != -1 || floats[1<<15] != 0 {
		t.Errorf("the lowest sample is %v, silence %v", floats[0], floats[1<<15])
	}
}

func TestIntsCut(t *testing.T) {
	inf := float32(math.Inf(1))
	in := []float32{1, 2, -1, -2, inf, -inf, float32(math.NaN()), 0.4 / 32768, 0.6 / 32768, -0.6 / 32768}
	want := []int16{32767, 32767, -32768, -32768, 32767, -32768, 0, 0, 1, -1}
	for i, f := range in {
		if got := toInt(f); got != want[i] {
			t.Errorf("%v is %d, want %d", f, got, want[i])
		}
	}
}

func TestDecoderCarriesHalfASample(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	samples := randomSamples(random, 1000)
	bytes := AppendBytes(nil, samples)
	for range 100 {
		var d Decoder
		var got []int16
		for rest := append(bytes, 7); len(rest) > 0; {
			n := min(len(rest), random.IntN(7))
			got, rest = d.Append(got, rest[:n]), rest[n:]
		}
		if diff := cmp.Diff(samples, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

func randomSamples(random *rand.Rand, n int) []int16 {
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(random.Uint32())
	}
	return out
}
