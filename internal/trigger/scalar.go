package trigger

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The readers of single values. Each reports what is wrong and then gives the
// zero value, which nobody sees: the file is refused.

// identifier reads what studies and triggers are called by.
func (r *reader) identifier(f field) string {
	if f.kind == text && keyForm.MatchString(f.text) {
		return f.text
	}
	r.wrong(f, "%s is no key; use 1 to 64 of a-z, 0-9 and -", f.shown())
	return ""
}

var keyForm = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// shown is the value inside a message.
func (f field) shown() string {
	if f.scalar() {
		return quoted(f.node.text)
	}
	return f.kind.String()
}

// oneLine reads a text without line breaks.
func (r *reader) oneLine(f field, most int) string {
	s := r.prose(f, most)
	if strings.ContainsAny(s, "\n\t") {
		r.wrong(f, "is one line: no line breaks, no tabs")
	}
	return s
}

// prose reads a text that is not empty and has no control characters.
func (r *reader) prose(f field, most int) string {
	if f.kind != text {
		r.wrong(f, "needs a text, not %s%s", f.kind, quoteIt(f))
		return ""
	}
	switch n := utf8.RuneCountInString(f.text); {
	case strings.TrimSpace(f.text) == "":
		r.wrong(f, "is empty; leave it out instead")
	case n > most:
		r.wrong(f, "has %d characters; at most %d are allowed", n, most)
	case strings.ContainsFunc(f.text, forbidden):
		r.wrong(f, "has a control character in it")
	}
	return f.text
}

func quoteIt(f field) string {
	if f.kind == number || f.kind == boolean {
		return "; put it in quotes if it is one"
	}
	return ""
}

func forbidden(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }

// whole reads an integer in a range.
func (r *reader) whole(f field, least, most int) int {
	n, err := strconv.Atoi(f.node.text)
	if f.kind != number || err != nil || n < least || n > most {
		r.wrong(f, "needs a whole number from %d to %d, not %s", least, most, f.shown())
		return 0
	}
	return n
}

func (r *reader) truth(f field) bool {
	if f.kind != boolean {
		r.wrong(f, "needs true or false, not %s", f.shown())
	}
	return f.node.text == "true"
}

// eventHorizon is how long events are kept: no window can reach further.
const eventHorizon = 90 * day

// duration reads a length of time; the number 0 is none.
func (r *reader) duration(f field, most time.Duration) time.Duration {
	d, ok := r.length(f)
	if ok && d > most {
		r.wrong(f, "%s is too long; at most %s is allowed", quoted(f.text), formatDuration(most))
	}
	return d
}

// window reads how far a trigger looks back or waits: not 0, and no further
// than events are kept.
func (r *reader) window(f field) time.Duration {
	d, ok := r.length(f)
	switch {
	case ok && d == 0:
		r.wrong(f, "0 is no time at all; give a length of time, or leave it out")
	case ok && d > eventHorizon:
		r.wrong(f, "%s reaches further than events are kept, 90 days; write 90d or less", quoted(f.text))
	}
	return d
}

func (r *reader) length(f field) (d time.Duration, ok bool) {
	if f.kind == number && parseDecimal(f.node.text).sign() == 0 {
		return 0, true
	}
	if f.kind != text {
		r.wrong(f, "needs a length of time with a unit, as in 45s, 10m, 24h or 30d, not %s", f.shown())
		return 0, false
	}
	d, err := parseDuration(f.text)
	if err != nil {
		r.wrong(f, "%s", err)
	}
	return d, err == nil
}

func (r *reader) percent(f field) Percent {
	if f.kind != text {
		r.wrong(f, "needs a share with %%, as in 25%%, not %s", f.shown())
		return ""
	}
	p, err := parsePercent(f.text)
	if err != nil {
		r.wrong(f, "%s", err)
	}
	return p
}

// choice reads one of a few words.
func choice[T ~string](r *reader, f field, of ...T) T {
	if f.kind == text && slices.Contains(of, T(f.text)) {
		return T(f.text)
	}
	words := make([]string, len(of))
	for i, o := range of {
		words[i] = string(o)
	}
	r.wrong(f, "needs %s, not %s%s", listed(words, "or"), f.shown(), meant(f.node.text, words))
	return ""
}
