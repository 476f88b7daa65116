package analysis

import "math"

// match pairs rows with columns so that the sum of gains is largest
// (Hungarian method with potentials, O(rows² columns)); result[i] is the column
// of row i, or -1 where rows outnumber columns. gain must be rectangular.
func match(gain [][]float64) []int {
	rows, columns := len(gain), 0
	if rows > 0 {
		columns = len(gain[0])
	}
	out := make([]int, rows)
	for i := range out {
		out[i] = -1
	}
	if columns == 0 {
		return out
	}
	width := max(rows, columns)
	cost := func(i, j int) float64 { // padded with free pairs to be wide enough
		if j < columns {
			return -gain[i][j]
		}
		return 0
	}
	for j, i := range assignment(rows, width, cost) {
		if i >= 0 && j < columns {
			out[i] = j
		}
	}
	return out
}

// assignment gives the row of each column, or -1, at the least total cost.
func assignment(rows, columns int, cost func(i, j int) float64) []int {
	u, v := make([]float64, rows+1), make([]float64, columns+1)
	row := make([]int, columns+1) // of column j, both from 1; 0: free
	way := make([]int, columns+1)
	for i := 1; i <= rows; i++ {
		row[0] = i
		j := augment(u, v, row, way, cost)
		for j != 0 {
			row[j] = row[way[j]]
			j = way[j]
		}
	}
	out := make([]int, columns)
	for j := range out {
		out[j] = row[j+1] - 1
	}
	return out
}

// augment finds the cheapest way from row[0] to a free column and returns it.
func augment(u, v []float64, row, way []int, cost func(i, j int) float64) int {
	least := make([]float64, len(v))
	for j := range least {
		least[j] = math.Inf(1)
	}
	used := make([]bool, len(v))
	at := 0
	for row[at] != 0 {
		used[at] = true
		i, delta, next := row[at], math.Inf(1), 0
		for j := 1; j < len(v); j++ {
			if used[j] {
				continue
			}
			if c := cost(i-1, j-1) - u[i] - v[j]; c < least[j] {
				least[j], way[j] = c, at
			}
			if least[j] < delta {
				delta, next = least[j], j
			}
		}
		for j := range v {
			if used[j] {
				u[row[j]] += delta
				v[j] -= delta
			} else {
				least[j] -= delta
			}
		}
		at = next
	}
	return at
}
