package speak

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestPiece is about 15 seconds of speech: more than one sentence should be,
// and less than what a voice forgets the tune of.
const longestPiece = 200

// Sentences cuts a line at the ends of its sentences, and a sentence that is
// too long at a comma or a space. Nothing but white space is lost. A line
// without a word has no sentence.
func Sentences(line string) []string {
	var all []string
	rest := strings.Join(strings.Fields(line), " ")
	for rest != "" {
		n := sentence(rest)
		piece := rest[:n]
		rest = strings.TrimLeft(rest[n:], " ")
		if last := len(all) - 1; !strings.ContainsFunc(piece, wordy) && last >= 0 {
			all[last] += " " + piece // marks alone are no sentence
			continue
		}
		all = append(all, piece)
	}
	if len(all) > 0 && !strings.ContainsFunc(all[0], wordy) { // nor at the beginning
		if len(all) == 1 {
			return nil
		}
		all[1] = all[0] + " " + all[1]
		all = all[1:]
	}
	return all
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// sentence is the length of the first piece in bytes.
func sentence(s string) int {
	best := 0 // the last place where a long one may be cut
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		if r == utf8.RuneError {
			end = i + 1
		}
		switch {
		case ends(s, i, r, end):
			return end
		case i > longestPiece && best > 0:
			return best
		case r == ' ' && (best == 0 || i <= longestPiece), strings.ContainsRune(",;:", r) && end < len(s) && s[end] == ' ':
			best = end
			if r == ' ' {
				best = i
			}
		}
	}
	return len(s)
}

// ends tells whether the mark at i ends a sentence: a space or nothing follows,
// and it is no part of an abbreviation.
func ends(s string, i int, r rune, end int) bool {
	switch r {
	case '。', '！', '？':
		return true
	case '.', '!', '?', '…':
	default:
		return false
	}
	for end < len(s) && strings.ContainsRune("\"'”’)»", rune(s[end])) {
		return false // the mark that closes the quotation is looked at
	}
	if end < len(s) && s[end] != ' ' {
		return false
	}
	return r != '.' || !abbreviated(s[:i])
}

// abbreviated tells whether a text ends in a word that is written with a full
// stop in the middle of sentences.
func abbreviated(s string) bool {
	word := s[strings.LastIndexByte(s, ' ')+1:]
	if utf8.RuneCountInString(word) == 1 && unicode.IsUpper([]rune(word)[0]) && word != "I" {
		return true // an initial
	}
	return abbreviations[strings.ToLower(strings.TrimLeft(word, "(\"'"))]
}

var abbreviations = map[string]bool{
	"e.g": true, "i.e": true, "etc": true, "dr": true, "mr": true, "mrs": true, "ms": true, "st": true, "vs": true,
	"z.b": true, "d.h": true, "bzw": true, "ca": true, "usw": true, "nr": true, "sr": true, "sra": true, "p.ej": true, "m": true, "mme": true, "p.ex": true,
}
