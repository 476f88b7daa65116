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

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// writeForecast sums a backtest up, a trigger after the other.
func writeForecast(out io.Writer, events int, last time.Time, sum *trigger.Forecaster) {
	fmt.Fprintf(out, "%s, the last at %s\n", count(int64(events), "event", "events"), shortTime(last))
	for _, f := range sum.Triggers {
		fmt.Fprintf(out, "\n%s  %s\n", f.Rule.Key, f.Rule.Sentence())
		for _, row := range forecastRows(f) {
			fmt.Fprintln(out, strings.TrimRight(fmt.Sprintf("  %-10s %8s  %s", row[0], row[1], row[2]), " "))
		}
	}
}

func forecastRows(f *trigger.Forecast) [][3]string {
	rows := [][3]string{
		{"Matched", thousands(int64(f.Matched)), "of " + count(int64(f.People), "person", "people")},
		{"Invited", thousands(int64(f.Invited)), invitedByDay(f)},
	}
	for _, gate := range byCount(f.ByGate) {
		rows = append(rows, [3]string{"Skipped", thousands(int64(f.ByGate[gate])), string(gate)})
	}
	for _, other := range slices.SortedFunc(maps.Keys(f.Collisions), trigger.Compare) {
		rows = append(rows, [3]string{"Collided", thousands(int64(f.Collisions[other])), "with " + other.Key})
	}
	for _, rest := range []struct {
		name string
		n    int
		why  string
	}{{"Cancelled", f.Cancelled, "the wait ended early"}, {"Waiting", f.Waiting, "undecided when the events end"}} {
		if rest.n > 0 {
			rows = append(rows, [3]string{rest.name, thousands(int64(rest.n)), rest.why})
		}
	}
	return rows
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
