package main

import "context"

// openConns is the connections of an open loop: enough that one is free whenever
// a request is due.
const openConns = 64

// halfLoad lets each server take half of what it could in outcomes, where one
// browser a person brought hits, beside the floor at the same rate.
func (l *lab) halfLoad(ctx context.Context, outcomes []outcome) ([]outcome, error) {
	return l.round(ctx, func(subjects []*subject) (entrants []entrant) {
		for _, s := range subjects[1:] {
			c := l.halfOf(saturation(outcomes, s.name))
			entrants = append(entrants, entrant{subjects[0], c}, entrant{s, c})
		}
		return entrants
	})
}

// saturation is the events a second that a server took at most.
func saturation(outcomes []outcome, name string) (rate float64) {
	for _, o := range outcomes {
		if o.name == name && o.load.hit > 0 && o.load.from == own {
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
