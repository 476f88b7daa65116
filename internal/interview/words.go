package interview

import (
	"slices"
	"strings"
	"unicode"
)

// plain is text as the matchers read it: lower case, straight quotes, single
// spaces, and apostrophes where hurried typing left them out.
func plain(text string) string {
	var b strings.Builder
	space := true
	for _, r := range strings.ToLower(text) {
		r = straight(r)
		if unicode.IsSpace(r) && r != '\n' {
			r = ' '
		}
		if r < 0 || r == ' ' && space {
			continue
		}
		space = r == ' ' || r == '\n'
		b.WriteRune(r)
	}
	return apostrophes.Replace(" " + strings.TrimSpace(b.String()) + " ")
}

// straight maps typographic marks to the ones on a keyboard, and what cannot
// be seen to -1.
func straight(r rune) rune {
	switch r {
	case '’', '‘', 'ʼ', '´', '`':
		return '\''
	case '“', '”', '„', '«', '»':
		return '"'
	case '–', '—':
		return '-'
	case '…':
		return '.'
	case '\n', '\t', '\r', ' ':
		return r
	}
	if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
		return -1
	}
	return r
}

var apostrophes = unmarked("i'm i've don't didn't doesn't can't couldn't wouldn't shouldn't isn't wasn't aren't weren't " +
	"haven't hasn't hadn't that's what's you're they're there's wouldn't")

func unmarked(with string) *strings.Replacer {
	var pairs []string
	for _, w := range strings.Fields(with) {
		pairs = append(pairs, " "+strings.ReplaceAll(w, "'", "")+" ", " "+w+" ")
	}
	return strings.NewReplacer(pairs...)
}

// tokens are the words of a text as they stand, without punctuation around them.
func tokens(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return !(unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\'' || r == '’' || r == '-')
	})
}

// spoken are the words of an answer that carry anything: lower case, without
// fillers and without what was said twice in a row.
func spoken(text string) []string {
	var out []string
	for _, w := range tokens(fillers.Replace(plain(text))) {
		w = strings.Trim(w, "'-")
		if w != "" && (len(out) == 0 || out[len(out)-1] != w) {
			out = append(out, w)
		}
	}
	return out
}

var fillers = strings.NewReplacer(" um ", " ", " uh ", " ", " um, ", " ", " uh, ", " ", " er ", " ", " erm ", " ", " hmm ", " ",
	" mm ", " ", " you know ", " ", " i mean ", " ", " well, ", " ", " so, ", " ", " like, ", " ", " you know, ", " ", " i mean, ", " ")

// content are the words of a text that mean something, each reduced to a stem
// and named once, in the order said.
func content(text string) []string {
	var out []string
	for _, w := range spoken(text) {
		if s := stem(w); !stopwords[w] && len(s) > 1 && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// stem makes "crashed", "crashes" and "crash" one word. It needs to be the same
// for both sides of a comparison, not to be right.
func stem(w string) string {
	w = strings.TrimSuffix(w, "'s")
	for _, end := range []string{"ing", "ies", "ed", "es", "s"} {
		if len(w) > len(end)+2 && strings.HasSuffix(w, end) && !strings.HasSuffix(w, "ss") {
			w = strings.TrimSuffix(w, end)
			break
		}
	}
	return strings.TrimSuffix(w, "e")
}

// overlap is the Jaccard index of two sets of words.
func overlap(a, b []string) float64 {
	both := 0
	for _, w := range a {
		if slices.Contains(b, w) {
			both++
		}
	}
	if len(a)+len(b) == 0 {
		return 0
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

var stopwords = set(`a an the this that these those there here it its it's i i'm i've i'd i'll me my mine myself
	you you're you've your yours we we're we've our ours us he she his her him they they're them their who whom
	whose what what's which when where why how is isn't am are aren't was wasn't were weren't be been being
	do does did don't doesn't didn't done have haven't has hasn't had hadn't having can can't could couldn't
	will won't would wouldn't shall should shouldn't may might must and or but nor so then than as if because
	while of in on at by for from to into onto with without about over under up down out off again just only
	also too very really quite rather pretty much many more most some any each every all both few no not never
	none yes yeah yep no nope ok okay oh ah well um uh er like got get gets getting go goes going went gone
	thing things stuff bit lot lots kind sort one ones even still already yet ever always now once that's there's
	say says said tell told know think thought mean guess maybe perhaps actually basically honestly sure
	sorry please thanks thank suppose supposed guessing since during after before between within until per plus whose whether anymore we'll we'd they'll they'd you'll you'd he's she's who's back come comes coming came instead around else anywhere somewhere everywhere nowhere us'll let lets let's make made makes put way`)
