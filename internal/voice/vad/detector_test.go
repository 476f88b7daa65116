package vad

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func frames(d *Detector, samples []int16) (out []Frame) {
	for len(samples) > 0 {
		rest, f, ok := d.Next(samples)
		if ok {
			out = append(out, f)
		}
		samples = rest
	}
	return out
}

func TestChunksOfAnySize(t *testing.T) {
	samples := speech(t)[:4*Rate]
	want := frames(New(), samples)
	random := rand.New(rand.NewPCG(1, 1))
	d, got := New(), []Frame(nil)
	for rest := samples; len(rest) > 0; {
		n := min(len(rest), random.IntN(3*FrameSize))
		got = append(got, frames(d, rest[:n])...)
		rest = rest[n:]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("chunks change what is heard (-whole +chunks):\n%s", diff)
	}
	for i, f := range want {
		if f.Start != int64(i*FrameSize) {
			t.Fatalf("frame %d starts at sample %d", i, f.Start)
		}
	}
}

func TestReset(t *testing.T) {
	samples := speech(t)[:3*Rate]
	want := frames(New(), samples)
	used := New()
	frames(used, noise(Rate+100, 20000, 1, 0))
	used.Reset(5 * Rate)
	got := frames(used, samples)
	for i := range got {
		got[i].Start -= 5 * Rate
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("something is left of what was before (-new +reset):\n%s", diff)
	}
}

// TestGate: what the gate spares the network costs no frame of speech, and adds next to none.
func TestGate(t *testing.T) {
	for name, samples := range fixtures(t) {
		all, missed, added := ungated(samples), 0, 0
		for i, f := range frames(New(), samples) {
			switch {
			case all[i] >= 0.5 && f.Speech < 0.5:
				missed++
			case all[i] < 0.5 && f.Speech >= 0.5:
				added++
			}
		}
		t.Logf("%s: %d frames of speech missed, %d added", name, missed, added)
		if missed > 0 || added > 3 {
			t.Errorf("%s: behind the gate %d frames of speech are missed, and %d added", name, missed, added)
		}
	}
}

func TestGateCloses(t *testing.T) {
	hiss := noise(10*Rate, 2000, 7, 0)
	for name, c := range map[string]struct {
		samples []int16
		most    int // frames judged
	}{
		"digital silence":            {make([]int16, 10*Rate), 0},
		"hiss, once it is known":     {hiss, 5 * Rate / FrameSize},
		"hiss under digital silence": {slices.Concat(make([]int16, Rate), noise(Rate, 10, 7, 0)), 0},
		"a click in digital silence": {slices.Concat(make([]int16, Rate), []int16{20000}, make([]int16, Rate)), 1 + gateHold},
		"samples of all the same":    {slices.Repeat([]int16{-32768}, FrameSize), 1},
		"less than a frame":          {hiss[:FrameSize-1], 0},
	} {
		judged := 0
		for _, f := range frames(New(), c.samples) {
			if f.Judged {
				judged++
			}
			if f.Speech >= 0.5 {
				t.Errorf("%s: speech at %d", name, f.Start)
			}
		}
		t.Logf("%s: %d frames judged", name, judged)
		if judged > c.most {
			t.Errorf("%s: the network was asked about %d frames, more than %d", name, judged, c.most)
		}
	}
}

// TestGateOpensAgain: after 20 s of steady noise that is 5 dB fainter than the speech in it, speech is
// found where it is without a gate.
func TestGateOpensAgain(t *testing.T) {
	voice := speech(t)
	steady := noise(20*Rate+len(voice), 0.56*rms(voice)*math.Sqrt(3), 9, 0) // evenly spread from -a to a is a/√3 strong
	samples := slices.Concat(steady[:20*Rate], mix(voice, steady[20*Rate:]))
	all, missed, found := ungated(samples), 0, 0
	for i, f := range frames(New(), samples) {
		switch {
		case all[i] >= 0.5 && f.Speech < 0.5:
			missed++
		case all[i] >= 0.5:
			found++
		}
	}
	t.Logf("%d frames of speech found, %d missed", found, missed)
	if found < 250 || missed > 3 {
		t.Errorf("%d frames of speech found and %d missed behind the gate", found, missed)
	}
}

// rms is how strong the samples are that are not silent.
func rms(samples []int16) float64 {
	power, n := 0.0, 0.0
	for _, s := range samples {
		if s != 0 {
			power, n = power+float64(s)*float64(s), n+1
		}
	}
	return math.Sqrt(power / n)
}

func TestNoAllocations(t *testing.T) {
	d, samples := New(), speech(t)[:FrameSize]
	if n := testing.AllocsPerRun(20, func() {
		d.gate.hold = 2
		d.Next(samples)
	}); n != 0 {
		t.Errorf("a frame allocates %v times", n)
	}
}

// TestTogether is for the race detector: streams share the weights and nothing else.
func TestTogether(t *testing.T) {
	samples := speech(t)[:2*Rate]
	want := frames(New(), samples)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if diff := cmp.Diff(want, frames(New(), samples)); diff != "" {
				t.Errorf("another stream changes what is heard:\n%s", diff)
			}
		})
	}
	all.Wait()
}

// BenchmarkDetector hears speech with its pauses, a frame an operation.
func BenchmarkDetector(b *testing.B) {
	d, samples := New(), speech(b)
	rest := samples
	b.ReportAllocs()
	for b.Loop() {
		if len(rest) < FrameSize {
			rest = samples
		}
		rest, _, _ = d.Next(rest)
	}
}
