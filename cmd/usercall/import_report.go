package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/app"
)

// writeReport prints what an import did, as a table.
func writeReport(out io.Writer, r *app.ImportReport, dry bool) error {
	for _, b := range r.Broken {
		fmt.Fprintln(out, printable(b))
	}
	rows := [][3]string{{"Files", thousands(int64(r.Files)), before(r)}, {"Read", thousands(r.Read)}}
	if dry {
		rows = append(rows, [3]string{"Could be stored", thousands(r.Stored), "nothing was: a dry run"})
	} else {
		rows = append(rows, [3]string{"Stored", thousands(r.Stored)}, [3]string{"Already known", thousands(r.Known)})
	}
	for _, why := range reasons(r) {
		rows = append(rows, [3]string{"Left out", thousands(r.LeftOut[why]), why})
	}
	return writeRows(out, append(rows, [3]string{"Time", roundly(r.Took), rate(r.Read, r.Took)}))
}

// reasons is why messages were left out, the most frequent first.
func reasons(r *app.ImportReport) []string {
	return slices.SortedFunc(maps.Keys(r.LeftOut), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.LeftOut[b], r.LeftOut[a]), cmp.Compare(a, b))
	})
}

// writeRows aligns names to the left, numbers to the right.
func writeRows(out io.Writer, rows [][3]string) error {
	name, number := 0, 0
	for _, row := range rows {
		name, number = max(name, len(row[0])), max(number, len(row[1]))
	}
	for _, row := range rows {
		line := fmt.Sprintf("%-*s  %*s  %s", name, row[0], number, row[1], row[2])
		if _, err := fmt.Fprintln(out, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

func before(r *app.ImportReport) string {
	if r.Before == 0 {
		return ""
	}
	return fmt.Sprintf("%s of them imported before", thousands(int64(r.Before)))
}

// rate is how many events a second.
func rate(n int64, took time.Duration) string {
	if n == 0 || took <= 0 {
		return ""
	}
	return thousands(int64(float64(n)/took.Seconds())) + " events/s"
}

// thousands writes a number with its thousands apart.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// count is a number with its noun.
func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// roundly is a time as somebody would say it.
func roundly(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.0f h", d.Hours())
}

// bytesOf is a size as somebody would say it.
func bytesOf(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	f, u := float64(n), 0
	for f >= 1000 && u < len(units)-1 {
		f, u = f/1000, u+1
	}
	if u == 0 || f >= 100 {
		return fmt.Sprintf("%.0f %s", f, units[u])
	}
	return fmt.Sprintf("%.1f %s", f, units[u])
}
