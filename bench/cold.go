package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// cold measures how long after its exec a server takes its first event.
func cold(ctx context.Context, l *lab) (string, error) {
	fresh, err := l.firstStart(ctx)
	if err != nil {
		return "", err
	}
	subjects, err := l.subjects(ctx)
	if err != nil {
		return "", err
	}
	empty, err := l.starts(ctx, subjects)
	if err != nil {
		return "", err
	}
	for _, s := range subjects {
		if err := l.fill(ctx, s); err != nil {
			return "", fmt.Errorf("%s: %w", s.name, err)
		}
	}
	stored, err := l.starts(ctx, subjects)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "| ms from exec to the first 200 | no event stored | %s events stored |\n| --- | ---: | ---: |\n", figure(float64(l.scale.history)))
	for i, s := range subjects {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", s.name, figure(median(empty[i]...)), figure(median(stored[i]...)))
	}
	fmt.Fprintf(&out, "\nThe very first start, which makes the SQLite database, to the first 200 of `/healthz`: %s ms.\n", figure(fresh))
	return out.String(), nil
}

// starts starts each server some times, in turns, and ends it again.
func (l *lab) starts(ctx context.Context, subjects []*subject) ([][]float64, error) {
	took := make([][]float64, len(subjects))
	for range l.scale.starts {
		for i, s := range subjects {
			d, err := s.up(ctx)
			s.down()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			l.say("  start  %-20s %s ms", s.name, figure(milliseconds(d)))
			took[i] = append(took[i], milliseconds(d))
		}
	}
	return took, nil
}

// fill stores the history that a later start finds.
func (l *lab) fill(ctx context.Context, s *subject) error {
	defer s.down()
	if _, err := s.up(ctx); err != nil {
		return err
	}
	_, err := l.measure(ctx, s, load{size: 100, events: l.scale.history, conns: 16, seed: 1})
	return err
}

// firstStart is usercall's in a folder where nothing is.
func (l *lab) firstStart(ctx context.Context) (float64, error) {
	var took []float64
	for range l.scale.starts {
		dir, addr, err := l.place("first")
		if err != nil {
			return 0, err
		}
		p := &installation{program: l.program("usercall"), dir: filepath.Join(dir, "data"), addr: addr}
		server, err := start(p.command(ctx, "serve"), l.dir)
		if err != nil {
			return 0, err
		}
		err = server.await(ctx, pollEvery, func() bool { return alive("http://" + addr + "/healthz") })
		took = append(took, milliseconds(time.Since(server.begun)))
		server.stop()
		if err != nil {
			return 0, err
		}
	}
	return median(took...), nil
}
