package analysis

import (
	"slices"
	"strings"
	"unicode"

	"github.com/usercall/usercall/internal/research"
	"golang.org/x/text/unicode/norm"
)

// Locate finds the words that an engine says were spoken in a turn. In this
// order: an exact part of the named participant turn; an exact part of exactly
// one other participant turn; equal after folding case, curly quotes, runs of
// spaces and composed characters, first in the named turn, then in exactly one
// other. The quote always holds the original characters and their offsets in
// code points. Anything else is refused, never accepted as nearly right: turns
// of the interviewer, excluded turns, and fewer than three words unless the
// turn itself has no more. Where the words occur twice in a turn the first
// occurrence is taken. The quote's ID and Interview are the caller's to fill.
func Locate(turns []research.Turn, turn int, text string) (research.Quote, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return research.Quote{}, false
	}
	for _, find := range []finder{findExact, findFolded} {
		if q, ok := locate(turns, turn, text, find); ok && enoughWords(turns, q) {
			return q, true
		}
	}
	return research.Quote{}, false
}

// leastQuote is the least words of a quote from a turn that has more.
const leastQuote = 3

// finder is the place of a text in another one, in code points.
type finder func(in, text string) (start, end int, ok bool)

func locate(turns []research.Turn, turn int, text string, find finder) (research.Quote, bool) {
	var other []research.Quote
	for _, t := range turns {
		if t.Speaker != research.Participant || t.Excluded {
			continue
		}
		start, end, ok := find(t.Text, text)
		if !ok {
			continue
		}
		q := quoteOf(t, start, end)
		if t.N == turn {
			return q, true
		}
		other = append(other, q)
	}
	if len(other) != 1 {
		return research.Quote{}, false
	}
	return other[0], true
}

func quoteOf(t research.Turn, start, end int) research.Quote {
	return research.Quote{Turn: t.N, Start: start, End: end, Text: string([]rune(t.Text)[start:end])}
}

func enoughWords(turns []research.Turn, q research.Quote) bool {
	n := len(tokenize(q.Text))
	if n >= leastQuote {
		return true
	}
	i := slices.IndexFunc(turns, func(t research.Turn) bool { return t.N == q.Turn })
	return n > 0 && n >= len(tokenize(turns[i].Text))
}

// findExact finds the text standing as whole words.
func findExact(in, text string) (start, end int, ok bool) {
	return findRunes([]rune(in), []rune(text), nil)
}

// findFolded finds the text after folding both; the offsets are those of the
// original characters.
func findFolded(in, text string) (start, end int, ok bool) {
	folded, at := fold(in)
	wanted, _ := fold(text)
	return findRunes(folded, wanted, at)
}

// findRunes is the first place where text stands on word boundaries in r. at
// maps positions of r to those of the original; nil: they are the same.
func findRunes(r, text []rune, at []int) (start, end int, ok bool) {
	for i := 0; len(text) > 0 && i+len(text) <= len(r); i++ {
		j := i + len(text)
		if !slices.Equal(r[i:j], text) || splitsWord(r, i) || splitsWord(r, j) {
			continue
		}
		if at == nil {
			return i, j, true
		}
		return at[i], at[j], true
	}
	return 0, 0, false
}

// splitsWord tells whether a cut at i would go through a word, or part a
// character from its combining mark.
func splitsWord(r []rune, i int) bool {
	if i <= 0 || i >= len(r) {
		return false
	}
	return unicode.IsMark(r[i]) || r[i] == '\u200d' || r[i-1] == '\u200d' ||
		isWord(r[i-1]) && isWord(r[i]) && !unspaced(r[i-1]) && !unspaced(r[i])
}

// fold is the text in the form in which quotes are compared, and for each of
// its characters (and its end) the place in the original that it came from.
func fold(s string) (folded []rune, at []int) {
	r := []rune(s)
	for i := 0; i < len(r); {
		end := i + 1
		for end < len(r) && unicode.IsMark(r[end]) {
			end++
		}
		for _, c := range foldCharacter(string(r[i:end])) {
			if c == ' ' && len(folded) > 0 && folded[len(folded)-1] == ' ' {
				continue
			}
			folded, at = append(folded, c), append(at, i)
		}
		i = end
	}
	return folded, append(at, len(r))
}

// foldCharacter folds one character with its combining marks.
func foldCharacter(s string) []rune {
	out := []rune(norm.NFC.String(strings.ToLower(s)))
	for i, c := range out {
		switch {
		case unicode.IsSpace(c):
			out[i] = ' '
		case strings.ContainsRune("’‘ʼ", c):
			out[i] = '\''
		case strings.ContainsRune("“”„«»", c):
			out[i] = '"'
		}
	}
	return out
}
