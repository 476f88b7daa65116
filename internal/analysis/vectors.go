package analysis

import (
	"cmp"
	"math"
	"slices"
)

// entry is one coordinate of a sparse vector.
type entry struct {
	term   int
	weight float64
}

// sparse is a vector whose entries are ordered by term.
type sparse []entry

// corpus is a set of documents as vectors over one vocabulary. Row i of each
// belongs to document i.
type corpus struct {
	vocabulary []string
	index      map[string]int
	idf        []float64
	counts     []sparse // term weights as counted
	rows       []sparse // tf-idf, length 1 (or empty)
}

// newCorpus weighs the documents' terms: (1 + log tf) log((1+n)/(1+df)) + 1,
// length 1. Terms of a single document tell nothing about groups in large sets
// and are left out above minDFAbove documents.
func newCorpus(docs []map[string]float64) *corpus {
	df := map[string]int{}
	for _, d := range docs {
		for t := range d {
			df[t]++
		}
	}
	least := 1
	if len(docs) > minDFAbove {
		least = 2
	}
	c := &corpus{index: map[string]int{}}
	for t, n := range df {
		if n >= least {
			c.vocabulary = append(c.vocabulary, t)
		}
	}
	slices.Sort(c.vocabulary)
	for i, t := range c.vocabulary {
		c.index[t] = i
		c.idf = append(c.idf, math.Log(float64(1+len(docs))/float64(1+df[t]))+1)
	}
	for _, d := range docs {
		row := c.count(d)
		c.counts = append(c.counts, row)
		c.rows = append(c.rows, c.weigh(row))
	}
	return c
}

// minDFAbove is the number of documents above which a term must occur twice.
const minDFAbove = 300

// count is the document's known terms as a vector.
func (c *corpus) count(doc map[string]float64) sparse {
	row := make(sparse, 0, len(doc))
	for t, w := range doc {
		if i, ok := c.index[t]; ok {
			row = append(row, entry{i, w})
		}
	}
	slices.SortFunc(row, func(a, b entry) int { return cmp.Compare(a.term, b.term) })
	return row
}

// weigh is a counted vector as tf-idf of length 1.
func (c *corpus) weigh(counts sparse) sparse {
	row := slices.Clone(counts)
	for i, e := range row {
		if e.weight > 1 {
			row[i].weight = 1 + math.Log(e.weight)
		}
		row[i].weight *= c.idf[e.term]
	}
	return row.unit()
}

func (v sparse) unit() sparse {
	var sum float64
	for _, e := range v {
		sum += e.weight * e.weight
	}
	if sum == 0 {
		return v
	}
	for i := range v {
		v[i].weight /= math.Sqrt(sum)
	}
	return v
}

// unitDense scales v to length 1 in place; a zero vector stays.
func unitDense(v []float64) []float64 {
	if d := math.Sqrt(dot(v, v)); d > 0 {
		for i := range v {
			v[i] /= d
		}
	}
	return v
}

func dot(a, b []float64) float64 {
	var s float64
	for i, x := range a {
		s += x * b[i]
	}
	return s
}
