package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// idle measures what a server holds and does while nobody asks it anything.
func idle(ctx context.Context, l *lab) (string, error) {
	subjects, err := l.subjects(ctx)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "| server | memory MiB after its start | idle CPU ms/s | memory MiB after %s events | idle CPU ms/s |\n| --- | ---: | ---: | ---: | ---: |\n",
		figure(float64(l.scale.history)))
	for _, s := range subjects {
		row, err := l.idleRow(ctx, s)
		if err != nil {
			return "", fmt.Errorf("%s: %w", s.name, err)
		}
		l.say("  idle  %s", strings.TrimSpace(row))
		out.WriteString(row)
	}
	return out.String(), nil
}

func (l *lab) idleRow(ctx context.Context, s *subject) (string, error) {
	defer s.down()
	if _, err := s.up(ctx); err != nil {
		return "", err
	}
	if _, _, err := l.settle(ctx, s); err != nil {
		return "", err
	}
	before, err := l.rest(ctx, s)
	if err != nil {
		return "", err
	}
	if _, err := l.measure(ctx, s, load{size: 20, events: l.scale.history, conns: 16, seed: 1}); err != nil {
		return "", err
	}
	after, err := l.rest(ctx, s)
	return fmt.Sprintf("| %s | %s | %s |\n", s.name, before, after), err
}

// rest watches a server that has nothing to do: two cells of the table.
func (l *lab) rest(ctx context.Context, s *subject) (string, error) {
	before, err := s.usage()
	if err != nil {
		return "", err
	}
	if err := pause(ctx, time.Duration(l.scale.idleFor)*time.Second); err != nil {
		return "", err
	}
	after, err := s.usage()
	if err != nil {
		return "", err
	}
	own, err := usageOf(s.server.cmd.Process.Pid)
	if err != nil {
		return "", err
	}
	memory := figure(mib(own.rss))
	if s.database != nil {
		memory += " + " + figure(mib(after.rss-own.rss)) + " of PostgreSQL"
	}
	busy := milliseconds(after.cpu-before.cpu) / float64(l.scale.idleFor)
	return fmt.Sprintf("%s | %.1f", memory, busy), nil
}
