package analysis

import (
	"strings"
	"unicode"

	"github.com/kljensen/snowball"
)

// word is a token that may carry a reason.
type word struct {
	token
	stem    string
	stop    bool // function word or number: no term, but may stand inside a label
	negated bool // "not", "never", … stands shortly before it
}

// Weights of the kinds of terms relative to a single stem.
const (
	pairWeight    = 0.6
	negatedWeight = 0.6
)

// reader turns texts into words and terms; it remembers stems, which are dear.
type reader struct {
	stems     map[string]string
	questions map[string]asking
}

func newReader() *reader { return &reader{stems: map[string]string{}, questions: map[string]asking{}} }

// read is the text's words without fillers, names given and repetitions.
func (r *reader) read(text string) []word {
	tokens := tokenize(text)
	lang := languageOf(tokens)
	keep := withoutFillers(tokens, []rune(text))
	out := make([]word, 0, len(tokens))
	not := 0 // words left that a negator reaches
	for i, t := range tokens {
		if !keep[i] || i > 0 && t.text == tokens[i-1].text && keep[i-1] {
			continue
		}
		base, negative := uncontract(t.text)
		w := word{token: t, stem: r.stem(base, lang), stop: isStop(base, lang)}
		w.negated = not > 0 && !w.stop
		switch {
		case negative || negators[base]:
			not = 4
		case w.negated:
			not = 0
		case not > 0:
			not--
		}
		out = append(out, w)
	}
	return out
}

func isStop(w, lang string) bool {
	return stopWords[lang][w] || numberWords[w] || negators[w] || isNumber(w) ||
		len(w) == 1 && w[0] < 0x80
}

func isNumber(w string) bool {
	return strings.IndexFunc(w, unicode.IsDigit) == 0
}

// uncontract is the word without its clitic, and whether that was a negation.
func uncontract(w string) (base string, negative bool) {
	if b, ok := contracted[w]; ok {
		return b, true
	}
	i := strings.LastIndexByte(w, '\'')
	switch {
	case i < 0:
		return w, false
	case strings.HasSuffix(w, "n't"):
		return strings.TrimSuffix(w, "n't"), true
	case i <= 2 && len(w)-i > 3: // French: l'export, qu'on
		return w[i+1:], w[:i] == "n"
	}
	return w[:i], false
}

var snowballNames = map[string]string{"en": "english", "es": "spanish", "fr": "french"}

// stem is what the word's forms have in common. Languages without a stemmer
// keep their words.
func (r *reader) stem(w, lang string) string {
	key := lang + w
	if s, ok := r.stems[key]; ok {
		return s
	}
	s := w
	if lang == "en" {
		if base, ok := irregular[w]; ok {
			s = base
		}
	}
	if name := snowballNames[lang]; name != "" {
		if t, err := snowball.Stem(s, name, true); err == nil {
			s = t
		}
	}
	r.stems[key] = s
	return s
}

// withoutFillers tells for each token whether it is kept. Fillers go as whole
// phrases, the longest first, before anything looks at single words.
func withoutFillers(tokens []token, text []rune) []bool {
	keep := make([]bool, len(tokens))
	for i := 0; i < len(tokens); {
		if n := longestPhrase(tokens[i:], fillers); n > 0 {
			i += n
			continue
		}
		if n := longestPhrase(tokens[i:], namings); n > 0 {
			if m := givenName(tokens[i+n:], text); m > 0 {
				i += n + m
				continue
			}
		}
		keep[i] = true
		i++
	}
	return keep
}

// longestPhrase is the length of the longest phrase the tokens begin with.
func longestPhrase(tokens []token, phrases map[string]bool) int {
	var b strings.Builder
	best := 0
	for n := 0; n < min(len(tokens), 7); n++ {
		if n > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(tokens[n].text)
		if phrases[b.String()] {
			best = n + 1
		}
	}
	return best
}

// givenName counts the words of a name at the start of tokens, 0..2.
func givenName(tokens []token, text []rune) int {
	n := 0
	for n < min(len(tokens), 2) && unicode.IsUpper(text[tokens[n].start]) && !stopWords["en"][tokens[n].text] {
		n++
	}
	return n
}

// terms are the text's features and how often each occurs, weighted by kind:
// stems, pairs of neighbours, and negated stems.
func terms(words []word) map[string]float64 {
	out := map[string]float64{}
	var last *word
	for i := range words {
		w := &words[i]
		if w.stop {
			continue
		}
		out[w.stem]++
		if w.negated {
			out["not_"+w.stem] += negatedWeight
		}
		if last != nil && w.start-last.end < 12 && last.stem != w.stem {
			out[last.stem+" "+w.stem] += pairWeight
		}
		last = w
	}
	return out
}

// irregular forms that no stemmer brings together.
var irregular = pairsOf(`paid pay; bought buy; sold sell; sent send; lost lose; broke break; broken break; stole steal; stolen steal;
forgot forget; forgotten forget; chose choose; chosen choose; spent spend; left leave; built build; wrote write; written write;
taught teach; caught catch; grew grow; grown grow; froze freeze; frozen freeze; hid hide; hidden hide; held hold; brought bring;
read read; ran run; cheaper cheap; cheapest cheap; slower slow; slowest slow; slowly slow; better good; best good; worse bad; worst bad;
harder hard; hardest hard; easier easy; easily easy; faster fast; fastest fast; higher high; children child; people people;
withdrew withdraw; withdrawn withdraw; withdrawal withdraw; payment pay; payments pay; cancellation cancel; cancellations cancel;
pricing price; pricey price; priced price; costly cost; speed speed; failure fail; failures fail; arrival arrive; removal remove;
approval approve; renewal renew; renewals renew; refusal refuse; delivery deliver; deliveries deliver; verification verify;
identification identify; identity identify; notification notify; notifications notify; integration integrate; integrations integrate;
confusing confuse; confusion confuse; complicated complicate; complexity complex; security secure; expiration expire; expiry expire;
activation activate; registration register; subscription subscribe; subscriptions subscribe; reliability reliable; availability available;
loss lose; theft steal; thief steal; choice choose; growth grow; knew know; flew fly; drove drive; driven drive; got get; cheque check; cheques check`)

func pairsOf(s string) map[string]string {
	m := map[string]string{}
	for _, p := range strings.Split(s, ";") {
		if f := strings.Fields(p); len(f) == 2 {
			m[f[0]] = f[1]
		}
	}
	return m
}
