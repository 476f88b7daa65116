// Package pcmtest compares sounds in tests.
package pcmtest

import "math"

// Find is where a sound is in another, both of 16 kHz, as a sample, and how alike they
// are there: the correlation, from 0 to 1. First the loudness of ten milliseconds
// each is compared, then, around the best places, the sound itself.
func Find(what, in []int16) (at int, like float64) {
	const step = 160 // ten milliseconds
	a, b := loudness(what, step), loudness(in, step)
	coarse, best := 0, 0.0
	for lag := -len(a) / 8; lag <= len(b)-len(a)*7/8; lag++ {
		if l := correlation(a, b, lag); l > best {
			coarse, best = lag, l
		}
	}
	if best < 0.6 {
		return 0, 0
	}
	x, y := floats(what), floats(in)
	for lag := (coarse - 2) * step; lag <= (coarse+2)*step; lag++ {
		if l := correlation(x, y, lag); l > like {
			at, like = lag, l
		}
	}
	return max(at, 0), like
}

// correlation of what both have, b shifted by lag; 0 where that is less than
// seven eighths of a. What it reads is its caller's alone: the race detector would
// only take its time.
//
//go:norace
func correlation(a, b []float64, lag int) float64 {
	from, to := max(0, -lag), min(len(a), len(b)-lag)
	if to-from < len(a)*7/8 {
		return 0
	}
	var ab, aa, bb float64
	for i := from; i < to; i++ {
		x, y := a[i], b[i+lag]
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

func loudness(sound []int16, step int) []float64 {
	all := make([]float64, 0, len(sound)/step)
	mean := 0.0
	for ; len(sound) >= step; sound = sound[step:] {
		sum := 0.0
		for _, s := range sound[:step] {
			sum += math.Abs(float64(s))
		}
		all = append(all, sum)
		mean += sum
	}
	for i := range all { // only what differs from the mean tells sounds apart
		all[i] -= mean / float64(len(all))
	}
	return all
}

func floats(sound []int16) []float64 {
	all := make([]float64, len(sound))
	for i, s := range sound {
		all[i] = float64(s)
	}
	return all
}
