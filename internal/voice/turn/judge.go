package turn

import (
	"slices"
	"strings"
	"unicode"
)

// Look is what the words of an answer say about whether it is over.
type Look int

const (
	Complete Look = iota // it may be over
	Open                 // the clause goes on
	Asking               // they ask for time to think
)

// Judge looks at the words of an answer so far. Open says that the question
// asks for more than yes or no, so that one or two words are rarely all. Marks
// at the end count only where they leave something open: recognisers end
// everything with a full stop. Of a language that is not known only the marks
// are looked at.
func Judge(language, text string, open bool) Look {
	w := words(text)
	l := languages[language]
	if len(w) == 0 {
		return Complete
	}
	tail := strings.Join(w[max(0, len(w)-5):], " ")
	switch {
	case l.asks(tail):
		return Asking
	case dangling(text), l.goesOn(w), spelled(w, l):
		return Open
	case open && len(w) < 3:
		return Open
	}
	return Complete
}

// Backchannel tells whether somebody only shows that they listen.
func Backchannel(language, text string) bool {
	w := words(text)
	l, known := languages[language]
	return known && len(w) > 0 && len(w) <= 4 && !slices.ContainsFunc(w, func(s string) bool { return !l.nods[s] })
}

// language is what ends of clauses sound like.
type language struct {
	joins map[string]bool // words that a clause does not end with
	ends  []string        // and phrases
	waits []string        // phrases that ask for time
	nods  map[string]bool // words of somebody who listens
	count map[string]bool // words of numbers, and of spelled addresses
	empty map[string]bool // words without content of their own
}

func (l *language) asks(tail string) bool {
	return l != nil && slices.ContainsFunc(l.waits, func(p string) bool { return tail == p || strings.HasSuffix(tail, " "+p) })
}

func (l *language) goesOn(w []string) bool {
	if l == nil {
		return false
	}
	tail := strings.Join(w[max(0, len(w)-4):], " ")
	return l.joins[w[len(w)-1]] ||
		slices.ContainsFunc(l.ends, func(p string) bool { return tail == p || strings.HasSuffix(tail, " "+p) })
}

// dangling tells whether the marks leave the sentence open.
func dangling(text string) bool {
	t := strings.TrimRight(text, " \"'”’)")
	for _, mark := range []string{"...", "…", ",", ";", ":", "-", "–", "—"} {
		if strings.HasSuffix(t, mark) {
			return true
		}
	}
	return false
}

// spelled tells whether the end is a number, a letter or a part of an address:
// the next group may follow.
func spelled(w []string, l *language) bool {
	last := w[len(w)-1]
	letters := strings.TrimFunc(last, func(r rune) bool { return !unicode.IsLetter(r) })
	one := len([]rune(last)) == 1 && len(w) > 1 && len([]rune(w[len(w)-2])) == 1
	return letters == "" || one || strings.ContainsAny(last, "@") || l != nil && l.count[last]
}

// words are the words of a text: lower case, without marks around them.
func words(text string) []string {
	var out []string
	for _, f := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return unicode.IsSpace(r) || r == '-' || r == '–' || r == '—' }) {
		f = strings.ReplaceAll(f, "’", "'")
		if f = strings.TrimFunc(f, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }); f != "" {
			out = append(out, f)
		}
	}
	return out
}

func wordCount(text string) int { return len(words(text)) }

// contentWords counts the words that say something.
func contentWords(lang, text string) int {
	l := languages[lang]
	n := 0
	for _, w := range words(text) {
		if l == nil || !l.empty[w] && !l.nods[w] && !l.joins[w] {
			n++
		}
	}
	return n
}

// Echoes tells whether what was heard over a line is a piece of the line:
// three words or more of it in order, and nothing else.
func Echoes(line, heard string) bool { return wordCount(heard) >= 3 && pieceOf(line, heard) }

// pieceOf tells whether words are words of the line, in order.
func pieceOf(line, heard string) bool {
	return strings.Contains(" "+strings.Join(words(line), " ")+" ", " "+strings.Join(words(heard), " ")+" ")
}
