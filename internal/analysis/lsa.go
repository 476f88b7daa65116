package analysis

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// latent brings documents close that use different words for one thing: the
// rows' projections on the leading singular vectors of the tf-idf matrix
// (latent semantic analysis), scaled by the singular values, each of length 1.
// The subspace is found by randomised iteration (Halko, Martinsson and Tropp
// 2011, algorithm 4.4) from a fixed seed, so the same rows give the same bits.
func latent(rows []sparse, terms, rank int) [][]float64 {
	rank = min(rank, len(rows), terms)
	if rank < 1 {
		return make([][]float64, len(rows))
	}
	width := min(rank+8, len(rows), terms)
	rng := rand.New(rand.NewPCG(1, 2))
	q := mat.NewDense(terms, width, nil)
	for i := range terms {
		for j := range width {
			q.Set(i, j, rng.NormFloat64())
		}
	}
	var y *mat.Dense
	for range 3 {
		y = orthonormal(times(rows, q))
		q = orthonormal(transposeTimes(rows, y, terms))
	}
	y = times(rows, q)
	var svd mat.SVD
	if !svd.Factorize(y, mat.SVDThin) {
		return make([][]float64, len(rows))
	}
	return leading(&svd, rank)
}

// leading is the first rank columns of U S, each row of length 1.
func leading(svd *mat.SVD, rank int) [][]float64 {
	var u mat.Dense
	svd.UTo(&u)
	s := svd.Values(nil)
	n, _ := u.Dims()
	out := make([][]float64, n)
	for i := range out {
		v := make([]float64, min(rank, len(s)))
		for j := range v {
			v[j] = u.At(i, j) * s[j]
		}
		out[i] = unitDense(v)
	}
	return out
}

// times is A q for the sparse matrix of the rows.
func times(rows []sparse, q *mat.Dense) *mat.Dense {
	_, width := q.Dims()
	y := mat.NewDense(len(rows), width, nil)
	for i, row := range rows {
		to := y.RawRowView(i)
		for _, e := range row {
			addScaled(to, q.RawRowView(e.term), e.weight)
		}
	}
	return y
}

// transposeTimes is Aᵀ y.
func transposeTimes(rows []sparse, y *mat.Dense, terms int) *mat.Dense {
	_, width := y.Dims()
	q := mat.NewDense(terms, width, nil)
	for i, row := range rows {
		from := y.RawRowView(i)
		for _, e := range row {
			addScaled(q.RawRowView(e.term), from, e.weight)
		}
	}
	return q
}

func addScaled(to, from []float64, w float64) {
	for j, x := range from {
		to[j] += w * x
	}
}

// orthonormal replaces the columns by an orthonormal basis of what they span
// (modified Gram-Schmidt, twice, which is enough for float64). Columns that
// depend on earlier ones become zero.
func orthonormal(m *mat.Dense) *mat.Dense {
	n, width := m.Dims()
	t := mat.DenseCopyOf(m.T())
	for j := range width {
		v := t.RawRowView(j)
		for range 2 {
			for i := range j {
				u := t.RawRowView(i)
				addScaled(v, u, -dot(u, v))
			}
		}
		if dot(v, v) < 1e-20 {
			clear(v)
			continue
		}
		unitDense(v)
	}
	out := mat.NewDense(n, width, nil)
	out.Copy(t.T())
	return out
}
