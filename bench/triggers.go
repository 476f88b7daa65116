package main

import (
	"context"
	"fmt"
	"strings"
)

// crowded is a server with few triggers and the same with many.
type crowded struct {
	few, many *subject
}

// many measures what it costs to have very many active triggers, beside a server
// that has two.
func many(ctx context.Context, l *lab) (string, error) {
	var all []crowded
	defer func() {
		for _, c := range all {
			c.few.down()
			c.many.down()
		}
	}()
	for _, open := range []func(context.Context, ...string) (*subject, error){l.sqlite, l.postgres} {
		c, err := l.crowd(ctx, open)
		if err != nil {
			return "", err
		}
		all = append(all, c)
	}
	return l.manyTable(ctx, all)
}

// crowd is two new servers on one engine. Both have the study that is edited.
func (l *lab) crowd(ctx context.Context, open func(context.Context, ...string) (*subject, error)) (c crowded, err error) {
	for _, to := range []**subject{&c.few, &c.many} {
		if *to, err = open(ctx, edited(true)); err != nil {
			return c, err
		}
		if err := l.activate(ctx, *to); err != nil {
			return c, err
		}
	}
	c.few.name += ", 2 triggers"
	c.many.name += fmt.Sprintf(", %s more", figure(float64(l.scale.triggers)))
	return c, c.many.seed(ctx, l.scale.triggers)
}

// activate lets the triggers that there are go over the stored events.
func (l *lab) activate(ctx context.Context, s *subject) error {
	defer s.down()
	if _, err := s.up(ctx); err != nil {
		return err
	}
	return l.drain(ctx, s)
}

// weight is the figures of one server.
type weight struct {
	start        float64 // ms
	fresh, after float64 // MiB of the server without its database: at rest, and after the load
	outcome
	editing
}

func (l *lab) manyTable(ctx context.Context, all []crowded) (string, error) {
	var subjects []*subject
	var entrants []entrant
	for _, c := range all {
		for _, s := range []*subject{c.few, c.many} {
			subjects = append(subjects, s)
			entrants = append(entrants, entrant{s, load{size: 20, events: l.scale.events[20], conns: 16, hit: hits}})
		}
	}
	weights, err := l.weighAll(ctx, subjects, entrants)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	out.WriteString("| server | start to first 200, ms | memory MiB then | CPU µs/event | × with few | memory MiB after | CPU ms an edit | an edit until an event is decided by it, ms p50 / largest |\n")
	out.WriteString("| --- |" + strings.Repeat(" ---: |", 7) + "\n")
	for i, w := range weights {
		beside := weights[i-i%2].outcome // the one with few
		w.floor = beside.runs
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s | %s | %s / %s |\n", w.label(), figure(w.start), figure(w.fresh), figure(w.median(cpuOf)), figure(w.times(cpuOf)),
			figure(w.after), figure(w.cpu/1000), figure(quantile(w.visible, 0.5)), figure(quantile(w.visible, 1)))
	}
	return out.String(), nil
}

// weighAll starts servers some times, then leaves them up for the turns and edits.
func (l *lab) weighAll(ctx context.Context, subjects []*subject, entrants []entrant) ([]weight, error) {
	starts, err := l.starts(ctx, subjects)
	if err != nil {
		return nil, err
	}
	weights := make([]weight, len(subjects))
	for i, s := range subjects {
		weights[i].start = median(starts[i]...)
		if weights[i].fresh, err = l.freshMemory(ctx, s); err != nil {
			return nil, err
		}
	}
	outcomes, err := l.turns(ctx, entrants)
	if err != nil {
		return nil, err
	}
	for i, s := range subjects {
		weights[i].outcome = outcomes[i]
		if weights[i].after, err = s.ownMemory(); err != nil {
			return nil, err
		}
		if weights[i].editing, err = l.edits(ctx, s); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		l.say("  edits  %-45s %s µs CPU an edit, decided by it after %s ms", s.name, figure(weights[i].cpu), spread(weights[i].visible))
	}
	return weights, nil
}

// freshMemory leaves the server running.
func (l *lab) freshMemory(ctx context.Context, s *subject) (float64, error) {
	if _, err := s.up(ctx); err != nil {
		return 0, err
	}
	if _, _, err := l.settle(ctx, s); err != nil {
		return 0, err
	}
	return s.ownMemory()
}

func (s *subject) ownMemory() (float64, error) {
	own, err := usageOf(s.server.cmd.Process.Pid)
	return mib(own.rss), err
}
