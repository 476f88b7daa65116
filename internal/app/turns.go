package app

import (
	"context"
	"sync"

	"github.com/usercall/usercall/internal/research"
)

// turns lets one piece of long work run for each project, and few in all.
type turns struct {
	all chan struct{}
	mu  sync.Mutex
	of  map[research.ProjectID]chan struct{}
}

func newTurns(atOnce int) *turns {
	return &turns{all: make(chan struct{}, atOnce), of: map[research.ProjectID]chan struct{}{}}
}

// take waits for a turn, or until ctx ends; waiting is called once where it has to.
// end gives the turn back.
func (t *turns) take(ctx context.Context, p research.ProjectID, waiting func()) (end func(), err error) {
	own := t.project(p)
	told := false
	for _, turn := range []chan struct{}{own, t.all} {
		select {
		case turn <- struct{}{}:
			continue
		default:
		}
		if !told {
			waiting()
			told = true
		}
		select {
		case turn <- struct{}{}:
		case <-ctx.Done():
			if turn == t.all {
				<-own
			}
			return nil, ctx.Err()
		}
	}
	return func() { <-t.all; <-own }, nil
}

func (t *turns) project(p research.ProjectID) chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of[p] == nil {
		t.of[p] = make(chan struct{}, 1)
	}
	return t.of[p]
}
