package analysis

import (
	"cmp"
	"math"
	"slices"
)

// bayes is a multinomial naive Bayes classifier over a corpus's terms.
type bayes struct {
	prior []float64   // log
	given [][]float64 // log P(term | theme), by theme
}

// learn counts the terms of the documents that member gives a theme.
func learn(c *corpus, member []int, themes int, smoothing float64) *bayes {
	b := &bayes{prior: make([]float64, themes), given: make([][]float64, themes)}
	total := make([]float64, themes)
	for t := range b.given {
		b.given[t] = make([]float64, len(c.vocabulary))
	}
	n := 0.0
	for i, t := range member {
		if t < 0 {
			continue
		}
		n++
		b.prior[t]++
		for _, e := range c.counts[i] {
			b.given[t][e.term] += e.weight
			total[t] += e.weight
		}
	}
	for t, row := range b.given {
		b.prior[t] = math.Log((b.prior[t] + 1) / (n + float64(themes)))
		all := total[t] + smoothing*float64(len(row))
		for i := range row {
			row[i] = math.Log((row[i] + smoothing) / all)
		}
	}
	return b
}

// classify is the likeliest theme, -1 for a document without terms.
func (b *bayes) classify(counts sparse) int {
	if len(counts) == 0 {
		return -1
	}
	p := b.probabilities(counts)
	best := 0
	for t, x := range p {
		if x > p[best] {
			best = t
		}
	}
	return best
}

// probabilities of the themes for a document; they sum to 1.
func (b *bayes) probabilities(counts sparse) []float64 {
	p := slices.Clone(b.prior)
	for t := range p {
		for _, e := range counts {
			p[t] += e.weight * b.given[t][e.term]
		}
	}
	top, sum := slices.Max(p), 0.0
	for t := range p {
		p[t] = math.Exp(p[t] - top)
		sum += p[t]
	}
	for t := range p {
		p[t] /= sum
	}
	return p
}

// sortByWeight puts the heaviest first, ties by number.
func sortByWeight(es []edge) {
	slices.SortFunc(es, func(a, b edge) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.to, b.to))
	})
}
