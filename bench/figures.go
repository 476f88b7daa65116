package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// quantile is the smallest value that at least a share q of them does not
// exceed. The values are sorted.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	i := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[max(i, 0)]
}

// median is the middle one; of an even number, the lower of the middle two.
func median(values ...float64) float64 {
	return quantile(slices.Sorted(slices.Values(values)), 0.5)
}

// medianOf is the median of one figure of several runs.
func medianOf[T any](runs []T, figure func(T) float64) float64 {
	var values []float64
	for _, r := range runs {
		values = append(values, figure(r))
	}
	return median(values...)
}

// figure writes a number with three significant digits and thousands apart.
func figure(f float64) string {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return "-"
	case f >= 1000:
		n := int64(math.Round(f))
		return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
	case f >= 100:
		return strconv.FormatFloat(f, 'f', 0, 64)
	case f >= 10:
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'f', 2, 64)
}

func thousands(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
