package analysis

import (
	"fmt"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// Facts are all that a report may speak of.
type Facts struct {
	Question  string // what the study asks, "Why people cancel"
	Themes    []research.Theme
	Of        int // interviews counted
	Ungrouped int // of them, without a theme
	Invited   int // people who were shown an invite; 0: unknown
}

// Answer is a report in one paragraph, and what is uncertain about it.
type Answer struct {
	Paragraph string
	Uncertain []string
	Quotes    []research.Quote // those that stand in the paragraph, in order
}

// percentFrom is the number of interviews from which shares are printed.
const percentFrom = 5

// maxReported is how many themes the paragraph names.
const maxReported = 3

// Report answers the study's question from its facts alone. It tells what
// people said and never what caused anything, and every number in it is one
// of the facts. With fewer than MinInterviews interviews it says so.
func Report(f Facts) Answer {
	if f.Of < MinInterviews {
		return Answer{Paragraph: fmt.Sprintf("%s so far; themes appear from %d on.", plural(f.Of, "interview"), MinInterviews), Uncertain: []string{}}
	}
	a := Answer{Uncertain: uncertainties(f)}
	if len(f.Themes) == 0 {
		a.Paragraph = fmt.Sprintf("%s, and no reason was given by more than one person.", plural(f.Of, "interview"))
		return a
	}
	var b strings.Builder
	for i, t := range f.Themes[:min(len(f.Themes), maxReported)] {
		q := t.Quotes[0]
		a.Quotes = append(a.Quotes, q)
		b.WriteString(sentence(i, t, q))
	}
	if rest := len(f.Themes) - maxReported; rest > 0 {
		fmt.Fprintf(&b, " %s more came up less often.", plural(rest, "theme"))
	}
	a.Paragraph = strings.TrimSpace(b.String())
	return a
}

func sentence(i int, t research.Theme, q research.Quote) string {
	opening := [...]string{"%d of %d people interviewed spoke of “%s”", " %d of %d spoke of “%s”", " %d of %d spoke of “%s”"}[i]
	s := fmt.Sprintf(opening, t.People, t.Of, t.Label)
	if t.Of >= percentFrom {
		s += fmt.Sprintf(" (95 %% interval %.0f–%.0f %%)", 100*t.Low, 100*t.High)
	}
	return s + fmt.Sprintf("; users who said this put it like “%s”", strings.TrimRight(q.Text, ".;,")) + "."
}

func uncertainties(f Facts) []string {
	out := []string{"These are reasons people gave themselves; they do not show what causes what."}
	if f.Of < 12 {
		out = append(out, fmt.Sprintf("%s are few: further ones may bring new reasons.", plural(f.Of, "interview")))
	}
	if f.Ungrouped > 0 {
		out = append(out, fmt.Sprintf("%d of %d interviews stand in no theme.", f.Ungrouped, f.Of))
	}
	if f.Invited > 0 {
		out = append(out, fmt.Sprintf("%d people were asked and %d answered; those who did not may think otherwise.", f.Invited, f.Of))
	}
	return out
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
