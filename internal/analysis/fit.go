package analysis

import "math"

// tuning are the numbers of the fit. They were chosen on public sets of
// customers' requests and on small samples of them, and are the same for all.
type tuning struct {
	gamma     float64 // resolution of the communities
	rounds    int     // of self-training
	core      float64 // share of each theme that trains the next round
	merge     float64 // cosine of latent centroids from which themes are one
	minShare  int     // a theme has at least n/minShare documents, 2..8
	smoothing float64 // of naive Bayes
}

var standard = tuning{gamma: 1, rounds: 8, core: .8, merge: .37, minShare: 15, smoothing: .1}

// mergeAt is the cosine from which themes of n documents are one: larger sets
// have more latent dimensions and finer themes.
func (t tuning) mergeAt(n int) float64 {
	return t.merge + .04*max(0, math.Log2(float64(n)/150))
}

// fitLimit is the number of documents that are fitted together; of larger
// sets an even sample is, and the others are classified.
const fitLimit = 5000

// fitted is a division of documents into themes.
type fitted struct {
	corpus  *corpus
	latent  [][]float64
	member  []int // theme of each document; -1: none
	themes  int
	bayes   *bayes
	centres [][]float64 // of the themes among the latent vectors
}

// fit divides documents into themes whose number it finds itself. The order
// of docs must not depend on anything but what they are: callers sort by id.
func fit(docs []map[string]float64, t tuning) *fitted {
	if len(docs) <= fitLimit {
		return fitAll(docs, t)
	}
	return fitSample(docs, t)
}

func fitAll(docs []map[string]float64, t tuning) *fitted {
	f := &fitted{corpus: newCorpus(docs)}
	rows, vocabulary := f.corpus.rows, len(f.corpus.vocabulary)
	f.latent = latent(rows, vocabulary, min(150, max(10, len(rows)/10)))
	k := int(min(max(math.Sqrt(float64(len(rows)))/2, 4), 15))
	g := neighbours(rows, f.latent, vocabulary, k)
	f.member = communities(g, t.gamma, 5)
	f.dropSmall(max(2, min(8, len(rows)/t.minShare)))
	for range t.rounds {
		f.retrain(t)
	}
	f.mergeNear(t.mergeAt(len(rows)))
	f.retrain(t)
	if f.themes > 0 {
		f.bayes = learn(f.corpus, f.member, f.themes, t.smoothing)
	}
	return f
}

// fitSample fits every n-th document and classifies the others.
func fitSample(docs []map[string]float64, t tuning) *fitted {
	var sample []map[string]float64
	step := float64(len(docs)) / fitLimit
	for i := range fitLimit {
		sample = append(sample, docs[int(float64(i)*step)])
	}
	f := fitAll(sample, t)
	f.member, f.latent, f.centres = make([]int, len(docs)), nil, nil
	for i, d := range docs {
		f.member[i] = f.bayes.classify(f.corpus.count(d))
	}
	return f
}

// dropSmall takes the documents of communities below the least size out of
// them; self-training finds them a theme.
func (f *fitted) dropSmall(least int) {
	size := map[int]int{}
	for i, c := range f.member {
		if len(f.corpus.rows[i]) == 0 {
			f.member[i] = -1
			continue
		}
		size[c]++
	}
	for i, c := range f.member {
		if c >= 0 && size[c] < least {
			f.member[i] = -1
		}
	}
	f.renumber()
}

func (f *fitted) renumber() {
	f.member = renumber(f.member)
	f.themes = 0
	for _, c := range f.member {
		f.themes = max(f.themes, c+1)
	}
	f.centres = centres(f.latent, f.member, f.themes)
}

// retrain learns the themes from their most central documents and puts every
// document where it then belongs (after Rakib et al. 2020).
func (f *fitted) retrain(t tuning) {
	if f.themes == 0 {
		return
	}
	core := f.mostCentral(t.core)
	f.bayes = learn(f.corpus, core, f.themes, t.smoothing)
	for i, row := range f.corpus.counts {
		f.member[i] = f.bayes.classify(row)
	}
	f.renumber()
}

// mostCentral keeps the given share of each theme, those nearest its centre;
// the others get -1.
func (f *fitted) mostCentral(share float64) []int {
	byTheme := make([][]edge, f.themes)
	for i, c := range f.member {
		if c >= 0 {
			byTheme[c] = append(byTheme[c], edge{i, dot(f.latent[i], f.centres[c])})
		}
	}
	out := make([]int, len(f.member))
	for i := range out {
		out[i] = -1
	}
	for c, docs := range byTheme {
		sortByWeight(docs)
		for _, d := range docs[:int(math.Ceil(share*float64(len(docs))))] {
			out[d.to] = c
		}
	}
	return out
}

// mergeNear makes one of the two nearest themes until none are nearer than
// the limit.
func (f *fitted) mergeNear(limit float64) {
	for f.themes > 1 {
		a, b, near := f.nearestThemes()
		if near < limit {
			return
		}
		for i, c := range f.member {
			if c == b {
				f.member[i] = a
			}
		}
		f.renumber()
	}
}

func (f *fitted) nearestThemes() (a, b int, near float64) {
	near = -1
	for i := range f.centres {
		for j := range i {
			if s := dot(f.centres[i], f.centres[j]); s > near {
				a, b, near = j, i, s
			}
		}
	}
	return a, b, near
}

// centres are the themes' mean vectors, each of length 1.
func centres(vectors [][]float64, member []int, themes int) [][]float64 {
	out := make([][]float64, themes)
	for i, c := range member {
		if c < 0 {
			continue
		}
		if out[c] == nil {
			out[c] = make([]float64, len(vectors[i]))
		}
		addScaled(out[c], vectors[i], 1)
	}
	for _, v := range out {
		unitDense(v)
	}
	return out
}
