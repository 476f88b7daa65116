package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// backtested is a study of four triggers that ask for every tenth event of the
// mix, and of who people are.
const backtested = `usercall: 1
study: { key: backtest }
triggers:
  - { key: hit, on: { event: ["Subscription Cancelled", "Product Viewed", "Product Added", "Product Removed"] }, who: { traits.plan: { in: [pro, starter] } }, cooldown: 14d }
  - key: left
    on: { event: ["Cart Started", "Cart Viewed", "Cart Added", "Checkout Started", "Checkout Viewed"], where: { properties.seats: { gte: 5 } } }
    absent: { event: ["Checkout Completed", "Order Completed"], for: 1d }
    people: anyone
    per_day: 50
  - key: steps
    on: { event: ["Report Viewed", "Report Opened", "Report Shared", "Dashboard Viewed", "Dashboard Opened"] }
    then: [ { event: ["Project Started", "Project Opened", "Workspace Started", "Workspace Opened"], within: 7d }, { event: ["File Exported", "File Shared", "File Opened"] } ]
    priority: 3
  - key: again
    on: { event: ["Search Started", "Filter Added"], times: 3, within: 30d }
    did: [ { event: ["Plan Viewed", "Trial Started"], within: 14d } ]
    did_not: [ { event: ["Invoice Viewed", "Plan Updated"], within: 7d } ]
    delay: 10m
`

const chunkOfFile = 50_000

// recorded is how many days the events of the file are spread over.
const recordedDays = 30

// backtest measures `usercall backtest` on one core, over a file as Segment would
// have delivered it: events in batches that are shuffled, for nobody promises an order.
func backtest(ctx context.Context, l *lab) (string, error) {
	study := filepath.Join(l.dir, "backtest.yaml")
	if err := os.WriteFile(study, []byte(backtested), 0o600); err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprint(&out, "| events of | events | file GB | seconds | CPU µs/event | most memory MiB | B/event | decisions |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, lone := range []bool{false, true} {
		name, file := "one browser a person", filepath.Join(l.dir, "recorded.jsonl")
		if lone {
			name = "lone browsers"
		}
		size, err := l.record(ctx, file, lone)
		if err != nil {
			return "", err
		}
		row, err := l.backtests(ctx, study, file)
		if err != nil {
			return "", err
		}
		n := float64(l.scale.backtest)
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", name, figure(n), figure(float64(size)/1e9), figure(row.took.Seconds()),
			figure(float64(row.cpu.Microseconds())/n), figure(mib(row.rss)), figure(float64(row.rss)/n), figure(float64(row.lines)))
		l.say("  %s: %s s, %s MiB", name, figure(row.took.Seconds()), figure(mib(row.rss)))
	}
	return out.String(), nil
}

// record writes the file of events and returns its size.
func (l *lab) record(ctx context.Context, path string, lone bool) (size int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	chunks := max(1, l.scale.backtest/chunkOfFile)
	begin := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for i := range chunks {
		at := begin.Add(time.Duration(i*7%chunks) * recordedDays * 24 * time.Hour / time.Duration(chunks)) // 7: out of order
		m := mix{seed: uint64(i), run: fmt.Sprint(i), hit: 0.01, lone: lone, now: at, users: 5 * people}
		for _, e := range m.events(l.scale.backtest / chunks) {
			size += int64(len(e)) + 1
			if _, err := w.Write(append(e, '\n')); err != nil {
				return 0, err
			}
		}
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
	return size, w.Flush()
}

// backtested is what a backtest took.
type backtestRow struct {
	took, cpu time.Duration
	rss       int64
	lines     int
}

func (l *lab) backtests(ctx context.Context, study, events string) (row backtestRow, err error) {
	cmd := exec.CommandContext(ctx, l.program("usercall"), "backtest", "--study", study, "--events", events, "--format", "jsonl")
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	began := time.Now()
	out, err := cmd.Output()
	if err != nil {
		return row, fmt.Errorf("backtest: %w", err)
	}
	row.took, row.cpu, row.lines = time.Since(began), cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), strings.Count(string(out), "\n")
	if used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		row.rss = used.Maxrss << 10
	}
	return row, nil
}
