package analysis

import (
	"math"
	"testing"
)

func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{
		{0, 0, 0, 1},
		{0, 12, 0, 0.242494006655},
		{4, 12, 0.138120091091, 0.609377911127},
		{3, 12, 0.088941668394, 0.532305334934},
		{12, 12, 0.757505993345, 1},
		{81, 263, 0.255288519878, 0.366209576983},
		{-1, 12, 0, 0.242494006655},
		{13, 12, 0.757505993345, 1},
	} {
		low, high := Wilson(c.k, c.n)
		if math.Abs(low-c.low) > 1e-9 || math.Abs(high-c.high) > 1e-9 {
			t.Errorf("Wilson(%d, %d) = %.12f, %.12f, want %.12f, %.12f", c.k, c.n, low, high, c.low, c.high)
		}
	}
}

// TestWilsonSolvesItsEquation: the ends are where |p̂ - p| = z √(p(1-p)/n).
func TestWilsonSolvesItsEquation(t *testing.T) {
	for n := 1; n < 200; n++ {
		for k := 0; k <= n; k++ {
			low, high := Wilson(k, n)
			for _, p := range []float64{low, high} {
				if p == 0 || p == 1 {
					continue
				}
				if d := math.Abs(math.Abs(float64(k)/float64(n)-p) - z95*math.Sqrt(p*(1-p)/float64(n))); d > 1e-9 {
					t.Fatalf("Wilson(%d, %d): %v is off by %v", k, n, p, d)
				}
			}
		}
	}
}
