package analysis

import (
	"cmp"
	"math"
	"slices"
)

// edge leads to a document that is near.
type edge struct {
	to     int
	weight float64
}

// graph holds each node's edges, ordered by target; weights are symmetric.
type graph [][]edge

// neighbours joins every document with its k nearest ones by the mean of the
// cosines of tf-idf and latent vectors, squared; an edge that both ends chose
// counts double. Rows without a vector stay alone.
func neighbours(rows []sparse, latent [][]float64, terms, k int) graph {
	near := make([][]edge, len(rows))
	scores := newScorer(rows, latent, terms)
	for i := range rows {
		near[i] = nearest(scores.all(i), i, k)
	}
	weights := make([]map[int]float64, len(rows))
	for i := range rows {
		weights[i] = map[int]float64{}
	}
	for i, es := range near {
		for _, e := range es {
			weights[i][e.to] += e.weight
			weights[e.to][i] += e.weight
		}
	}
	g := make(graph, len(rows))
	for i, m := range weights {
		for to, w := range m {
			g[i] = append(g[i], edge{to, w})
		}
		slices.SortFunc(g[i], func(a, b edge) int { return cmp.Compare(a.to, b.to) })
	}
	return g
}

// scorer computes the likeness of one row with all others.
type scorer struct {
	rows     []sparse
	latent   [][]float64
	postings [][]edge // by term: rows that have it
	buffer   []float64
}

func newScorer(rows []sparse, latent [][]float64, terms int) *scorer {
	s := &scorer{rows: rows, latent: latent, postings: make([][]edge, terms), buffer: make([]float64, len(rows))}
	for i, row := range rows {
		for _, e := range row {
			s.postings[e.term] = append(s.postings[e.term], edge{i, e.weight})
		}
	}
	return s
}

// all is the likeness of row i with every row, in a buffer that the next call
// overwrites.
func (s *scorer) all(i int) []float64 {
	clear(s.buffer)
	for _, e := range s.rows[i] {
		for _, p := range s.postings[e.term] {
			s.buffer[p.to] += e.weight * p.weight
		}
	}
	for j := range s.buffer {
		if len(s.rows[i]) == 0 || len(s.rows[j]) == 0 {
			s.buffer[j] = 0
			continue
		}
		s.buffer[j] = 0.5*s.buffer[j] + 0.5*dot(s.latent[i], s.latent[j])
	}
	return s.buffer
}

// nearest picks the k best positive scores but i's own; ties go to the lower
// number.
func nearest(scores []float64, i, k int) []edge {
	best := make([]edge, 0, k+1)
	for j, s := range scores {
		if j == i || s <= 1e-9 || len(best) == k && s <= best[k-1].weight {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, s, func(e edge, s float64) int {
			if e.weight >= s {
				return -1
			}
			return 1
		})
		best = slices.Insert(best, at, edge{j, s})
		best = best[:min(len(best), k)]
	}
	for n := range best {
		best[n].weight = math.Pow(best[n].weight, 2)
	}
	return best
}
