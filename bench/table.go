package main

import (
	"fmt"
	"strings"
)

// column is a figure in a table of outcomes.
type column struct {
	title string
	cell  func(outcome) string
}

func table(columns []column, outcomes []outcome) string {
	var out strings.Builder
	line := func(cell func(column) string) {
		for _, c := range columns {
			out.WriteString("| " + cell(c) + " ")
		}
		out.WriteString("|\n")
	}
	line(func(c column) string { return c.title })
	line(func(c column) string {
		if c.title == server.title {
			return "---"
		}
		return "---:"
	})
	for _, o := range outcomes {
		line(func(c column) string { return c.cell(o) })
	}
	return out.String()
}

// of is the median of a figure.
func of(title string, of func(result) float64) column {
	return column{title, func(o outcome) string { return figure(o.median(of)) }}
}

// times is a figure as a multiple of the floor's.
func times(title string, of func(result) float64) column {
	return column{title, func(o outcome) string { return figure(o.times(of)) }}
}

func rateOf(r result) float64    { return r.rate }
func cpuOf(r result) float64     { return r.cpu }
func p99Of(r result) float64     { return r.p99 }
func p50Of(r result) float64     { return r.p50 }
func lateOf(r result) float64    { return r.late }
func writtenOf(r result) float64 { return r.written }
func keptOf(r result) float64    { return r.kept }
func memoryOf(r result) float64  { return r.memory }

var (
	server = column{"server", func(o outcome) string { return o.label() }}

	closedLoop = []column{
		{"batches of", func(o outcome) string { return fmt.Sprint(o.load.size) }}, server,
		of("events/s", rateOf), of("CPU µs/event", cpuOf), times("× floor", cpuOf),
		{"ack p50 / p99 ms", func(o outcome) string { return figure(o.median(p50Of)) + " / " + figure(o.median(p99Of)) }},
		of("written B/event", writtenOf), times("× floor", writtenOf), of("kept B/event", keptOf), of("memory MiB", memoryOf),
		{"all decided", decided},
	}

	openLoop = []column{
		server, {"events/s", func(o outcome) string { return figure(o.load.rate * float64(o.load.size)) }},
		of("ack p50 ms", p50Of), of("p99 ms", p99Of), times("p99 × floor", p99Of),
		of("CPU µs/event", cpuOf), times("× floor", cpuOf), {"sent late", late}, {"all decided", decided},
	}
)

// decided says when the triggers were through with the events, and where they
// never were, how many they had not seen: then the CPU beside it is too low.
func decided(o outcome) string {
	left := o.median(func(r result) float64 { return r.left })
	took := o.median(func(r result) float64 { return r.settled })
	if left > 0 {
		return fmt.Sprintf("**no**, %s events wait after %.0f s", figure(left), took)
	}
	return fmt.Sprintf("%.1f s later", took)
}

// mostLate is the share of requests that may wait for a free connection. Beyond
// it the latencies are those of too few connections, and the row is marked.
const mostLate = 0.01

func late(o outcome) string {
	share := o.median(lateOf)
	if share > mostLate {
		return fmt.Sprintf("**%.1f %%: void**", share*100)
	}
	return fmt.Sprintf("%.1f %%", share*100)
}
