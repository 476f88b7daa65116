package analysis

import "math"

// z95 is the 97.5 % quantile of the standard normal distribution.
const z95 = 1.959963984540054

// Wilson is the 95 % score interval of the share k/n (Wilson 1927, equation
// (4) of Newcombe 1998, without continuity correction). It is never wider than
// [0, 1], and exactly 0 or 1 at the ends of the range. No observations say
// nothing: n = 0 gives 0 and 1. A k outside 0..n is taken as the nearer end.
func Wilson(k, n int) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	k = min(max(k, 0), n)
	p, m := float64(k)/float64(n), float64(n)
	centre := (p + z95*z95/(2*m)) / (1 + z95*z95/m)
	half := z95 / (1 + z95*z95/m) * math.Sqrt(p*(1-p)/m+z95*z95/(4*m*m))
	low, high = centre-half, centre+half
	if k == 0 {
		low = 0
	}
	if k == n {
		high = 1
	}
	return low, high
}
