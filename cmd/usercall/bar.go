package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/app"
)

// bar shows how far long work is: on a terminal as one line that changes, else
// as a line now and then.
type bar struct {
	out      io.Writer
	terminal bool
	accent   bool
	quiet    bool
	shown    time.Duration // when, since the beginning
	open     bool          // a line stands on the terminal
}

// How often the bar changes, and how often a line is printed where there is none.
const (
	redraw  = 100 * time.Millisecond
	newLine = 5 * time.Second
)

func newBar(out *os.File, quiet bool) *bar {
	_, colourless := os.LookupEnv("NO_COLOR")
	terminal := isTerminal(out) && os.Getenv("TERM") != "dumb"
	return &bar{out: out, terminal: terminal, accent: terminal && !colourless, quiet: quiet}
}

// isTerminal tells whether somebody looks at what is printed.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// show tells how far the work is, unless it did so a moment ago.
func (b *bar) show(p app.ImportProgress) {
	step := newLine
	if b.terminal {
		step = redraw
	}
	if b.quiet || p.Took < b.shown+step {
		return
	}
	b.shown = p.Took
	if !b.terminal {
		fmt.Fprintln(b.out, strings.Join(facts(p), ", "))
		return
	}
	fmt.Fprintf(b.out, "\r\x1b[2K%s  %s", b.drawn(p), strings.Join(facts(p), "  "))
	b.open = true
}

// note prints a line that stays.
func (b *bar) note(line string) {
	b.clear()
	fmt.Fprintln(b.out, printable(line))
}

// clear takes the bar away.
func (b *bar) clear() {
	if b.open {
		fmt.Fprint(b.out, "\r\x1b[2K")
		b.open = false
	}
}

const barWidth = 20

func (b *bar) drawn(p app.ImportProgress) string {
	full := 0
	if p.Total > 0 {
		full = int(min(p.Bytes, p.Total) * barWidth / p.Total)
	}
	done, rest := strings.Repeat("━", full), strings.Repeat("╌", barWidth-full)
	if b.accent {
		return "\x1b[36m" + done + "\x1b[0m" + rest
	}
	return done + rest
}

// facts is progress in words: bytes of total, messages, rate, time left.
func facts(p app.ImportProgress) []string {
	all := []string{bytesOf(p.Bytes)}
	if p.Total > 0 {
		all[0] = fmt.Sprintf("%d%% of %s", min(p.Bytes, p.Total)*100/p.Total, bytesOf(p.Total))
	}
	all = append(all, thousands(p.Read)+" read")
	if r := rate(p.Read, p.Took); r != "" {
		all = append(all, r)
	}
	if left, ok := timeLeft(p); ok {
		all = append(all, roundly(left)+" left")
	}
	return all
}

// timeLeft supposes that the rest goes as fast as what this run has read.
func timeLeft(p app.ImportProgress) (time.Duration, bool) {
	worked := p.Bytes - p.From
	if p.Total == 0 || worked <= 0 {
		return 0, false
	}
	return time.Duration(float64(p.Took) * float64(max(p.Total-p.Bytes, 0)) / float64(worked)), true
}
