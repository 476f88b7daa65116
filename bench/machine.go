package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// machine is what the figures were taken on: nobody can use them without.
func (l *lab) machine(ctx context.Context) string {
	rows := [][2]string{
		{"CPU", fmt.Sprintf("%s, %d cores", namedLine("/proc/cpuinfo", "model name"), runtime.NumCPU())},
		{"memory", fmt.Sprintf("%.0f GiB", float64(parseField(read("/proc/meminfo"), "MemTotal"))/(1<<20))},
		{"kernel", "Linux " + strings.TrimSpace(string(read("/proc/sys/kernel/osrelease")))},
		{"Go", strings.TrimPrefix(runtime.Version(), "go")},
		{"PostgreSQL", postgresIs(ctx)},
		{"Chromium", lastWords(output(ctx, "chromium", "--version"))},
		{"load average at the start", loadAverage()},
	}
	var out strings.Builder
	out.WriteString("| | |\n| --- | --- |\n")
	for _, r := range rows {
		fmt.Fprintf(&out, "| %s | %s |\n", r[0], r[1])
	}
	return out.String()
}

// version names the commit that was built, and whether anything besides it was.
func (l *lab) version(ctx context.Context) string {
	commit := output(ctx, "git", "-C", l.root, "rev-parse", "--short=10", "HEAD")
	if changed := output(ctx, "git", "-C", l.root, "status", "--porcelain", "--untracked-files=no", "--", "cmd", "internal", "sdk", "examples", "bench", "go.mod"); changed != "" {
		commit += ", with changes that were not committed"
	}
	return commit
}

// measuredAt says when and of what a section is, and how much else went on: the
// load average before it and after it.
func (l *lab) measuredAt(before string) string {
	return fmt.Sprintf("Measured on %s at commit %s; load average %s before, %s after.", time.Now().Format("2 January 2006"), l.built, before, loadAverage())
}

// loadAverage is over 1, 5 and 15 minutes.
func loadAverage() string {
	return strings.Join(strings.Fields(string(read("/proc/loadavg")))[:3], ", ")
}

func postgresIs(ctx context.Context) string {
	bin, err := postgresPrograms()
	if err != nil {
		return "none"
	}
	return strings.TrimPrefix(output(ctx, bin+"/postgres", "--version"), "postgres (PostgreSQL) ")
}

// lastWords cuts "Chromium 1.2.3 built on Debian" to its version.
func lastWords(s string) string {
	if f := strings.Fields(s); len(f) > 1 {
		return f[1]
	}
	return "none"
}

// output is what a program prints, "" where there is no such program.
func output(ctx context.Context, program string, args ...string) string {
	b, _ := exec.CommandContext(ctx, program, args...).Output()
	return strings.TrimSpace(string(b))
}

// read is a file of /proc, empty where it cannot be read.
func read(path string) []byte {
	b, _ := os.ReadFile(path)
	return b
}

func namedLine(path, name string) string {
	for line := range strings.Lines(string(read(path))) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
