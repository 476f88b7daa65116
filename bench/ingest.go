package main

import (
	"context"
	"fmt"
	"strings"
)

// openRate is the requests a second of the open loop, each with one event: far
// below what any of the servers can do, so that latency is all there is to see.
const openRate = 500

// hits is the share of track events for which a trigger fires, where any do.
const hits = 0.01

// ingest measures what it costs to take events in.
func ingest(ctx context.Context, l *lab) (string, error) {
	var closed []outcome
	for _, size := range []int{1, 20, 100} {
		outcomes, err := l.round(ctx, kinds(loads(size, l.scale.events[size])...))
		if err != nil {
			return "", fmt.Errorf("batches of %d: %w", size, err)
		}
		closed = append(closed, outcomes...)
	}
	open, err := l.round(ctx, kinds(load{size: 1, events: l.scale.openLoop, conns: openConns, rate: openRate}))
	if err != nil {
		return "", fmt.Errorf("open loop: %w", err)
	}
	var out strings.Builder
	out.WriteString(table(closedLoop, closed))
	fmt.Fprintf(&out, "\nOpen loop, %d events a second in batches of 1. Latency from when a request was due:\n\n%s", openRate, table(openLoop, open))
	return out.String(), nil
}

// loads is what usercall is sent as fast as it takes it: each person with one
// browser, and every event from a browser of its own. In batches of 20, for which
// the goal is, both also with hits.
func loads(size, events int) []load {
	life := load{size: size, events: events, conns: 16}
	worst := life
	worst.from = lone
	all := []load{life, worst}
	if size == 20 {
		for _, c := range []load{life, worst} {
			c.hit = hits
			all = append(all, c)
		}
	}
	return all
}
