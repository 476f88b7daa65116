package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	document = "docs/benchmarks.md"
	begins   = "<!-- voice: measured -->"
	ends     = "<!-- voice: end -->"
)

// root is the folder of the module.
func root() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("this is run in the repository")
		}
	}
	return "", err
}

// put replaces what stands between the markers.
func put(text, content string) (string, error) {
	before, rest, found := strings.Cut(text, begins)
	_, after, closed := strings.Cut(rest, ends)
	if !found || !closed {
		return "", fmt.Errorf("%s has no %s … %s to write between", document, begins, ends)
	}
	return before + begins + "\n\n" + strings.TrimSpace(content) + "\n\n" + ends + after, nil
}

func write(content string) error {
	dir, err := root()
	if err != nil {
		return err
	}
	path := filepath.Join(dir, document)
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err := put(string(b), content)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// load is the load average over 1, 5 and 15 minutes.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], ", ")
}

// commit is what was measured.
func commit() string {
	b, err := exec.Command("git", "rev-parse", "--short=10", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(b))
}

// quantile of times, by the nearest rank.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[max(int(math.Ceil(q*float64(len(sorted))))-1, 0)]
}

// ms is a time as a figure.
func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)) }
