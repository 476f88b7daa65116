package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/app"
)

func TestWhatABarSays(t *testing.T) {
	for want, p := range map[string]app.ImportProgress{
		"40% of 1.0 GB, 12,000 read, 1,200 events/s, 15 s left":      {Bytes: 4e8, Total: 1e9, Read: 12_000, Took: 10 * time.Second},
		"75% of 1.0 GB, 12,000 read, 1,200 events/s, 10 s left":      {Bytes: 75e7, From: 5e8, Total: 1e9, Read: 12_000, Took: 10 * time.Second},
		"2.5 kB, 7 read, 7 events/s":                                 {Bytes: 2500, Read: 7, Took: time.Second},
		"100% of 999 B, 0 read, 0 ms left":                           {Bytes: 1200, Total: 999, Took: time.Second},
		"0% of 20.0 TB, 1 read, 0 events/s, 55556 h left":            {Bytes: 1e6, Total: 20e12, Read: 1, Took: 10 * time.Second},
		"50% of 5.0 MB, 1,234,567 read, 2,057 events/s, 10 min left": {Bytes: 25e5, Total: 5e6, Read: 1_234_567, Took: 10 * time.Minute},
	} {
		if got := strings.Join(facts(p), ", "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestABarIsALineNowAndThenWhereThereIsNoTerminal(t *testing.T) {
	var out bytes.Buffer
	b := &bar{out: &out}
	for s := range 21 {
		b.show(app.ImportProgress{Bytes: int64(s), Took: time.Duration(s) * time.Second})
	}
	b.note("a.jsonl:1: \x1b[31mred")
	b.clear()
	if got := out.String(); strings.Count(got, "\n") != 5 || strings.ContainsAny(got, "\x1b\r") {
		t.Errorf("printed %q", got)
	}
	out.Reset()
	b = &bar{out: &out, quiet: true, terminal: true}
	b.show(app.ImportProgress{Took: time.Hour})
	b.clear()
	if out.Len() > 0 {
		t.Errorf("quiet, and prints %q", &out)
	}
}

func TestABarOnATerminalIsOneLine(t *testing.T) {
	for _, accent := range []bool{true, false} {
		var out bytes.Buffer
		b := &bar{out: &out, terminal: true, accent: accent}
		b.show(app.ImportProgress{Bytes: 5, Total: 10, Took: time.Second})
		b.show(app.ImportProgress{Bytes: 5, Total: 10, Took: time.Second + redraw/2})
		b.note("a line")
		got := out.String()
		if strings.Count(got, "50%") != 1 || !strings.HasSuffix(got, "\r\x1b[2Ka line\n") {
			t.Errorf("printed %q", got)
		}
		if strings.Contains(got, "\x1b[36m") != accent {
			t.Errorf("accent %v: printed %q", accent, got)
		}
	}
}
