package main

import (
	"bufio"
	"bytes"
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

// The file is written in chunks, each of another time: nobody promises an order.
const (
	chunkOfFile  = 50_000 // events
	recordedDays = 30
	backtestOf   = 5 * people
)

// backtest measures `usercall backtest` on one core.
func backtest(ctx context.Context, l *lab) (string, error) {
	study := filepath.Join(l.dir, "backtest.yaml")
	if err := os.WriteFile(study, []byte(backtested), 0o600); err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprint(&out, "| people with | events | file GB | seconds | CPU µs/event | most memory MiB | memory B/event | decisions |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, from := range []browsers{own, lone} {
		row, err := l.backtests(ctx, study, from)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(&out, row)
		l.say("  %s", row)
	}
	return out.String(), nil
}

// backtests writes a file and runs the program over it, and is a row of the table.
func (l *lab) backtests(ctx context.Context, study string, from browsers) (string, error) {
	file := filepath.Join(l.dir, "recorded.jsonl")
	size, err := l.record(ctx, file, from)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, l.program("usercall"), "backtest", "--study", study, "--events", file, "--format", "jsonl")
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	began := time.Now()
	lines, err := cmd.Output()
	if err != nil {
		return "", err
	}
	took, n := time.Since(began), float64(l.scale.backtest)
	whose := map[browsers]string{own: "one browser each", lone: "lone browsers"}[from]
	cpu, memory := cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), mostMemory(cmd.ProcessState)
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %s |", whose, figure(n), figure(float64(size)/1e9), figure(took.Seconds()),
		figure(float64(cpu.Microseconds())/n), figure(mib(memory)), figure(float64(memory)/n), figure(float64(bytes.Count(lines, []byte("\n"))))), nil
}

// mostMemory is the most that a process which has ended held at once.
func mostMemory(p *os.ProcessState) int64 {
	used, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return used.Maxrss << 10
}

// record writes the file of events and returns its size.
func (l *lab) record(ctx context.Context, path string, from browsers) (size int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	chunks := max(1, l.scale.backtest/chunkOfFile)
	for i := range chunks {
		for _, e := range mixOf(i, chunks, from).events(l.scale.backtest / chunks) {
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

func mixOf(i, of int, from browsers) mix {
	begin := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	at := begin.Add(time.Duration(i*7%of) * recordedDays * 24 * time.Hour / time.Duration(of))
	return mix{seed: uint64(i), run: fmt.Sprint(i), hit: 0.01, from: from, now: at, users: backtestOf}
}
