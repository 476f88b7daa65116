package main

import (
	"context"
	"fmt"
)

// entrant is a server under a kind of load.
type entrant struct {
	*subject
	load load
}

func (e entrant) label() string {
	name := e.name
	if e.undecided == nil { // the floor takes no notice of what is in an event
		return name
	}
	switch e.load.from {
	case lone:
		name += ", lone browsers"
	case coming:
		name += ", browsers that come back"
	}
	if e.load.hit > 0 {
		name += fmt.Sprintf(", %.0f %% hits", e.load.hit*100)
	}
	return name
}

// outcome is how an entrant did, beside the floor of the same turns.
type outcome struct {
	entrant
	runs, floor []result
}

func (o outcome) median(of func(result) float64) float64 { return medianOf(o.runs, of) }

// times is how many times the floor's figure it is: the median of the ratios, each
// within one turn. The medians' ratio would compare a quiet minute with a busy one.
func (o outcome) times(of func(result) float64) float64 {
	ratios := make([]float64, len(o.runs))
	for i := range o.runs {
		ratios[i] = of(o.runs[i]) / of(o.floor[i])
	}
	return median(ratios...)
}

// round starts new servers and lets them run in turns.
func (l *lab) round(ctx context.Context, line func([]*subject) []entrant) ([]outcome, error) {
	subjects, stop, err := l.allUp(ctx)
	defer stop()
	if err != nil {
		return nil, err
	}
	return l.turns(ctx, line(subjects))
}

// allUp is all servers, new and started, and what ends them.
func (l *lab) allUp(ctx context.Context) (subjects []*subject, stop func(), err error) {
	subjects, err = l.subjects(ctx)
	stop = func() {
		for _, s := range subjects {
			s.down()
		}
	}
	for _, s := range subjects {
		if err == nil {
			_, err = s.up(ctx)
		}
	}
	return subjects, stop, err
}

// kinds is the floor under the first of these loads, and usercall under each.
func kinds(loads ...load) func([]*subject) []entrant {
	return func(subjects []*subject) []entrant {
		entrants := []entrant{{subjects[0], loads[0]}}
		for _, c := range loads {
			for _, s := range subjects[1:] {
				entrants = append(entrants, entrant{s, c})
			}
		}
		return entrants
	}
}

// turns lets each run some times, one after the other, so that whatever else the
// machine does falls on all of them alike. Beside each is the last floor before it.
func (l *lab) turns(ctx context.Context, entrants []entrant) ([]outcome, error) {
	outcomes := make([]outcome, len(entrants))
	for turn := range l.scale.runs {
		var floor result
		for i, e := range entrants {
			e.load.seed = uint64(turn + 1)
			r, err := l.measure(ctx, e.subject, e.load)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", e.label(), err)
			}
			if e.undecided == nil {
				floor = r
			}
			o := &outcomes[i]
			o.entrant, o.runs, o.floor = e, append(o.runs, r), append(o.floor, floor)
			l.say("  batches of %-3d  %-45s %8s events/s  %6s µs CPU an event  p99 %s ms  %s", e.load.size, e.label(),
				figure(r.rate), figure(r.cpu), figure(r.p99), decided(outcome{runs: o.runs[turn:]}))
		}
	}
	return outcomes, nil
}

// subjects is the floor and usercall on both databases, all new.
func (l *lab) subjects(ctx context.Context) ([]*subject, error) {
	floor, err := l.floor()
	if err != nil {
		return nil, err
	}
	sqlite, err := l.sqlite(ctx)
	if err != nil {
		return nil, err
	}
	postgres, err := l.postgres(ctx)
	if err != nil {
		return nil, err
	}
	return []*subject{floor, sqlite, postgres}, nil
}
