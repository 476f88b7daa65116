package web

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// Charts are drawn here as numbers; templates write them as SVG, whose
// attributes need no style.

// column is one bar of a small chart.
type column struct{ X, Y, W, H string }

// sparkline is a small chart and what it says in words.
type sparkline struct {
	Columns []column
	Words   string
}

// spark draws interviews by day, in a box of 112 by 20. The baseline is zero.
func spark(days []int) sparkline { return byTheDay("Interviews", days, 2) }

// daily draws events by day.
func daily(days []int) sparkline { return byTheDay("Events", days, 1) }

func byTheDay(noun string, days []int, gap float64) sparkline {
	top := 1
	said := make([]string, len(days))
	for i, n := range days {
		top, said[i] = max(top, n), strconv.Itoa(n)
	}
	s := sparkline{Words: noun + " a day, oldest first: " + strings.Join(said, ", ")}
	step := 112 / float64(max(1, len(days)))
	for i, n := range days {
		h := float64(n) / float64(top) * 19
		if n == 0 {
			continue
		}
		s.Columns = append(s.Columns, column{X: unit(float64(i) * step), Y: unit(20 - h), W: unit(step - gap), H: unit(h)})
	}
	return s
}

// share is a bar with its interval, in percent of the width.
type share struct {
	Width, Low, High string
	Words            string
}

// bar draws a theme's share with the whiskers of its interval.
func bar(t report.Theme) share {
	of := float64(max(1, t.Of))
	return share{Width: unit(100 * float64(t.People) / of), Low: unit(100 * t.Low), High: unit(100 * t.High),
		Words: fmt.Sprintf("%d of %d; the true share is likely between %.0f %% and %.0f %%", t.People, t.Of, 100*t.Low, 100*t.High)}
}

func unit(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// stage is one row of a funnel.
type stage struct {
	Label string
	N     int
	More  bool
	Of    string // "61 of 412 matches", before any percentage
	Width string
	Where string // where one sees who they are
}

// Noun is what the number counts, in the middle of a line.
func (s stage) Noun() string {
	switch {
	case s.N == 1 && s.Label == "Events":
		return "event"
	case s.N == 1 && s.Label == "Matches":
		return "match"
	}
	return strings.ToLower(s.Label)
}

// weekFunnel is the funnel of a whole project.
func weekFunnel(f report.Funnel) []stage {
	rows := append([]stage{{Label: "Events", N: f.Events, More: f.More, Where: "/events"}}, stages(f)...)
	rows[1].Where, rows[2].Where, rows[5].Where = "/decisions", "/decisions?outcome=invited", "/interviews?state=completed"
	return rows
}

// studyFunnel is the funnel of one study, drawn.
func studyFunnel(f report.Funnel, study string) []stage {
	rows := drawn(stages(f))
	rows[4].Where = link("studies", study, "interviews") + "?state=completed"
	return rows
}

func stages(f report.Funnel) []stage {
	return []stage{{Label: "Matches", N: f.Matches}, {Label: "Invited", N: f.Invited}, {Label: "Shown", N: f.Shown},
		{Label: "Accepted", N: f.Accepted}, {Label: "Completed", N: f.Completed}}
}

// drawn gives each stage its bar, and its share of the one before.
func drawn(rows []stage) []stage {
	top := rows[0].N
	for i := range rows {
		rows[i].Width = unit(100 * float64(rows[i].N) / float64(max(1, top, rows[i].N)))
		if i > 0 && rows[i-1].N > 0 {
			rows[i].Of = partOf(rows[i].N, rows[i-1].N)
		}
	}
	return rows
}

// partOf is a share in words, the counts before any percentage.
func partOf(k, n int) string {
	words := number(k) + " of " + number(n)
	if share := percent(k, n); share != "" {
		words += " \u00b7 " + share
	}
	return words
}

// piece is a stretch of a turn's text, quoted or not.
type piece struct {
	Text  string
	Theme string // the theme of a quoted stretch; "": not quoted
}

// pieces cuts a turn at its quotes. Where quotes overlap, the first one wins;
// one that lies outside of the text marks nothing.
func pieces(t research.Turn, quotes []report.Quote) []piece {
	runes, at := []rune(t.Text), 0
	var all []piece
	for _, q := range quotes {
		start := max(q.Start, at)
		if q.Turn != t.N || q.End > len(runes) || start >= q.End || q.Start < 0 {
			continue
		}
		if start > at {
			all = append(all, piece{Text: string(runes[at:start])})
		}
		all = append(all, piece{Text: string(runes[start:q.End]), Theme: q.Theme})
		at = q.End
	}
	if at < len(runes) {
		all = append(all, piece{Text: string(runes[at:])})
	}
	return all
}
