package trigger

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// pass is one transaction over the inbox of some shards, and over the waits and
// delays of theirs that are due.
type pass struct {
	rules     *Rules
	now       time.Time
	random    io.Reader
	log       *slog.Logger
	limits    Limits
	forwarded []int
	more      bool

	replaying map[research.TriggerID]bool // what is left alone

	agenda  agenda // what is decided at once
	project research.ProjectID
	buf     []*Rule
}

func (p *pass) run(ctx context.Context, s Shard) error {
	inbox, err := s.Inbox(ctx, p.limits.Events)
	if err == nil && p.rules.Replaying {
		p.replaying, err = s.Replaying(ctx)
	}
	if err != nil {
		return err
	}
	p.more = len(inbox) == p.limits.Events
	slices.SortStableFunc(inbox, func(a, b Pending) int {
		return cmp.Or(a.Timestamp.Compare(b.Timestamp), cmp.Compare(a.Seq, b.Seq))
	})
	done, err := p.events(ctx, s, inbox)
	if err != nil {
		return err
	}
	if !p.more {
		if err := p.due(ctx, s); err != nil {
			return err
		}
	}
	if err := p.decide(ctx, s, never.UnixMilli()); err != nil {
		return err
	}
	return s.Done(ctx, inbox[:done])
}

// events applies what waits in the inbox, in the order of triggers.md §3: what
// is to be decided at a moment is, after all events of that moment.
func (p *pass) events(ctx context.Context, s Shard, inbox []Pending) (done int, err error) {
	for i := range inbox {
		e := &inbox[i]
		if p.busyElsewhere(e) {
			p.more = true
			return i, nil
		}
		if err := p.decide(ctx, s, e.Timestamp.UnixMilli()); err != nil {
			return i, err
		}
		if err := p.guarded(ctx, s, e); err != nil {
			return i, err
		}
	}
	return len(inbox), nil
}

// busyElsewhere tells whether an event may lead to an invite of another project
// than the one whose invites this transaction reserves.
func (p *pass) busyElsewhere(e *Pending) bool {
	ix := p.rules.Index[e.Project]
	return p.limits.OneProject && p.project != 0 && e.Project != p.project && ix != nil && ix.Asks(&e.Event)
}

// guarded is event for a stranger's event: one that makes the evaluator panic is
// set aside, loudly, and the events behind it go on.
func (p *pass) guarded(ctx context.Context, s Shard, e *Pending) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			p.log.Error("an event could not be evaluated and is set aside", "seq", e.Seq, "project", e.Project, "stack", string(debug.Stack()))
			err = nil
		}
	}()
	return p.event(ctx, s, e)
}

func (p *pass) event(ctx context.Context, s Shard, e *Pending) error {
	who, err := s.Identify(ctx, e)
	if err != nil {
		return err
	}
	if who.Elsewhere >= 0 {
		p.forwarded = append(p.forwarded, who.Elsewhere)
		return nil
	}
	for _, f := range who.Folded {
		if err := p.fold(ctx, s, e, f); err != nil {
			return err
		}
	}
	if ix := p.rules.Index[e.Project]; ix != nil {
		p.buf = ix.Candidates(&e.Event, p.buf[:0])
		v := viewOf(&e.Event, who.Person.Traits)
		for _, r := range p.buf {
			if err := p.advance(ctx, s, &v, r, who.Person.Key); err != nil {
				return err
			}
		}
	}
	p.lookAgain(e.Project, who)
	return nil
}

// advance applies the event of a view to one rule's run of its person.
func (p *pass) advance(ctx context.Context, s Shard, v *view, r *Rule, who research.PersonKey) error {
	if r.Stateless() {
		return p.effects(ctx, s, who, r, r.advance(nil, v))
	}
	if p.replaying[r.TriggerID] || !r.touches(v) {
		return nil
	}
	m, err := s.Memory(ctx, PersonRef{r.Project, who})
	if err != nil {
		return err
	}
	k, err := p.kept(ctx, s, m, r, who)
	if k == nil || err != nil {
		return err
	}
	effects := r.advance(k.Run, v)
	k.changed(r, p.grace(r.Project))
	return p.effects(ctx, s, who, r, effects)
}

// kept is the run of a rule, once what its older versions waited for is ended.
func (p *pass) kept(ctx context.Context, s Shard, m *Memory, r *Rule, who research.PersonKey) (*Kept, error) {
	k, ended := m.run(r)
	return k, p.end(ctx, s, r, who, ended)
}

// end records that matches of an older version are decided no more.
func (p *pass) end(ctx context.Context, s Shard, r *Rule, who research.PersonKey, ended []Match) error {
	effects := make([]Effect, len(ended))
	for i, m := range ended {
		effects[i] = Effect{m, Cancelled, p.now.UnixMilli()}
	}
	return p.effects(ctx, s, who, r, effects)
}

