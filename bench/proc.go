package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is what a set of processes has used so far, and holds now.
type usage struct {
	cpu     time.Duration
	rss     int64 // bytes; of several processes PSS, or shared memory would count in each
	written int64 // bytes handed to the disk
}

func (u usage) minus(v usage) usage {
	return usage{u.cpu - v.cpu, u.rss - v.rss, u.written - v.written}
}

func (u usage) plus(v usage) usage {
	return usage{u.cpu + v.cpu, u.rss + v.rss, u.written + v.written}
}

// usageOf sums processes with their descendants. What a child used before it
// ended is in its parent's figures once the parent has waited for it, so nothing
// is lost when PostgreSQL ends a worker.
func usageOf(roots ...int) (usage, error) {
	children, err := processes()
	if err != nil {
		return usage{}, err
	}
	var sum usage
	for _, root := range roots {
		if _, err := readStat(root); err != nil {
			return usage{}, fmt.Errorf("process %d is gone: %w", root, err)
		}
		sum = sum.plus(tree(root, children))
	}
	return sum, nil
}

func tree(pid int, children map[int][]int) usage {
	var sum usage
	if s, err := readStat(pid); err == nil { // else it has just ended
		sum = usage{s.cpu, field(pid, "smaps_rollup", "Pss") << 10, field(pid, "io", "write_bytes")}
	}
	for _, child := range children[pid] {
		sum = sum.plus(tree(child, children))
	}
	return sum
}

// processes is everybody's children.
func processes() (map[int][]int, error) {
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil || len(folders) == 0 {
		return nil, errors.New("there is no /proc to read, so nothing can be measured: bench needs Linux")
	}
	children := map[int][]int{}
	for _, f := range folders {
		pid, err := strconv.Atoi(filepath.Base(f))
		if err != nil {
			continue
		}
		if s, err := readStat(pid); err == nil {
			children[s.parent] = append(children[s.parent], pid)
		}
	}
	return children, nil
}

// stat is what we read of /proc/PID/stat.
type stat struct {
	parent int
	cpu    time.Duration // own, and of children it has waited for
}

func readStat(pid int) (stat, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	return parseStat(b)
}

// tick is the unit of times in /proc: USER_HZ is 100 wherever Go runs on Linux.
const tick = 10 * time.Millisecond

// parseStat starts behind the name, which may hold spaces and parentheses;
// proc_pid_stat(5) has the numbers of the fields.
func parseStat(b []byte) (stat, error) {
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(fields) < 15 {
		return stat{}, fmt.Errorf("unreadable stat %.80q", b)
	}
	number := func(n int) int { v, _ := strconv.Atoi(fields[n-3]); return v } // the kernel writes numbers
	return stat{parent: number(4), cpu: time.Duration(number(14)+number(15)+number(16)+number(17)) * tick}, nil
}

// field reads one number of a file of "name: number" lines, 0 where the kernel
// does not tell.
func field(pid int, file, name string) int64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
	return parseField(b, name)
}

func parseField(b []byte, name string) int64 {
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			n, _ := strconv.ParseInt(number, 10, 64)
			return n
		}
	}
	return 0
}
