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
	floats, back := make([]float32, len(all)), make([]int16, len(all))
	Floats(floats, all)
	Ints(back, floats)
	if diff := cmp.Diff(all, back); diff != "" {
		t.Error("a sample is not what it was:\n", diff)
	}
	if floats[0] != -1 || floats[1<<15] != 0 {
		t.Errorf("the lowest sample is %v, silence %v", floats[0], floats[1<<15])
	}
}

func TestIntsCut(t *testing.T) {
	inf := float32(math.Inf(1))
	in := []float32{1, 2, -1, -2, inf, -inf, float32(math.NaN()), 0.4 / 32768, 0.6 / 32768, -0.6 / 32768}
	want := []int16{32767, 32767, -32768, -32768, 32767, -32768, 0, 0, 1, -1}
	got := make([]int16, len(in))
	Ints(got, in)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
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

func TestStereo(t *testing.T) {
	for _, c := range []struct{ left, right, want []int16 }{
		{[]int16{1, 2}, []int16{3, 4}, []int16{1, 3, 2, 4}},
		{[]int16{1, 2}, nil, []int16{1, 0, 2, 0}},
		{nil, []int16{5}, []int16{0, 5}},
		{nil, nil, nil},
	} {
		if diff := cmp.Diff(c.want, AppendStereo(nil, c.left, c.right)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestMono(t *testing.T) {
	for _, c := range []struct {
		channels int
		in, want []int16
	}{
		{1, []int16{1, -2}, []int16{1, -2}},
		{2, []int16{32767, 32767, -32768, -32768, 10, 20, 9}, []int16{32767, -32768, 15}},
		{3, []int16{1, 2, 3}, []int16{2}},
		{0, []int16{1}, nil},
	} {
		if diff := cmp.Diff(c.want, AppendMono(nil, c.in, c.channels)); diff != "" {
			t.Error(diff)
		}
	}
}
