package analysis

import (
	"math"
	"slices"
	"testing"
)

// scores compare a grouping with labels, in percent.
type scores struct{ nmi, ami, ari, acc float64 }

func (s *scores) add(o scores) {
	s.nmi, s.ami, s.ari, s.acc = s.nmi+o.nmi, s.ami+o.ami, s.ari+o.ari, s.acc+o.acc
}

func (s *scores) scale(f float64) {
	s.nmi, s.ami, s.ari, s.acc = s.nmi*f, s.ami*f, s.ari*f, s.acc*f
}

func (s scores) report(b *testing.B) {
	b.ReportMetric(s.nmi, "NMI")
	b.ReportMetric(s.ami, "AMI")
	b.ReportMetric(s.ari, "ARI")
	b.ReportMetric(s.acc, "ACC")
}

// score computes NMI (arithmetic mean), AMI and ARI (adjusted for chance under
// fixed margins) and ACC (share right under the best one-to-one mapping of
// themes to labels). A text without a theme is one more cluster, and wrong.
func score(found, gold []string) scores {
	table, rows, columns := contingency(found, gold)
	n := float64(len(found))
	a, b := make([]float64, len(rows)), make([]float64, len(columns))
	for i := range table {
		for j, x := range table[i] {
			a[i] += x
			b[j] += x
		}
	}
	mi := mutual(table, a, b, n)
	ha, hb := entropy(a, n), entropy(b, n)
	mean := (ha + hb) / 2
	expected := expectedMutual(a, b, n)
	s := scores{nmi: 100, ami: 100, ari: 100 * rand2(table, a, b, n)}
	if mean > 0 {
		s.nmi = 100 * mi / mean
	}
	if d := mean - expected; math.Abs(d) > 1e-12 {
		s.ami = 100 * (mi - expected) / d
	}
	for i, j := range match(table) {
		if j >= 0 && rows[i] != "" {
			s.acc += table[i][j]
		}
	}
	s.acc *= 100 / n
	return s
}

func contingency(found, gold []string) (table [][]float64, rows, columns []string) {
	rows, columns = distinct(found), distinct(gold)
	for range rows {
		table = append(table, make([]float64, len(columns)))
	}
	for i := range found {
		r, _ := slices.BinarySearch(rows, found[i])
		c, _ := slices.BinarySearch(columns, gold[i])
		table[r][c]++
	}
	// "" gets no label: it counts as wrong.
	return table, rows, columns
}

func distinct(s []string) []string {
	out := slices.Clone(s)
	slices.Sort(out)
	return slices.Compact(out)
}

func mutual(table [][]float64, a, b []float64, n float64) (mi float64) {
	for i := range table {
		for j, x := range table[i] {
			if x > 0 {
				mi += x / n * math.Log(n*x/(a[i]*b[j]))
			}
		}
	}
	return mi
}

func entropy(a []float64, n float64) (h float64) {
	for _, x := range a {
		if x > 0 {
			h -= x / n * math.Log(x/n)
		}
	}
	return h
}

// expectedMutual is the mean mutual information of random tables with these
// margins (Vinh, Epps and Bailey 2010).
func expectedMutual(a, b []float64, n float64) (e float64) {
	lg := func(x float64) float64 { l, _ := math.Lgamma(x + 1); return l }
	for _, x := range a {
		for _, y := range b {
			for k := math.Max(1, x+y-n); k <= math.Min(x, y); k++ {
				p := lg(x) + lg(y) + lg(n-x) + lg(n-y) - lg(n) - lg(k) - lg(x-k) - lg(y-k) - lg(n-x-y+k)
				e += k / n * math.Log(n*k/(x*y)) * math.Exp(p)
			}
		}
	}
	return e
}

func rand2(table [][]float64, a, b []float64, n float64) float64 {
	pairs := func(x float64) float64 { return x * (x - 1) / 2 }
	var both, sa, sb float64
	for i := range table {
		for _, x := range table[i] {
			both += pairs(x)
		}
		sa += pairs(a[i])
	}
	for _, y := range b {
		sb += pairs(y)
	}
	expected := sa * sb / pairs(n)
	return (both - expected) / ((sa+sb)/2 - expected)
}
