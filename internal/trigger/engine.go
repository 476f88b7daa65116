package trigger

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Rules is everything that is active, by project. It is replaced as a whole
// when a study changes, and never changed in place.
type Rules struct {
	Index    map[research.ProjectID]*Index
	Projects map[research.ProjectID]*research.Project
}

// Engine evaluates stored events: it is the loop around the pure Decide.
type Engine struct {
	store  Store
	rules  atomic.Pointer[Rules]
	now    func() time.Time
	random io.Reader
	log    *slog.Logger
	wake   chan struct{}
}

// NewEngine makes an engine without rules.
func NewEngine(store Store, now func() time.Time, random io.Reader, log *slog.Logger) *Engine {
	e := &Engine{store: store, now: now, random: random, log: log, wake: make(chan struct{}, 1)}
	e.rules.Store(&Rules{})
	return e
}

// SetRules makes the engine decide by these rules from the next transaction on.
func (e *Engine) SetRules(r *Rules) { e.rules.Store(r) }

// Needs is what active triggers of the project read.
func (e *Engine) Needs(p research.ProjectID) []EventNeed {
	if ix := e.rules.Load().Index[p]; ix != nil {
		return ix.Names()
	}
	return nil
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
	shards, err := e.store.DueShards(ctx)
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

// pass is one transaction over the inbox of some shards.
type pass struct {
	rules     *Rules
	now       time.Time
	random    io.Reader
	log       *slog.Logger
	limits    Limits
	forwarded []int
	more      bool
}

func (p *pass) run(ctx context.Context, s Shard) error {
	inbox, err := s.Inbox(ctx, p.limits.Events)
	if err != nil {
		return err
	}
	p.more = len(inbox) == p.limits.Events
	slices.SortStableFunc(inbox, func(a, b Pending) int { return a.Timestamp.Compare(b.Timestamp) })
	done, reserved := 0, research.ProjectID(0)
	for i := range inbox {
		if p.limits.OneProject && reserved != 0 && inbox[i].Project != reserved {
			p.more = true
			break
		}
		invited, err := p.guarded(ctx, s, &inbox[i])
		if err != nil {
			return err
		}
		if done++; invited {
			reserved = inbox[i].Project
		}
	}
	return s.Done(ctx, inbox[:done])
}

// guarded is event for a stranger's event: one that makes the evaluator panic is
// set aside, loudly, and the events behind it go on.
func (p *pass) guarded(ctx context.Context, s Shard, e *Pending) (invited bool, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			p.log.Error("an event could not be evaluated and is set aside", "seq", e.Seq, "project", e.Project, "stack", string(debug.Stack()))
			invited, err = false, nil
		}
	}()
	return p.event(ctx, s, e)
}

// event evaluates one event and tells whether it led to an invite.
func (p *pass) event(ctx context.Context, s Shard, e *Pending) (bool, error) {
	person, elsewhere, err := s.Identify(ctx, e)
	if err != nil {
		return false, err
	}
	if elsewhere >= 0 {
		p.forwarded = append(p.forwarded, elsewhere)
		return false, nil
	}
	ix := p.rules.Index[e.Project]
	if ix == nil || e.Quiet {
		return false, nil
	}
	invited := false
	for _, r := range ix.Match(&e.Event, person.Traits) {
		won, err := p.match(ctx, s, e, r, person)
		if err != nil {
			return false, err
		}
		invited = invited || won
	}
	return invited, nil
}

// match decides one match and, where the gates let it, reserves the invite.
func (p *pass) match(ctx context.Context, s Shard, e *Pending, r *Rule, person *research.Person) (bool, error) {
	facts, err := s.Facts(ctx, r, person, p.now)
	if err != nil {
		return false, err
	}
	facts.At = p.now
	facts.setEvent(&e.Event, p.rules.Projects[e.Project])
	verdict := Decide(r, facts, p.now)
	var made *research.Invite
	if verdict.Outcome == research.Invited {
		made, verdict, err = p.reserve(ctx, s, e, r, person, facts, verdict)
		if err != nil {
			return false, err
		}
	}
	d := &research.Decision{At: p.now, Project: e.Project, Study: r.StudyID, Trigger: r.TriggerID, Version: r.Version,
		Person: person.Key, MessageID: e.MessageID, EventSeq: e.Seq, EventName: e.Name, Outcome: verdict.Outcome, Gate: verdict.Gate,
		Detail: verdict.Detail, Remedy: verdict.Remedy}
	return made != nil, s.Record(ctx, d, made)
}

func (p *pass) reserve(ctx context.Context, s Shard, e *Pending, r *Rule, person *research.Person, f Facts, v Verdict) (*research.Invite, Verdict, error) {
	id, err := research.NewID(research.PrefixInvite, p.now, p.random)
	if err != nil {
		return nil, v, err
	}
	made, gate, err := s.Reserve(ctx, r, &research.Invite{
		PublicID: id, Project: e.Project, Study: r.StudyID, Trigger: r.TriggerID, Person: person.Key,
		MessageID: e.MessageID, EventSeq: e.Seq, EventName: e.Name, Verified: e.Proved(), TicketHash: e.TicketHash,
		ReservedAt: p.now, ExpiresAt: r.ExpiresAt(p.now),
	}, f.quotasOf(r))
	if err != nil {
		return nil, v, err
	}
	if gate != "" {
		return nil, Overtaken(gate), nil
	}
	return made, v, nil
}
