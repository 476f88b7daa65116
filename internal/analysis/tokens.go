package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// token is one word of a text: its normal form, and the runes [start, end) of
// the text that it was written with.
type token struct {
	text       string // lower case, NFC, straight apostrophes
	start, end int
}

// tokenize finds the words of a text. Marks and digits belong to words,
// apostrophes only between letters; scripts written without spaces give a
// token a character.
func tokenize(text string) []token {
	r := []rune(text)
	var out []token
	for i := 0; i < len(r); {
		if !isWord(r[i]) {
			i++
			continue
		}
		end := wordEnd(r, i)
		out = append(out, token{normal(string(r[i:end])), i, end})
		i = end
	}
	return out
}

func wordEnd(r []rune, i int) int {
	if unspaced(r[i]) {
		for i++; i < len(r) && unicode.IsMark(r[i]); i++ {
		}
		return i
	}
	for i++; i < len(r); i++ {
		if isApostrophe(r[i]) && i+1 < len(r) && unicode.IsLetter(r[i+1]) {
			continue
		}
		if !isWord(r[i]) || unspaced(r[i]) {
			break
		}
	}
	return i
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' }

// unspaced tells scripts in which words are not set apart by spaces.
func unspaced(r rune) bool {
	return r >= 0xe00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// normal is the form in which words are compared.
func normal(s string) string {
	s = strings.ToLower(s)
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			s = strings.NewReplacer("’", "'", "ʼ", "'").Replace(s)
			return norm.NFC.String(s)
		}
	}
	return s
}
