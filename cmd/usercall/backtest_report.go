package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// writeForecast sums a backtest up, a trigger after the other.
func writeForecast(out io.Writer, events int, last time.Time, sum *trigger.Forecaster) error {
	all := count(int64(events), "event", "events")
	if events > 0 {
		all += ", the last at " + shortTime(last)
	}
	fmt.Fprintf(out, "%s\n%s matched, %s invited\n", all, count(int64(sum.People()), "person", "people"), thousands(int64(sum.Invited())))
	for _, f := range sum.Triggers {
		fmt.Fprintf(out, "\n%s\n%s\n", f.Rule.Key, wrapped(f.Rule.Sentence()))
		if err := writeRows(out, forecastRows(f)); err != nil {
			return err
		}
	}
	return nil
}

// wrapped breaks a sentence into lines of a terminal.
func wrapped(s string) string {
	const width = 78
	var b strings.Builder
	line := 0
	for i, word := range strings.Fields(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case line > 0 && line+1+n > width:
			b.WriteString("\n")
			line = 0
		case i > 0:
			b.WriteString(" ")
			line++
		}
		b.WriteString(word)
		line += n
	}
	return b.String()
}

func forecastRows(f *trigger.Forecast) [][3]string {
	rows := [][3]string{
		{"  Matched", thousands(int64(f.Matched)), "of " + count(int64(f.People), "person", "people")},
		{"  Invited", thousands(int64(f.Invited)), invitedByDay(f)},
	}
	for i, gate := range byCount(f.ByGate) {
		name := "  Skipped"
		if i > 0 {
			name = ""
		}
		rows = append(rows, [3]string{name, thousands(int64(f.ByGate[gate])), fmt.Sprintf("%-16s  %s", gate, skippedBy[gate])})
	}
	for _, other := range slices.SortedFunc(maps.Keys(f.Collisions), trigger.Compare) {
		rows = append(rows, [3]string{"  Collided", thousands(int64(f.Collisions[other])), "with " + other.Key + ", which had invited the person"})
	}
	for _, rest := range []struct {
		name string
		n    int
		why  string
	}{{"  Cancelled", f.Cancelled, "the wait ended early"}, {"  Waiting", f.Waiting, "undecided when the events end"}} {
		if rest.n > 0 {
			rows = append(rows, [3]string{rest.name, thousands(int64(rest.n)), rest.why})
		}
	}
	return rows
}

// skippedBy is what a gate says of those whom it skipped.
var skippedBy = map[research.Gate]string{
	research.GatePeople:          "without a userId",
	research.GateWho:             "not whom the trigger asks",
	research.GateSample:          "not drawn",
	research.GateOpenInvite:      "invited at the same moment",
	research.GateCooldown:        "invited by this trigger before",
	research.GateProjectCooldown: "invited by any trigger before",
	research.GatePerDay:          "the day's places were taken",
	research.GateTotal:           "all places were taken",
}

func byCount(n map[research.Gate]int) []research.Gate {
	return slices.SortedFunc(maps.Keys(n), func(a, b research.Gate) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
}

// mostDays is how many days a chart shows: the last ones.
const mostDays = 60

// invitedByDay is a small chart of the invites a day: "▁▂▅  2026-10-24 to 2026-11-23".
func invitedByDay(f *trigger.Forecast) string {
	if f.Invited == 0 {
		return ""
	}
	days := f.Days[max(0, len(f.Days)-mostDays):]
	most := 1
	for _, d := range days {
		most = max(most, d.Invited)
	}
	var bars strings.Builder
	for _, d := range days {
		bars.WriteRune(barOf(d.Invited, most))
	}
	return fmt.Sprintf("%s  %s to %s, at most %d a day", bars.String(), days[0].Day, days[len(days)-1].Day, most)
}

// barOf is a bar from nothing to full.
func barOf(n, most int) rune {
	if n == 0 {
		return '·'
	}
	bars := []rune("▁▂▃▄▅▆▇█")
	return bars[(n*len(bars)-1)/most]
}

// counter shows how many lines were read, on a terminal.
type counter struct {
	bar   *bar
	began time.Time
}

func newCounter(out *os.File, quiet bool) *counter { return &counter{newBar(out, quiet), time.Now()} }

func (c *counter) show(lines int) {
	if c.bar.quiet || !c.bar.terminal || lines%10_000 != 0 {
		return
	}
	fmt.Fprintf(c.bar.out, "\r\x1b[2K%s read  %s", thousands(int64(lines)), rate(int64(lines), time.Since(c.began)))
	c.bar.open = true
}

func (c *counter) clear() { c.bar.clear() }
