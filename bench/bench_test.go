package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	sorted := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for _, c := range []struct{ q, want float64 }{{0, 1}, {0.5, 5}, {0.51, 6}, {0.9, 9}, {0.99, 10}, {1, 10}} {
		if got := quantile(sorted, c.q); got != c.want {
			t.Errorf("quantile %v is %v, not %v", c.q, got, c.want)
		}
	}
	if got := quantile(nil, 0.5); !math.IsNaN(got) {
		t.Errorf("the median of nothing is %v", got)
	}
}

func TestMedian(t *testing.T) {
	if got := median(9, 1, 5); got != 5 {
		t.Errorf("median of three: %v", got)
	}
	if got := median(4, 1, 3, 2); got != 2 {
		t.Errorf("median of four: %v", got)
	}
}

func TestRatioIsTakenWithinATurn(t *testing.T) {
	cpu := func(r result) float64 { return r.cpu }
	floor := []result{{cpu: 10}, {cpu: 40}, {cpu: 11}} // the machine was busy in the second turn
	ours := []result{{cpu: 20}, {cpu: 80}, {cpu: 33}}
	if got := (outcome{runs: ours, floor: floor}).times(cpu); got != 2 {
		t.Errorf("ratio is %v, not 2", got)
	}
}

func TestFigure(t *testing.T) {
	for f, want := range map[float64]string{0: "0.00", 1.234: "1.23", 12.34: "12.3", 123.4: "123", 1234.5: "1,235", 1234567: "1,234,567", math.NaN(): "-"} {
		if got := figure(f); got != want {
			t.Errorf("%v is written %q, not %q", f, got, want)
		}
	}
}

func TestParseStat(t *testing.T) {
	s, err := parseStat([]byte("4242 (a (b) c) S 17 4242 4242 0 -1 4194560 9 8 7 6 150 50 30 20 20 0 1 0 123 456 78\n"))
	if err != nil || s.parent != 17 || s.cpu != 2500*time.Millisecond {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := parseStat([]byte("4242 (gone)")); err == nil {
		t.Error("half a line is taken for a stat")
	}
}

func TestParseField(t *testing.T) {
	file := []byte("Name:\tx\nVmRSS:\t    2048 kB\nwrite_bytes: 77\ncancelled_write_bytes: 5\n")
	for name, want := range map[string]int64{"VmRSS": 2048, "write_bytes": 77, "cancelled_write_bytes": 5, "Pss": 0} {
		if got := parseField(file, name); got != want {
			t.Errorf("%s is %d, not %d", name, got, want)
		}
	}
}

func TestUsageOfThisProcess(t *testing.T) {
	u, err := usageOf(os.Getpid())
	if err != nil || u.rss < 1<<20 {
		t.Errorf("%+v, %v", u, err)
	}
}

func TestTally(t *testing.T) {
	sent := mix{run: "r1", now: time.Now(), users: 3}.events(3)
	for name, c := range map[string]struct {
		stored [][]byte
		good   bool
	}{
		"all, in two lines": {[][]byte{append(bytes.Clone(sent[0]), sent[1]...), sent[2]}, true},
		"one missing":       {sent[:2], false},
		"one twice":         {append(sent[:3:3], sent[1]), false},
		"never sent":        {append(sent[:3:3], []byte(messageID("r1", 3))), false},
		"of another run":    {append(sent[:3:3], []byte(messageID("r2", 0))), true},
	} {
		counted := newTally("r1", len(sent))
		for _, line := range c.stored {
			counted.line(line)
		}
		if err := counted.check(); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBatches(t *testing.T) {
	bodies := batches(mix{run: "r", now: time.Now(), users: 9}.events(45), 20, time.Now())
	if len(bodies) != 3 {
		t.Fatalf("45 events are %d batches of 20", len(bodies))
	}
	var last struct{ Batch []map[string]any }
	if err := json.Unmarshal(bodies[2], &last); err != nil || len(last.Batch) != 5 {
		t.Errorf("the last one has %d events, %v", len(last.Batch), err)
	}
}

func TestPoissonKeepsItsRate(t *testing.T) {
	due := poisson(10_000, 500, 1)
	if took := due[len(due)-1].Seconds(); took < 19 || took > 21 {
		t.Errorf("10,000 requests at 500 a second are due within %.1f s", took)
	}
}

func TestTheDocumentHasAPlaceForEverything(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", document))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append([]section{{name: "machine"}}, sections...) {
		got, err := put(string(text), s.name, "| new |")
		if err != nil {
			t.Error(err)
		}
		if again, err := put(got, s.name, "| newer |"); err != nil || strings.Contains(again, "| new |") {
			t.Errorf("%s is not replaced: %v", s.name, err)
		}
	}
}
