package analysis

import "math/rand/v2"

// communities divides a graph by greedy modularity (Blondel et al. 2008) at
// resolution gamma: of several runs with fixed seeds the one with the highest
// modularity. Result[i] is the community of node i, numbered from 0 in the
// order of the lowest node.
func communities(g graph, gamma float64, seeds int) []int {
	var best []int
	score := -2.0
	for seed := range seeds {
		c := louvain(g, gamma, rand.New(rand.NewPCG(uint64(seed), 7)))
		if q := modularity(g, c, gamma); q > score+1e-12 {
			best, score = c, q
		}
	}
	return best
}

func louvain(g graph, gamma float64, rng *rand.Rand) []int {
	member := make([]int, len(g))
	for i := range member {
		member[i] = i
	}
	for {
		moved, c := moveNodes(g, gamma, rng)
		c = renumber(c)
		for i, m := range member {
			member[i] = c[m]
		}
		if !moved {
			return renumber(member)
		}
		g = contract(g, c)
	}
}

// moveNodes puts each node, in random order, where modularity grows most,
// until none wants to move.
func moveNodes(g graph, gamma float64, rng *rand.Rand) (moved bool, member []int) {
	degree, total := degrees(g)
	member = make([]int, len(g))
	sum := make([]float64, len(g)) // of degrees, by community
	for i := range member {
		member[i], sum[i] = i, degree[i]
	}
	if total == 0 {
		return false, member
	}
	link := make([]float64, len(g)) // of the node at hand to each community
	for pass, again := 0, true; again && pass < 50; pass++ {
		again = false
		for _, i := range rng.Perm(len(g)) {
			old := member[i]
			sum[old] -= degree[i]
			to := bestMove(g[i], i, old, link, member, sum, gamma*degree[i]/total)
			sum[to] += degree[i]
			if member[i] = to; to != old {
				again, moved = true, true
			}
		}
	}
	return moved, member
}

// bestMove is the community with the highest gain for node i, which is old
// unless another one is better.
func bestMove(edges []edge, i, old int, link []float64, member []int, sum []float64, cost float64) int {
	for _, e := range edges {
		if e.to != i {
			link[member[e.to]] += e.weight
		}
	}
	best, gain := old, link[old]-cost*sum[old]
	for _, e := range edges {
		if c := member[e.to]; link[c]-cost*sum[c] > gain+1e-12 {
			best, gain = c, link[c]-cost*sum[c]
		}
	}
	for _, e := range edges {
		link[member[e.to]] = 0
	}
	return best
}

func degrees(g graph) (degree []float64, total float64) {
	degree = make([]float64, len(g))
	for i, es := range g {
		for _, e := range es {
			degree[i] += e.weight
		}
		total += degree[i]
	}
	return degree, total
}

// contract makes a node of each community; weights inside become a loop.
func contract(g graph, member []int) graph {
	n := 0
	for _, c := range member {
		n = max(n, c+1)
	}
	groups := make([][]int, n)
	for i, c := range member {
		groups[c] = append(groups[c], i)
	}
	out := make(graph, n)
	weight := make([]float64, n)
	for c, nodes := range groups {
		clear(weight)
		for _, i := range nodes {
			for _, e := range g[i] {
				weight[member[e.to]] += e.weight
			}
		}
		for to, w := range weight {
			if w > 0 {
				out[c] = append(out[c], edge{to, w})
			}
		}
	}
	return out
}

// modularity of a division (Newman 2004), with resolution gamma.
func modularity(g graph, member []int, gamma float64) float64 {
	degree, total := degrees(g)
	if total == 0 {
		return 0
	}
	inside, sum := 0.0, make([]float64, len(g))
	for i, es := range g {
		sum[member[i]] += degree[i]
		for _, e := range es {
			if member[e.to] == member[i] {
				inside += e.weight
			}
		}
	}
	q := inside / total
	for _, s := range sum {
		q -= gamma * (s / total) * (s / total)
	}
	return q
}

// renumber names groups 0, 1, … in the order in which they appear; negative
// numbers, which mean "none", stay -1.
func renumber(member []int) []int {
	names := map[int]int{}
	out := make([]int, len(member))
	for i, c := range member {
		if c < 0 {
			out[i] = -1
			continue
		}
		n, ok := names[c]
		if !ok {
			n = len(names)
			names[c] = n
		}
		out[i] = n
	}
	return out
}
