package trigger

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Rules is everything that is active, by project. It is replaced as a whole when a
// study changes, but for the indexes, which are edited: see Engine.Change.
type Rules struct {
	Index    map[research.ProjectID]*Index
	Projects map[research.ProjectID]*research.Project
	// Replaying: runs of some trigger are being made out of stored events, or were
	// when the rules were read. Nobody goes by those.
	Replaying bool
}

// Engine evaluates stored events: it is the loop around the pure Decide.
type Engine struct {
	store  Store
	rules  atomic.Pointer[Rules]
	now    func() time.Time
	random io.Reader
	log    *slog.Logger
	wake   chan struct{}
	// held by transactions that go by the rules, and while these change
	changing sync.RWMutex
}

// NewEngine makes an engine without rules.
func NewEngine(store Store, now func() time.Time, random io.Reader, log *slog.Logger) *Engine {
	e := &Engine{store: store, now: now, random: random, log: log, wake: make(chan struct{}, 1)}
	e.rules.Store(&Rules{})
	return e
}

// SetRules makes the engine decide by these rules from the next transaction on.
func (e *Engine) SetRules(r *Rules) { e.rules.Store(r) }

// Change is SetRules for rules whose indexes are those of before, edited. No
// transaction goes on meanwhile: one that began when no trigger was replayed must
// not meet a rule of which others make the runs.
func (e *Engine) Change(edit func() *Rules) {
	e.changing.Lock()
	defer e.changing.Unlock()
	e.SetRules(edit())
}

// Needs is what active triggers of the project read.
func (e *Engine) Needs(p research.ProjectID) []EventNeed {
	if ix := e.rules.Load().Index[p]; ix != nil {
		return ix.Names()
	}
	return nil
}

// Signed tells whether a card of the project can come up without a request of
// its own page.
func (e *Engine) Signed(p research.ProjectID) bool {
	ix := e.rules.Load().Index[p]
	return ix != nil && ix.Signed()
}

// Asks tells whether an active trigger may want to see the event.
func (e *Engine) Asks(event *research.Event) bool {
	ix := e.rules.Load().Index[event.Project]
	return ix != nil && ix.Asks(event)
}

// Offer is the rule of a trigger, if it is active.
func (e *Engine) Offer(p research.ProjectID, t research.TriggerID) (*Rule, bool) {
	ix := e.rules.Load().Index[p]
	if ix == nil {
		return nil, false
	}
	r, ok := ix.Rule(t)
	return r, ok && r.Active
}

// Wake hints that events were stored. Losing it costs a poll, nothing more.
func (e *Engine) Wake() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

const (
	poll      = 500 * time.Millisecond // for what no wake-up told of
	decideFor = 2 * time.Second        // how long a page waits for a decision
)

// Run evaluates what nobody waits for, until ctx ends. After each round it rests
// for twice as long as that took, so that under load a transaction serves many
// events and leaves room for those that arrive.
func (e *Engine) Run(ctx context.Context) {
	for ctx.Err() == nil {
		began := time.Now()
		if _, err := e.sweep(ctx); err != nil && ctx.Err() == nil {
			e.log.Error("events could not be evaluated; they stay in the inbox", "err", err)
		}
		rest(ctx, min(2*time.Since(began), longestRest))
		select {
		case <-ctx.Done():
		case <-e.wake:
		case <-time.After(poll):
		}
	}
}

const longestRest = 50 * time.Millisecond

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// Settle evaluates what waits, for a program that has no loop of Run, until
// nothing waits or it has gone over everything so many times: others may add.
func (e *Engine) Settle(ctx context.Context, times int) error {
	for range times {
		if some, err := e.sweep(ctx); err != nil || !some {
			return err
		}
	}
	return nil
}

// sweep evaluates every due shard, and tells whether there was one. A node has
// one such transaction at a time: two would mostly wait for the rows of groups
// and projects.
func (e *Engine) sweep(ctx context.Context) (some bool, err error) {
	shards, err := e.store.DueShards(ctx, e.now())
	if err != nil {
		return false, err
	}
	return len(shards) > 0, e.sweepGroup(ctx, shards)
}

// sweepGroup evaluates some shards together. Where that fails, each is tried
// alone: one of them must not hold up its neighbours.
func (e *Engine) sweepGroup(ctx context.Context, shards []int) error {
	_, err := e.drain(ctx, shards, false)
	if err == nil || ctx.Err() != nil || len(shards) <= 1 {
		return err
	}
	e.log.Warn("shards could not be evaluated together, trying them one by one", "shards", len(shards), "err", err)
	var failed error
	for _, shard := range shards {
		_, err := e.drain(ctx, []int{shard}, false)
		failed = errors.Join(failed, err)
	}
	return failed
}

// Decide evaluates the persons of these events, who wait for the answer, for at
// most two seconds. It tells whether all of them are done; the others stay in
// the inbox.
func (e *Engine) Decide(ctx context.Context, events []research.Event) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), decideFor)
	defer cancel()
	var shards []int
	for i := range events {
		shards = append(shards, events[i].Person().Shard(events[i].Project))
	}
	slices.Sort(shards)
	held, err := e.drain(ctx, slices.Compact(shards), true)
	if err != nil && ctx.Err() != nil {
		return false, nil
	}
	return held, err
}

// drain evaluates shards until their inbox is empty, and the shards that their
// events were forwarded to. An event is forwarded once: a linked person is a
// user, whose shard is final.
func (e *Engine) drain(ctx context.Context, shards []int, wait bool) (bool, error) {
	for len(shards) > 0 {
		var pass pass
		held, err := e.store.InShards(ctx, shards, wait, func(s Shard) error {
			e.changing.RLock()
			defer e.changing.RUnlock()
			pass = e.newPass()
			return pass.run(ctx, s)
		})
		if err != nil || !held {
			return held, err
		}
		if len(pass.forwarded) > 0 {
			slices.Sort(pass.forwarded)
			if held, err := e.drain(ctx, slices.Compact(pass.forwarded), wait); err != nil || !held {
				return held, err
			}
		}
		if !pass.more {
			break
		}
	}
	return true, nil
}

func (e *Engine) newPass() pass {
	return pass{rules: e.rules.Load(), now: e.now(), random: e.random, log: e.log, limits: e.store.Limits()}
}
