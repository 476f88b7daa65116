package main

import (
	"context"
	"fmt"
)

// openConns is the connections of an open loop: enough that one is free whenever
// a request is due.
const openConns = 64

// half measures latency where a server has as much to do again as it has: what it
// takes at most first, then half of that, beside the floor at the same rate.
func half(ctx context.Context, l *lab) (string, error) {
	most, err := l.round(ctx, kinds(load{size: 20, events: l.scale.events[20], conns: 16, hit: hits}))
	if err != nil {
		return "", fmt.Errorf("as fast as they go: %w", err)
	}
	outcomes, err := l.round(ctx, func(subjects []*subject) (entrants []entrant) {
		for _, s := range subjects[1:] {
			c := l.halfOf(saturation(most, s.name))
			entrants = append(entrants, entrant{subjects[0], c}, entrant{s, c})
		}
		return entrants
	})
	return table(openLoop, outcomes), err
}

// saturation is the events a second that a server took at most.
func saturation(outcomes []outcome, name string) (rate float64) {
	for _, o := range outcomes {
		if o.name == name {
			rate = o.median(rateOf)
		}
	}
	return rate
}

func (l *lab) halfOf(saturated float64) load {
	const size = 20
	requests := saturated / 2 / size // a second
	return load{size: size, events: max(1, int(requests*float64(l.scale.halfFor))) * size, conns: openConns, rate: requests, hit: hits}
}
