package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// growth measures whether what is stored slows down what comes, and what is read.
func growth(ctx context.Context, l *lab) (string, error) {
	subjects, stop, err := l.allUp(ctx)
	defer stop()
	if err != nil {
		return "", err
	}
	life := load{size: 20, events: l.scale.growRun, conns: 16}
	worst, returning := life, life
	worst.from, returning.from = lone, coming
	entrants := kinds(life, worst, returning)(subjects)
	before, err := l.glance(ctx, entrants, subjects)
	if err != nil {
		return "", fmt.Errorf("with nothing stored: %w", err)
	}
	fills, err := l.growAll(ctx, subjects[1:])
	if err != nil {
		return "", err
	}
	after, err := l.glance(ctx, entrants, subjects)
	if err != nil {
		return "", fmt.Errorf("with much stored: %w", err)
	}
	stop()
	starts, err := l.starts(ctx, subjects[1:])
	if err != nil {
		return "", err
	}
	return l.growthTables(before, after, fills, starts), nil
}

// glimpse is how servers do at one moment.
type glimpse struct {
	outcomes []outcome
	browsed  []browsing // without the floor's
}

func (l *lab) glance(ctx context.Context, entrants []entrant, subjects []*subject) (g glimpse, err error) {
	if g.outcomes, err = l.turns(ctx, entrants); err != nil {
		return g, err
	}
	for _, s := range subjects[1:] {
		b, err := browse(ctx, s, l.scale.browsed)
		if err != nil {
			return g, fmt.Errorf("%s: %w", s.name, err)
		}
		g.browsed = append(g.browsed, b)
	}
	return g, nil
}

// growthTables: a figure before, the same after.
func (l *lab) growthTables(before, after glimpse, fills []filling, starts [][]float64) string {
	n := figure(float64(l.scale.growTo))
	var out strings.Builder
	fmt.Fprintf(&out, "| server | events/s at first | with %s more | of that | CPU µs/event at first | with %s more | × floor at first | with %s more | ack p99 ms at first | with %s more | memory MiB at first | with %s more |\n", n, n, n, n, n)
	out.WriteString("| --- |" + strings.Repeat(" ---: |", 11) + "\n")
	for i, b := range before.outcomes {
		a := after.outcomes[i]
		fmt.Fprintf(&out, "| %s | %s | %s | %.0f %% | %s | %s | %s | %s | %s | %s | %s | %s |\n", b.label(),
			figure(b.median(rateOf)), figure(a.median(rateOf)), 100*a.median(rateOf)/b.median(rateOf),
			figure(b.median(cpuOf)), figure(a.median(cpuOf)), figure(b.times(cpuOf)), figure(a.times(cpuOf)),
			figure(b.median(p99Of)), figure(a.median(p99Of)), figure(b.median(memoryOf)), figure(a.median(memoryOf)))
	}
	fmt.Fprintf(&out, "\nThe same servers: what %s short events take, and how long it takes to start and to read with them there.\n\n", n)
	out.WriteString("| server | taken in at events/s | in the last tenth | kept B/event | start to first 200, ms | 50 events of a person, p50 / p99 ms at first | with all | newest 50 of all, p50 / p99 ms at first | with all |\n")
	out.WriteString("| --- |" + strings.Repeat(" ---: |", 8) + "\n")
	for i, f := range fills {
		b, a := before.browsed[i], after.browsed[i]
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", f.name, figure(f.rate()), figure(f.tenths[len(f.tenths)-1]), figure(f.kept),
			figure(median(starts[i]...)), spread(b.person), spread(a.person), spread(b.newest), spread(a.newest))
	}
	return out.String()
}

func spread(sorted []float64) string {
	return figure(quantile(sorted, 0.5)) + " / " + figure(quantile(sorted, 0.99))
}

// drain waits until all triggers are ready and all events have met them, however
// long that takes.
func (l *lab) drain(ctx context.Context, s *subject) error {
	for began := time.Now(); ; {
		_, left, err := l.settle(ctx, s)
		if err != nil || left == 0 {
			return err
		}
		if time.Since(began) > 10*time.Minute {
			return fmt.Errorf("%d events are still undecided after ten minutes", left)
		}
	}
}
