package analysis

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
)

// said is one text for the labels: who said it, its words, and its theme.
type said struct {
	source string // documents of one source count once
	words  []word
	theme  int // -1: none
}

// phrase is a candidate for a label.
type phrase struct {
	key     string // stems
	length  int
	inside  int // sources of the theme that use it
	surface string
	score   float64
}

// maxLabel is the most words of a label.
const maxLabel = 3

// maxPhrases is how many candidates a theme has at most.
const maxPhrases = 12

// labels names each theme by the phrase of one to three spoken words that sets
// it apart: p log(p/q) (1 + .4 (words-1)), where p and q are the shares of
// sources inside and outside that use it. Function words are left out. Phrases
// of a single source are used only where there is no other. The first phrases
// of a theme, best first; nil where nothing was said.
func labels(texts []said, themes int) [][]phrase {
	counts := countPhrases(texts, themes)
	out := make([][]phrase, themes)
	for t := range themes {
		out[t] = counts.rank(t)
	}
	return out
}

// phraseCounts says which sources use which phrase, by theme.
type phraseCounts struct {
	sources []map[string]bool // by theme
	all     map[string]bool
	use     map[string]*phraseUse
}

type phraseUse struct {
	length   int
	by       map[int]map[string]bool // sources by theme
	all      map[string]bool
	surfaces map[string]int
}

func countPhrases(texts []said, themes int) *phraseCounts {
	c := &phraseCounts{sources: make([]map[string]bool, themes), all: map[string]bool{}, use: map[string]*phraseUse{}}
	for t := range c.sources {
		c.sources[t] = map[string]bool{}
	}
	for _, s := range texts {
		c.all[s.source] = true
		if s.theme >= 0 {
			c.sources[s.theme][s.source] = true
		}
		for i := range s.words {
			c.countFrom(s, i)
			c.countPairs(s, i)
		}
	}
	return c
}

// countFrom counts the phrases that begin at word i.
func (c *phraseCounts) countFrom(s said, i int) {
	var stems, surface []string
	last := s.words[i].start
	for j := i; j < len(s.words) && len(stems) < maxLabel; j++ {
		w := s.words[j]
		if w.start-last > 12 {
			return
		}
		if w.stop || len(w.text) < 2 {
			if j == i {
				return
			}
			continue
		}
		stems, surface, last = append(stems, w.stem), append(surface, strings.TrimSuffix(w.text, "'s")), w.end
		c.add(s, strings.Join(stems, " "), strings.Join(surface, " "), len(stems))
	}
}

// countPairs counts word i with each of the following words of its thought
// that do not stand beside it: "export to our accounting tool" counts for
// "accounting export". The order people use most is that of the label.
func (c *phraseCounts) countPairs(s said, i int) {
	if s.words[i].stop || len(s.words[i].text) < 2 {
		return
	}
	first := s.words[i]
	for _, w := range s.words[i+1 : min(i+pairReach, len(s.words))] {
		if w.stop || len(w.text) < 2 || w.stem == first.stem {
			continue
		}
		key := first.stem + " " + w.stem
		if w.stem < first.stem {
			key = w.stem + " " + first.stem
		}
		c.add(s, "& "+key, first.text+" "+w.text, 2)
	}
}

// pairReach is within how many words two words make a pair.
const pairReach = 7

func (c *phraseCounts) add(s said, key, surface string, length int) {
	u := c.use[key]
	if u == nil {
		u = &phraseUse{length: length, by: map[int]map[string]bool{}, all: map[string]bool{}, surfaces: map[string]int{}}
		c.use[key] = u
	}
	if u.by[s.theme] == nil {
		u.by[s.theme] = map[string]bool{}
	}
	u.by[s.theme][s.source] = true
	u.all[s.source] = true
	u.surfaces[surface]++
}

// rank is the theme's phrases, best first.
func (c *phraseCounts) rank(theme int) []phrase {
	var all []phrase
	for key, u := range c.use {
		in := len(u.by[theme])
		if in == 0 {
			continue
		}
		n, rest := float64(len(c.sources[theme])), float64(len(c.all)-len(c.sources[theme]))
		outside := float64(len(u.all) - in)
		p, q := float64(in)/n, (outside+.5)/(rest+1)
		score := p * math.Log(p/q) * (1 + .4*float64(u.length-1))
		if strings.HasPrefix(key, "& ") { // not beside each other: a little less a phrase
			score *= .95
		}
		if in < 2 {
			score -= 10
		}
		all = append(all, phrase{key: key, length: u.length, inside: in, surface: commonest(u.surfaces), score: score})
	}
	slices.SortFunc(all, func(a, b phrase) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.key, b.key)) })
	return all[:min(len(all), maxPhrases)]
}

// commonest is the form used most; of equals the first in the alphabet.
func commonest(forms map[string]int) string {
	best := ""
	for _, f := range slices.Sorted(maps.Keys(forms)) {
		if best == "" || forms[f] > forms[best] {
			best = f
		}
	}
	return best
}
