package interview

import (
	"regexp"
	"slices"
	"strings"
)

// hearing is an answer taken apart for the matchers of interrupts. Their text
// is plain: lower case, straight quotes.
type hearing struct {
	raw       string
	plain     string
	sentences []sentence
}

type sentence struct {
	text     string // without the mark at its end and without polite openings
	question bool
	clauses  []string // of the sentence, cut at commas and before conjunctions
}

// maxHeard bounds what one answer costs to understand. It is as long as a room
// lets an answer be: a cry for help may stand at its end.
const maxHeard = 10_000

func hear(text string) *hearing {
	h := &hearing{raw: text, plain: plain(clip(text, maxHeard))}
	start := 0
	for _, at := range append(sentenceEnd.FindAllStringIndex(h.plain, -1), []int{len(h.plain), len(h.plain)}) {
		if part := polite(h.plain[start:at[0]]); part != "" {
			h.sentences = append(h.sentences, sentence{
				text:     part,
				question: strings.Contains(h.plain[at[0]:at[1]], "?"),
				clauses:  clausesOf(part),
			})
		}
		start = at[1]
	}
	return h
}

// clip cuts a text at n bytes, never inside a character.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return text[:n]
}

var (
	sentenceEnd = regexp.MustCompile(`[.!?;]+["')]*(?:\s|$)|\n+`)
	clauseEnd   = regexp.MustCompile(`\s*,\s*|\s+-+\s+|\s*:\s+|\s+(?:but|because|so|then|until|although|though|which|and then)\s+`)
	opening     = regexp.MustCompile(`^(?:\s|[,:"'(-])*(?:(?:sorry|please|actually|okay|ok|well|thanks|thank you|anyway|look|listen|hey|hi|hello|oh|um|uh|erm|right|now|so|and|but|wait|hold on|hang on|one sec|just|(?:no|yes|yeah|yep|nope),|i guess|i mean|honestly|you know|quick question|before we (?:start|begin|go on|continue)|first|first of all|also|by the way|btw|hmm|to be honest|i'm afraid|unfortunately|excuse me|my apologies|apologies)(?:[\s,:-]+|$))+`)
)

// polite takes off what people say before they say it.
func polite(s string) string {
	s = strings.Trim(s, " \"'(),:-")
	if rest := strings.Trim(opening.ReplaceAllString(s, ""), " \"'(),:-"); rest != "" {
		return rest
	}
	return s
}

func clausesOf(sentence string) []string {
	var out []string
	for _, c := range clauseEnd.Split(sentence, -1) {
		if c = polite(c); c != "" {
			out = append(out, c)
		}
	}
	return out
}

// opens tells whether a sentence or clause matches a pattern made by begins or
// exactly. Requests and commands stand at the beginning; people who tell what
// somebody else said begin with that person.
func (h *hearing) opens(pattern *regexp.Regexp) bool {
	for _, s := range h.sentences {
		if pattern.MatchString(s.text) || slices.ContainsFunc(s.clauses, pattern.MatchString) {
			return true
		}
	}
	return false
}

// alone tells whether the answer is the pattern and nothing else.
func (h *hearing) alone(pattern *regexp.Regexp) bool {
	return len(h.sentences) == 1 && pattern.MatchString(h.sentences[0].text)
}

// without is the answer less the sentences that the pattern opens: what is left
// of it once the request was dealt with.
func (h *hearing) without(patterns ...*regexp.Regexp) string {
	var keep []string
	for _, s := range h.sentences {
		drop := false
		for _, p := range patterns {
			drop = drop || p.MatchString(s.text)
		}
		if !drop {
			keep = append(keep, s.text)
		}
	}
	return strings.Join(keep, ". ")
}

func alternatives(parts ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?:` + strings.Join(parts, `|`) + `)`)
}

func begins(parts ...string) *regexp.Regexp {
	return regexp.MustCompile(`^(?:` + strings.Join(parts, `|`) + `)`)
}

func exactly(parts ...string) *regexp.Regexp {
	return regexp.MustCompile(`^(?:` + strings.Join(parts, `|`) + `)$`)
}
