package ingest

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Store keeps events.
type Store interface {
	// Append stores those events that are not there yet, and the work they
	// cause, in one transaction. It sets Seq of each stored event and tells,
	// event by event, which were. It is all or nothing.
	Append(ctx context.Context, events []research.Event) (stored []bool, err error)
}

// Limits of the group commit.
const (
	maxGroup  = 1000     // events in one transaction
	maxQueued = 20_000   // events that may wait; beyond, senders are asked to come back
	maxBytes  = 64 << 20 // bytes of JSON that may wait
)

// Writer stores events in groups. There is no timer: a group is what arrived
// while the last one was written, so a lone event never waits for company.
// Projects take turns, and one that has nothing waiting is always let in, so
// that none can shut another out.
type Writer struct {
	store Store
	watch Watcher
	log   *slog.Logger

	mu     sync.Mutex
	queued map[research.ProjectID][]*pending
	turns  []research.ProjectID // those that have something queued, the next one first
	events int
	bytes  int
	closed bool
	wake   chan struct{}
	done   chan struct{}
}

type pending struct {
	events []research.Event
	bytes  int // of their JSON
	stored []bool
	err    error
	ready  chan struct{}
}

// NewWriter starts the group commit. Close ends it.
func NewWriter(store Store, watch Watcher, log *slog.Logger) *Writer {
	w := &Writer{store: store, watch: watch, log: log, queued: map[research.ProjectID][]*pending{},
		wake: make(chan struct{}, 1), done: make(chan struct{})}
	go w.run()
	return w
}

// Write stores events and returns once they are committed, telling which of
// them were new. An Unavailable or Quota error means that nothing was kept and
// the sender should try again. The events are stored even if ctx ends meanwhile.
func (w *Writer) Write(ctx context.Context, events []research.Event) ([]bool, error) {
	if len(events) == 0 {
		return nil, nil
	}
	p := &pending{events: events, bytes: size(events), ready: make(chan struct{})}
	if err := w.enqueue(p); err != nil {
		return nil, err
	}
	select {
	case <-p.ready:
		return p.stored, p.err
	case <-ctx.Done():
		return nil, &research.Error{Code: research.Unavailable, Message: "The request ended before its events were stored. Send it again.", Err: ctx.Err()}
	}
}

func (w *Writer) enqueue(p *pending) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return research.Errorf(research.Unavailable, "The server is shutting down. Send this again in a moment.")
	}
	project := p.events[0].Project
	mine := w.queued[project]
	if len(mine) > 0 && (w.events+len(p.events) > maxQueued || w.bytes+p.bytes > maxBytes) {
		return research.Errorf(research.Unavailable, "Events arrive faster than they can be stored. Send this again in a moment.")
	}
	if len(mine) == 0 {
		w.turns = append(w.turns, project)
	}
	w.queued[project] = append(mine, p)
	w.events += len(p.events)
	w.bytes += p.bytes
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return nil
}

// Close stores what is queued and stops.
func (w *Writer) Close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.wake)
	}
	w.mu.Unlock()
	<-w.done
}

func (w *Writer) run() {
	defer close(w.done)
	for range w.wake {
		w.drain()
	}
	w.drain() // what came between the last wake and the close
}

func (w *Writer) drain() {
	for {
		group := w.take()
		if len(group) == 0 {
			return
		}
		w.commit(group)
	}
}

// take removes the next group, a request of each project in turn: at least one,
// at most maxGroup events.
func (w *Writer) take() (group []*pending) {
	w.mu.Lock()
	defer w.mu.Unlock()
	events := 0
	for len(w.turns) > 0 {
		next := w.queued[w.turns[0]][0]
		if events += len(next.events); events > maxGroup && len(group) > 0 {
			break
		}
		group = append(group, next)
		w.pass(next)
	}
	return group
}

// pass takes the request out whose project's turn it was, and lets the next one.
func (w *Writer) pass(p *pending) {
	project := w.turns[0]
	w.turns = w.turns[1:]
	if rest := w.queued[project][1:]; len(rest) > 0 {
		w.queued[project] = rest
		w.turns = append(w.turns, project)
	} else {
		delete(w.queued, project)
	}
	w.events -= len(p.events)
	w.bytes -= p.bytes
}

// size is the bytes of JSON that events hold on to.
func size(events []research.Event) (n int) {
	for i := range events {
		n += len(events[i].Properties) + len(events[i].Traits) + len(events[i].Context)
	}
	return n
}

// commit writes a group. Where it fails, each request is tried alone: one that
// cannot be stored must not cost its neighbours.
func (w *Writer) commit(group []*pending) {
	err := w.commitTogether(group)
	if err == nil || len(group) == 1 {
		for _, p := range group {
			w.finish(p, err)
		}
		return
	}
	w.log.Warn("group commit failed, trying its requests one by one", "requests", len(group), "err", err)
	for _, p := range group {
		w.finish(p, w.commitTogether([]*pending{p}))
	}
}

func (w *Writer) finish(p *pending, err error) {
	if err != nil {
		w.log.Error("events could not be stored", "events", len(p.events), "err", err)
		p.err = &research.Error{Code: research.Unavailable, Message: "The events could not be stored. Send them again in a moment.", Err: err}
	}
	close(p.ready)
}

// commitTime bounds one transaction, so that a stuck disk becomes an answer.
const commitTime = 30 * time.Second

func (w *Writer) commitTogether(group []*pending) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitTime)
	defer cancel()
	var all []research.Event
	for _, p := range group {
		all = append(all, p.events...)
	}
	stored, err := w.store.Append(ctx, all)
	if err != nil {
		return err
	}
	if len(stored) != len(all) {
		return errors.New("the store answered for another number of events")
	}
	w.watch.Stored(all, stored)
	for _, p := range group {
		n := len(p.events)
		copy(p.events, all[:n])
		p.stored = stored[:n:n]
		all, stored = all[n:], stored[n:]
	}
	return nil
}