// effects records what became of a run, and puts on the agenda what is decided
// at once.
func (p *pass) effects(ctx context.Context, s Shard, who research.PersonKey, r *Rule, all []Effect) error {
	for _, e := range all {
		at, outcome := r.Moment(&e.Match), research.Waiting
		switch e.Kind {
		case Matched:
			p.project = r.Project
			p.agenda.add(&due{at: at.UnixMilli(), who: who, rule: r, Match: e.Match})
			continue
		case Cancelled:
			at, outcome = time.UnixMilli(e.When).UTC(), research.Cancelled
		}
		if err := s.Record(ctx, record(r, who, &e.Match, at, Verdict{Outcome: outcome}), nil); err != nil {
			return err
		}
	}
	return nil
}

// fold makes the runs of a person part of another's, and so what is about to be
// decided of them.
func (p *pass) fold(ctx context.Context, s Shard, e *Pending, f Folded) error {
	from, err := s.Memory(ctx, PersonRef{e.Project, f.From})
	if err != nil {
		return err
	}
	into, err := s.Memory(ctx, PersonRef{e.Project, f.Into})
	if err != nil {
		return err
	}
	for _, d := range slices.Clone(p.agenda) {
		if d.who == f.From && d.rule.Project == e.Project && !d.off {
			moved := *d
			moved.who, d.off = f.Into, true
			p.agenda.add(&moved)
		}
	}
	for id, old := range from.Runs {
		if p.replaying[id] {
			continue
		}
		r := p.rule(e.Project, id)
		if r != nil && old.Version == r.Version && old.Run != nil {
			k, err := p.kept(ctx, s, into, r, f.Into)
			if err != nil {
				return err
			}
			if k != nil {
				effects := r.Fold(k.Run, old.Run, e.Timestamp.UnixMilli())
				k.changed(r, p.grace(e.Project))
				if err := p.effects(ctx, s, f.Into, r, effects); err != nil {
					return err
				}
			}
		}
		*old = Kept{Version: old.Version, Run: &Run{}, Changed: true}
	}
	return nil
}

// due takes up the waits and delays whose time has come.
func (p *pass) due(ctx context.Context, s Shard) error {
	people, err := s.Due(ctx, p.now, p.limits.People)
	if err != nil {
		return err
	}
	p.more = len(people) == p.limits.People
	for _, ref := range people {
		if p.limits.OneProject && p.project != 0 && ref.Project != p.project {
			p.more = true
			continue
		}
		m, err := s.Memory(ctx, ref)
		if err != nil {
			return err
		}
		for id, k := range m.Runs {
			if err := p.takeUp(ctx, s, ref, id, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// What a node may not know yet, of a trigger that another changed a moment ago,
// and how long a run is put off of which nobody knows the trigger: the store
// deletes those.
const (
	notKnownYet = 2 * time.Second
	notKnown    = time.Minute
)

// takeUp puts on the agenda what is due of a run. One of an older version is
// dropped.
func (p *pass) takeUp(ctx context.Context, s Shard, ref PersonRef, id research.TriggerID, k *Kept) error {
	if k.NextAt.IsZero() || k.NextAt.After(p.now) || p.replaying[id] {
		return nil
	}
	r := p.rule(ref.Project, id)
	switch {
	case r == nil:
		k.postpone(p.now.Add(notKnown))
		return nil
	case k.Version > r.Version:
		k.postpone(p.now.Add(notKnownYet))
		return nil
	case k.Version < r.Version:
		ended := k.Run.Pending
		*k = Kept{Version: k.Version, Run: &Run{}, Changed: true}
		return p.end(ctx, s, r, ref.Key, ended)
	}
	for _, m := range r.TakeUp(k.Run, p.now, p.grace(ref.Project)) {
		p.project = ref.Project
		p.agenda.add(&due{at: r.Moment(&m).UnixMilli(), who: ref.Key, rule: r, Match: m})
	}
	k.changed(r, p.grace(ref.Project))
	return nil
}

// lookAgain puts on the agenda once more what was decided in the last seconds
// before the person said who they are: Segment keeps no order, triggers.md §5.
func (p *pass) lookAgain(project research.ProjectID, who Identity) {
	for _, a := range who.Again {
		if r := p.rule(project, a.Trigger); r != nil && r.Version == a.Version {
			p.project = project
			p.agenda.add(&due{at: r.Moment(&a.Match).UnixMilli(), who: who.Person.Key, rule: r, Match: a.Match, again: true})
		}
	}
}

func (p *pass) rule(project research.ProjectID, id research.TriggerID) *Rule {
	ix := p.rules.Index[project]
	if ix == nil {
		return nil
	}
	r, _ := ix.Rule(id)
	return r
}

// grace is how long a wait that is over still waits for late deliveries.
func (p *pass) grace(project research.ProjectID) time.Duration {
	if of := p.rules.Projects[project]; of != nil {
		return cmp.Or(of.Settings.Grace, research.DefaultGrace)
	}
	return research.DefaultGrace
}
