package analysis

import (
	"strings"
	"unicode"
)

// span is the runes [start, end) of a text.
type span struct{ start, end int }

const (
	longRun    = 25 // words from which an unpunctuated sentence is cut further
	leastWords = 6  // between two such cuts
)

// markers open a new thought inside a long run of speech.
var markers = phraseSet(`and then; and also; also; plus; but; because; so; the other thing; another thing; on top of that;
y además; además; pero; porque; und dann; außerdem; aber; weil; et puis; aussi; mais; parce que`)

// clauses cuts a text into sentences, with their closing punctuation, and long
// sentences at the markers of spoken language. Spans are in order, do not
// overlap, hold at least one word, and begin and end on no space.
func clauses(text string) []span {
	r := []rune(text)
	tokens := tokenize(text)
	var out []span
	for _, s := range sentences(r) {
		var inside []token
		for len(tokens) > 0 && tokens[0].start < s.end {
			inside, tokens = append(inside, tokens[0]), tokens[1:]
		}
		if len(inside) > 0 {
			out = append(out, cutRun(r, s, inside)...)
		}
	}
	return out
}

func sentences(r []rune) []span {
	var out []span
	start := 0
	for i := range r {
		if !endsSentence(r, i) {
			continue
		}
		if s := trim(r, span{start, i + 1}); s.end > s.start {
			out = append(out, s)
		}
		start = i + 1
	}
	if s := trim(r, span{start, len(r)}); s.end > s.start {
		out = append(out, s)
	}
	return out
}

// endsSentence tells whether the sentence that holds r[i] ends with it: a line
// break, a full stop of Chinese or Japanese, or the last of . ! ? ; … before a
// space. What closes a quotation belongs to the sentence.
func endsSentence(r []rune, i int) bool {
	if r[i] == '\n' || strings.ContainsRune("。！？", r[i]) {
		return true
	}
	j := i
	for j > 0 && strings.ContainsRune(`"'”’)`, r[j]) {
		j--
	}
	if !strings.ContainsRune(".!?;…", r[j]) {
		return false
	}
	if i+1 < len(r) && !unicode.IsSpace(r[i+1]) {
		return false
	}
	return r[j] != '.' || !abbreviates(r[:j])
}

// abbreviates tells whether a full stop behind these runes most likely belongs
// to an abbreviation: a single letter ("e.g", "J"), or a title.
func abbreviates(r []rune) bool {
	i := len(r)
	for i > 0 && unicode.IsLetter(r[i-1]) {
		i--
	}
	word := string(r[i:])
	switch word {
	case "Mr", "Mrs", "Ms", "Dr", "vs", "approx":
		return true
	}
	return len(word) == 1 && word != "I" && (i == 0 || r[i-1] == '.' || unicode.IsSpace(r[i-1]) && unicode.IsUpper(r[i]))
}

func trim(r []rune, s span) span {
	for s.start < s.end && unicode.IsSpace(r[s.start]) {
		s.start++
	}
	for s.end > s.start && unicode.IsSpace(r[s.end-1]) {
		s.end--
	}
	return s
}

// cutRun cuts one sentence, whose words are given, where it is too long.
func cutRun(r []rune, s span, words []token) []span {
	if len(words) <= longRun {
		return []span{s}
	}
	var out []span
	start, since := s.start, 0
	for i, w := range words {
		if since >= leastWords && len(words)-i >= leastWords && longestPhrase(words[i:], markers) > 0 {
			out = append(out, trim(r, span{start, w.start}))
			start, since = w.start, 0
		}
		since++
	}
	return append(out, trim(r, span{start, s.end}))
}
