package pcm

import (
	"math"
	"sync"
)

const (
	// stopband is by how many dB a filter weakens what the lower rate cannot carry.
	stopband = 80
	// passband is which share of what the lower rate can carry goes through unchanged.
	passband = 0.85
)

// A bank is a low-pass filter in as many phases as there are places between two samples where an
// output may fall. It is shared and never written.
type bank struct {
	up, down int         // outputs for inputs: up for every down
	taps     int         // an even number of inputs that make one output
	phases   [][]float32 // up of them, each with taps coefficients
}

var banks sync.Map // [2]int of rates -> *bank

// bankFor designs the filter of two rates once, which takes milliseconds.
func bankFor(from, to int) *bank {
	key := [2]int{from, to}
	if b, ok := banks.Load(key); ok {
		return b.(*bank)
	}
	b, _ := banks.LoadOrStore(key, design(from, to))
	return b.(*bank)
}

// design is a sinc under a Kaiser window (J. F. Kaiser, 1974): between the passband and the highest
// frequency that both rates can carry, it falls by the stopband.
func design(from, to int) *bank {
	edge := float64(min(from, to)) / 2 / float64(from) // in cycles per input
	slope := 2 * math.Pi * edge * (1 - passband)
	taps := 2 * int(math.Ceil((stopband-7.95)/(2.285*slope)/2))
	divisor := gcd(from, to)
	b := &bank{up: to / divisor, down: from / divisor, taps: taps}
	for phase := range b.up {
		b.phases = append(b.phases, coefficients(taps, float64(phase)/float64(b.up), edge*(1+passband)/2))
	}
	return b
}

// coefficients is the filter as an output sees it that lies at offset behind the input in the
// middle. They add up to one, so that silence with an offset stays what it is.
func coefficients(taps int, offset, cutoff float64) []float32 {
	exact, sum := make([]float64, taps), 0.0
	for i := range exact {
		x := offset - float64(i-(taps/2-1))
		exact[i] = sinc(2*cutoff*x) * kaiser(2*x/float64(taps))
		sum += exact[i]
	}
	out := make([]float32, taps)
	for i, c := range exact {
		out[i] = float32(c / sum)
	}
	return out
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the window at x, its edges being -1 and 1.
func kaiser(x float64) float64 {
	if x < -1 || x > 1 {
		return 0
	}
	const beta = 0.1102 * (stopband - 8.7)
	return bessel(beta*math.Sqrt(1-x*x)) / bessel(beta)
}

// bessel is the modified Bessel function of the first kind and order zero, by its series.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= (x / 2 / k) * (x / 2 / k)
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
