package analysis

// piece is a part of an answer that may give a reason of its own.
type piece struct{ words []word }

const (
	// leastPiece is how many words that mean something a piece has at least.
	leastPiece = 2
	// borrowed is the weight of the other pieces' terms in a piece: a clause is
	// understood from those beside it.
	borrowed = .3
	// sure is the probability from which a piece keeps a theme of its own.
	sure = .85
)

// pieces cuts an answer between clauses; those with too few words belong to
// the piece before them, or at the beginning to the one behind.
func (r *reader) pieces(text string) []piece {
	words := r.read(text)
	out := []piece{{}}
	for _, s := range clauses(text) {
		n := 0
		for n < len(words) && words[n].start < s.end {
			n++
		}
		last := &out[len(out)-1]
		if contentOf(last.words) < leastPiece || contentOf(words[:n]) < leastPiece {
			last.words = append(last.words, words[:n]...)
		} else {
			out = append(out, piece{append([]word(nil), words[:n]...)})
		}
		words = words[n:]
	}
	return out
}

// contentOf counts the words that mean something.
func contentOf(words []word) int {
	n := 0
	for _, w := range words {
		if !w.stop {
			n++
		}
	}
	return n
}

// documents are what the fit sees of the answers' pieces, in order.
func documents(parts [][]piece) []map[string]float64 {
	var docs []map[string]float64
	for _, ps := range parts {
		own := make([]map[string]float64, len(ps))
		for i, p := range ps {
			own[i] = terms(p.words)
		}
		for i, p := range ps {
			d := terms(p.words)
			for j, other := range own {
				for t, w := range other {
					if i != j {
						d[t] += borrowed * w
					}
				}
			}
			docs = append(docs, d)
		}
	}
	return docs
}

// fitParts divides answers into themes by their pieces. A first fit tells
// which pieces surely speak of something else than the one before them; the
// others are taken together again before the second, since cutting an answer
// with one reason only blurs it. The parts that remain are returned; their
// themes stand in the same order in the result's member.
func fitParts(parts [][]piece, t tuning) (*fitted, [][]piece) {
	first := fit(documents(parts), t)
	together := make([][]piece, len(parts))
	for n, ps := range parts {
		together[n] = first.rejoin(ps)
	}
	return fit(documents(together), t), together
}

// rejoin takes pieces together unless both surely have themes that differ.
func (f *fitted) rejoin(ps []piece) []piece {
	if len(ps) < 2 || f.bayes == nil {
		return ps
	}
	out := []piece{ps[0]}
	theme := f.sureTheme(ps[0])
	for _, p := range ps[1:] {
		next := f.sureTheme(p)
		if next >= 0 && theme >= 0 && next != theme {
			out, theme = append(out, p), next
			continue
		}
		last := &out[len(out)-1]
		last.words = append(last.words[:len(last.words):len(last.words)], p.words...)
		theme = max(theme, next)
	}
	return out
}

// sureTheme is the theme of a piece by its own words; -1: not sure.
func (f *fitted) sureTheme(p piece) int {
	row := f.corpus.count(terms(p.words))
	c := f.bayes.classify(row)
	if len(row) < 2 || f.bayes.probabilities(row)[c] < sure {
		return -1
	}
	return c
}

// themesOf are the themes of one answer, the one with the weightiest words
// first; docs and member are those of its pieces.
func (f *fitted) themesOf(docs []map[string]float64, member []int) []int {
	weights := make([]edge, f.themes)
	for i, c := range member {
		if c < 0 {
			continue
		}
		weights[c].to = c
		for _, e := range f.corpus.count(docs[i]) {
			weights[c].weight += e.weight * f.corpus.idf[e.term]
		}
	}
	sortByWeight(weights)
	var out []int
	for _, e := range weights {
		if e.weight > 0 {
			out = append(out, e.to)
		}
	}
	return out
}
