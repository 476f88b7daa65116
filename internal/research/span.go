package research

import (
	"strings"
	"unicode"
)

// Span is when the runes [start, end) of a turn were said, in milliseconds of the
// recording: by the times of its words where they are known, and else by where they
// stand in it, as if somebody spoke evenly. Not ok: nobody knows when it was said.
func (t Turn) Span(start, end int) (from, to int64, ok bool) {
	length := len([]rune(t.Text))
	if t.StartMS == nil || t.EndMS == nil || *t.EndMS <= *t.StartMS || start < 0 || end <= start || end > length {
		return 0, 0, false
	}
	if from, to, ok = t.spanOfWords(start, end); ok {
		return from, to, true
	}
	lasted := *t.EndMS - *t.StartMS
	at := func(n int) int64 { return *t.StartMS + lasted*int64(n)/int64(length) }
	return at(start), at(end), true
}

// spanOfWords is from the first to the last word that touches the runes. It is only
// trusted where the words at both ends are known.
func (t Turn) spanOfWords(start, end int) (from, to int64, ok bool) {
	places := t.places()
	first, last := -1, -1
	for i, p := range places {
		if p.end > start && p.start < end {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 || t.letters(start, places[first].start) || t.letters(places[last].end, end) {
		return 0, 0, false
	}
	from, to = places[first].Start, places[last].End
	return from, to, from < to
}

// place is a word and its runes in the text.
type place struct {
	Word
	start, end int
}

// Standing is those words that stand in the text. What was masked there, an address or
// a number, is not kept beside it either.
func (t Turn) Standing(words []Word) (all []Word) {
	t.Words = words
	for _, p := range t.places() {
		all = append(all, p.Word)
	}
	return all
}

// nearby is how many runes ahead a word is looked for: what was masked, or written
// otherwise than it was heard, may stand in between, and no whole sentence.
const nearby = 40

// places finds the words in the text, in their order. One that is not there, as
// where contact data were masked, is left out.
func (t Turn) places() (found []place) {
	text := []rune(strings.Map(unicode.ToLower, t.Text)) // rune by rune: places stay
	at := 0
	for _, w := range t.Words {
		word := []rune(strings.TrimFunc(strings.Map(unicode.ToLower, w.Text), func(r rune) bool { return !said(r) }))
		if n := find(text, word, at); len(word) > 0 && n >= 0 {
			at = n + len(word)
			found = append(found, place{w, n, at})
		}
	}
	return found
}

// find is where a whole word stands, from a place on and not far from it; -1: nowhere.
func find(text, word []rune, from int) int {
	for n := from; n <= min(from+nearby, len(text)-len(word)); n++ {
		if end := n + len(word); string(text[n:end]) == string(word) && (n == 0 || !said(text[n-1])) && (end == len(text) || !said(text[end])) {
			return n
		}
	}
	return -1
}

// letters tells whether something that is said stands between two places.
func (t Turn) letters(from, to int) bool {
	return to > from && strings.ContainsFunc(string([]rune(t.Text)[from:to]), said)
}

// said tells whether a character is spoken, and no mark around words.
func said(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
