package main

import (
	"context"
	"fmt"
	"strings"
)

// openRate is the requests a second of the open loop, each with one event: far
// below what any of the servers can do, so that latency is all there is to see.
const openRate = 500

// entrant is a server under a kind of load. The first of a round is the floor,
// to which the others are put in relation.
type entrant struct {
	*subject
	load load
}

func (e entrant) label() string {
	if e.load.hit > 0 {
		return fmt.Sprintf("%s, %.0f %% hits", e.name, e.load.hit*100)
	}
	return e.name
}

// ingest measures what it costs to take events in.
func ingest(ctx context.Context, l *lab) (string, error) {
	var out strings.Builder
	out.WriteString("| batches of | server | events/s | CPU µs/event | × floor | ack p50 / p99 ms | written B/event | kept B/event | memory MiB | all decided |\n" +
		"| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, size := range []int{1, 20, 100} {
		entrants, results, err := l.round(ctx, load{size: size, events: l.scale.events[size], conns: 16}, size == 20)
		if err != nil {
			return "", fmt.Errorf("batches of %d: %w", size, err)
		}
		for i, e := range entrants {
			out.WriteString(ingestRow(size, e, results[i], results[0]))
		}
	}
	entrants, results, err := l.round(ctx, load{size: 1, events: l.scale.openLoop, conns: 64, rate: openRate}, false)
	if err != nil {
		return "", fmt.Errorf("open loop: %w", err)
	}
	fmt.Fprintf(&out, "\nOpen loop, %d events a second in batches of 1, at random moments, latency from when a request was due:\n\n", openRate)
	out.WriteString("| server | ack p50 ms | p99 ms | p99 × floor | CPU µs/event | × floor | sent late | all decided |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for i, e := range entrants {
		out.WriteString(openRow(e, results[i], results[0]))
	}
	return out.String(), nil
}

// round starts the servers and lets them run in turns, so that whatever else the
// machine does falls on all of them alike.
func (l *lab) round(ctx context.Context, base load, hits bool) ([]entrant, [][]result, error) {
	subjects, err := l.subjects(ctx)
	defer func() {
		for _, s := range subjects {
			s.down()
		}
	}()
	if err != nil {
		return nil, nil, err
	}
	var entrants []entrant
	for _, s := range subjects {
		if _, err := s.up(ctx); err != nil {
			return nil, nil, err
		}
		entrants = append(entrants, entrant{s, base})
	}
	if hits {
		for _, s := range subjects[1:] {
			hit := base
			hit.hit = 0.01
			entrants = append(entrants, entrant{s, hit})
		}
	}
	results, err := l.turns(ctx, entrants)
	return entrants, results, err
}

func (l *lab) turns(ctx context.Context, entrants []entrant) ([][]result, error) {
	results := make([][]result, len(entrants))
	for turn := range l.scale.runs {
		for i, e := range entrants {
			e.load.seed = uint64(turn + 1)
			r, err := l.measure(ctx, e.subject, e.load)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", e.label(), err)
			}
			l.say("  batches of %-3d  %-28s %8s events/s  %6s µs CPU an event  p99 %s ms  %s", e.load.size, e.label(),
				figure(r.rate), figure(r.cpu), figure(r.p99), decided([]result{r}))
			results[i] = append(results[i], r)
		}
	}
	return results, nil
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

func ingestRow(size int, e entrant, runs, floor []result) string {
	return fmt.Sprintf("| %d | %s | %s | %s | %s | %s / %s | %s | %s | %s | %s |\n", size, e.label(),
		figure(medianOf(runs, func(r result) float64 { return r.rate })),
		figure(medianOf(runs, func(r result) float64 { return r.cpu })),
		figure(ratio(runs, floor, func(r result) float64 { return r.cpu })),
		figure(medianOf(runs, func(r result) float64 { return r.p50 })),
		figure(medianOf(runs, func(r result) float64 { return r.p99 })),
		figure(medianOf(runs, func(r result) float64 { return r.written })),
		figure(medianOf(runs, func(r result) float64 { return r.kept })),
		figure(medianOf(runs, func(r result) float64 { return r.memory })),
		decided(runs))
}

// decided says when the triggers were through with the events, and where they
// never were, how many they had not seen: then the CPU beside it is too low.
func decided(runs []result) string {
	left := medianOf(runs, func(r result) float64 { return r.left })
	took := medianOf(runs, func(r result) float64 { return r.settled })
	if left > 0 {
		return fmt.Sprintf("**no**, %s events wait after %.0f s", figure(left), took)
	}
	return fmt.Sprintf("%.1f s later", took)
}

func openRow(e entrant, runs, floor []result) string {
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %.1f %% | %s |\n", e.label(),
		figure(medianOf(runs, func(r result) float64 { return r.p50 })),
		figure(medianOf(runs, func(r result) float64 { return r.p99 })),
		figure(ratio(runs, floor, func(r result) float64 { return r.p99 })),
		figure(medianOf(runs, func(r result) float64 { return r.cpu })),
		figure(ratio(runs, floor, func(r result) float64 { return r.cpu })),
		100*medianOf(runs, func(r result) float64 { return r.late }), decided(runs))
}

// ratio is the median of the ratios, each within one turn: the medians' ratio
// would compare a quiet minute with a busy one.
func ratio(runs, floor []result, of func(result) float64) float64 {
	var ratios []float64
	for i := range runs {
		ratios = append(ratios, of(runs[i])/of(floor[i]))
	}
	return median(ratios...)
}
