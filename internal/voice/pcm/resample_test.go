package pcm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/usercall/usercall/internal/research"
)

// pairs are the rates between microphones, speech services and us.
var pairs = [][2]int{
	{48000, 16000}, {44100, 16000}, {24000, 16000}, {22050, 16000}, {8000, 16000}, {16000, 24000}, {96000, 16000}, {16000, 48000},
}

const amplitude = 16000

// sweep is a second of a tone that moves from one frequency to another.
func sweep(rate int, from, to float64) []int16 {
	out := make([]int16, rate)
	for i := range out {
		at := float64(i) / float64(rate)
		out[i] = int16(math.Round(amplitude * math.Sin(2*math.Pi*(from*at+(to-from)*at*at/2))))
	}
	return out
}

func resample(t testing.TB, from, to int, in []int16) []int16 {
	t.Helper()
	r, err := NewResampler(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return r.Flush(r.Append(nil, in))
}

// fit finds the tone of that frequency in the middle of the samples: how strong it is, by how much
// it is late in samples, and how strong all the rest is, both against the amplitude in dB.
func fit(samples []int16, rate int, frequency float64) (gain, rest, late float64) {
	samples = samples[len(samples)/4:][:len(samples)/2]
	first := len(samples) / 2 // as many were left out before
	w := 2 * math.Pi * frequency / float64(rate)
	// Least squares for a·sin + b·cos.
	var ss, sc, cc, sy, cy float64
	for i, y := range samples {
		s, c := math.Sincos(w * float64(i+first))
		ss, sc, cc, sy, cy = ss+s*s, sc+s*c, cc+c*c, sy+s*float64(y), cy+c*float64(y)
	}
	det := ss*cc - sc*sc
	a, b := (sy*cc-cy*sc)/det, (cy*ss-sy*sc)/det
	var left float64
	for i, y := range samples {
		s, c := math.Sincos(w * float64(i+first))
		d := float64(y) - a*s - b*c
		left += d * d
	}
	return decibel(math.Hypot(a, b) / amplitude), decibel(math.Sqrt(2*left/float64(len(samples))) / amplitude), -math.Atan2(b, a) / w
}

func decibel(ratio float64) float64 { return 20 * math.Log10(max(ratio, 1e-9)) }

// TestPassband: what both rates carry comes out as it went in, where it went in, and nothing else
// comes with it.
func TestPassband(t *testing.T) {
	for _, p := range pairs {
		edge := float64(min(p[0], p[1])) / 2
		var ripple, other, late float64
		other = -200
		for share := 0.01; share <= passband; share += 0.04 {
			tone := sweep(p[0], share*edge, share*edge)
			gain, rest, shift := fit(resample(t, p[0], p[1], tone), p[1], share*edge)
			ripple, other, late = max(ripple, math.Abs(gain)), max(other, rest), max(late, math.Abs(shift))
		}
		t.Logf("%d -> %d: ripple %.4f dB, anything else %.0f dB, late by %.4f samples", p[0], p[1], ripple, other, late)
		if ripple > 0.05 || other > -70 || late > 0.01 {
			t.Errorf("%d -> %d: ripple %.3f dB, other tones %.1f dB, late by %.3f samples", p[0], p[1], ripple, other, late)
		}
	}
}

// TestAliases sweeps over all that the lower rate cannot carry. The loudest 20 ms of what comes out
// count.
func TestAliases(t *testing.T) {
	for _, p := range pairs {
		if p[0] < p[1] {
			continue // what comes out beside a tone is in TestPassband
		}
		out := resample(t, p[0], p[1], sweep(p[0], float64(p[1])/2, float64(p[0])/2))
		worst := -200.0
		for margin, part := p[1]/20, p[1]/50; margin+part < len(out)-p[1]/20; margin += part {
			worst = max(worst, power(out[margin:][:part]))
		}
		t.Logf("%d -> %d: aliases at most %.0f dB", p[0], p[1], worst)
		if worst > -60 {
			t.Errorf("%d -> %d: an alias has %.1f dB", p[0], p[1], worst)
		}
	}
}

func power(samples []int16) float64 {
	var sum float64
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return decibel(math.Sqrt(2*sum/float64(len(samples))) / amplitude)
}

// TestChunks: however the stream is cut, the samples are the same, and as many as the sound lasts.
func TestChunks(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, p := range append(pairs, [2]int{16000, 16000}) {
		for _, n := range []int{0, 1, 2, 440, 5000} {
			in := randomSamples(random, n)
			want := resample(t, p[0], p[1], in)
			if lasts := (n*p[1] + p[0] - 1) / p[0]; len(want) != lasts {
				t.Errorf("%d -> %d: %d samples became %d instead of %d", p[0], p[1], n, len(want), lasts)
			}
			r, err := NewResampler(p[0], p[1])
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second stream knows nothing of the first
				if diff := cmp.Diff(want, inChunks(r, in, random)); diff != "" {
					t.Fatalf("%d -> %d: chunks change the sound:\n%s", p[0], p[1], diff)
				}
			}
		}
	}
}

func inChunks(r *Resampler, in []int16, random *rand.Rand) (out []int16) {
	for len(in) > 0 {
		n := min(len(in), random.IntN(2*block))
		out, in = r.Append(out, in[:n]), in[n:]
	}
	return r.Flush(out)
}

// TestOffset: what stands still goes on standing still, and the loudest square does not wrap around.
func TestOffset(t *testing.T) {
	for _, p := range pairs {
		in := make([]int16, p[0]/4)
		for i := range in {
			in[i] = -12345
		}
		out := resample(t, p[0], p[1], in)
		for i, s := range out[p[1]/20 : len(out)-p[1]/20] {
			if s != -12345 {
				t.Fatalf("%d -> %d: sample %d is %d", p[0], p[1], i, s)
			}
		}
		for i := range in {
			in[i] = math.MaxInt16
			if i/(p[0]/100)%2 == 1 {
				in[i] = math.MinInt16
			}
		}
		for i, s := range resample(t, p[0], p[1], in)[:p[1]/200] {
			if s < 0 {
				t.Fatalf("%d -> %d: sample %d of a loud beginning is %d", p[0], p[1], i, s)
			}
		}
	}
}

func TestUnknownRate(t *testing.T) {
	for _, p := range [][2]int{{0, 16000}, {-1, 16000}, {16000, 47999}, {1 << 40, 16000}} {
		if _, err := NewResampler(p[0], p[1]); research.CodeOf(err) != research.Invalid {
			t.Errorf("%v: %v", p, err)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	in, dst := make([]int16, 960), make([]int16, 0, 4096)
	for _, p := range pairs {
		r, err := NewResampler(p[0], p[1])
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(50, func() { r.Append(dst, in) }); n != 0 {
			t.Errorf("%v: a chunk allocates %v times", p, n)
		}
	}
}

// BenchmarkResampler is 20 ms of sound an operation.
func BenchmarkResampler(b *testing.B) {
	for _, p := range pairs {
		b.Run(fmt.Sprintf("%d-%d", p[0], p[1]), func(b *testing.B) {
			r, err := NewResampler(p[0], p[1])
			if err != nil {
				b.Fatal(err)
			}
			in, dst := make([]int16, p[0]/50), make([]int16, 0, 2048)
			b.ReportAllocs()
			for b.Loop() {
				r.Append(dst, in)
			}
		})
	}
}
