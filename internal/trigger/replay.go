package trigger

import (
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Replay applies recorded events, in the order of their times, to rules whose
// state begins empty: the same functions as live, over a memory of its own.
type Replay struct {
	index  *Index
	reads  reads
	joins  joins
	people map[research.PersonKey]*actor
	groups map[string]research.Traits
	agenda agenda
	now    int64 // of the last event, Unix milliseconds
	// take is told of every match at its moment, and of every one that was
	// cancelled, in the order of triggers.md §8.
	take func(*actor, *due) error
	buf  []*Rule
}

// reads is what of who somebody is the rules look at.
type reads struct{ traits, group bool }

// actor is a person in a replay.
type actor struct {
	research.Person
	groupAt int64
	runs    map[*Rule]*Run
	due     []*due // on the agenda, for a fold moves them
	invited invited
}

// invited is when somebody was, Unix milliseconds; 0: never.
type invited struct {
	byAny int64
	by    map[*Rule]int64
}

// NewReplay makes a replay for rules of one project.
func NewReplay(rules []*Rule) *Replay {
	r := &Replay{index: NewIndex(rules...), people: map[research.PersonKey]*actor{}, groups: map[string]research.Traits{}}
	for _, rule := range rules {
		rule.reads(func(p Path) {
			r.reads.traits = r.reads.traits || p.Root == RootTraits || p.Root == RootEmail
			r.reads.group = r.reads.group || p.Root == RootGroup
		})
	}
	return r
}

// reads calls yield with every path that the rule looks at.
func (r *Rule) reads(yield func(Path)) {
	all := []*compiled{r.who}
	for _, q := range r.Quotas {
		all = append(all, q.where)
	}
	for i := range r.slots() {
		all = append(all, r.slot(i).where)
	}
	for i := range r.Steps {
		all = append(all, r.Steps[i].where)
	}
	for _, c := range all {
		c.paths(yield)
	}
}

// Needs tells whether a rule may look at the event, or at what it says of
// somebody. Of the others only ids matter.
func (r *Replay) Needs(e *research.Event) bool {
	switch e.Type {
	case research.Identify:
		return r.reads.traits
	case research.Group:
		return r.reads.group
	case research.Alias:
		return true
	}
	return r.index.Asks(e)
}

// Apply takes the next event.
func (r *Replay) Apply(e *research.Event) error {
	if at := e.Timestamp.UnixMilli(); at > r.now {
		if err := r.pass(at); err != nil {
			return err
		}
		r.now = at
	}
	owner, folds := r.joins.take(e)
	for _, f := range folds {
		r.fold(f)
	}
	if !r.Needs(e) {
		return nil
	}
	who := r.person(owner)
	r.learn(who, e)
	r.buf = r.index.Candidates(e, r.buf[:0])
	for _, rule := range r.buf {
		r.effects(who, rule, rule.Advance(who.run(rule), e, who.Traits))
	}
	return nil
}

// pass takes what is due before a time.
func (r *Replay) pass(before int64) error {
	for d := r.agenda.next(before); d != nil; d = r.agenda.next(before) {
		who := r.people[d.who]
		who.done(d)
		if r.take == nil {
			continue
		}
		if err := r.take(who, d); err != nil {
			return err
		}
	}
	return nil
}

func (r *Replay) person(key research.PersonKey) *actor {
	who := r.people[key]
	if who == nil {
		who = &actor{Person: research.Person{Key: key, Traits: research.Traits{}}}
		r.people[key] = who
	}
	return who
}

func (a *actor) run(rule *Rule) *Run {
	if rule.Stateless() {
		return nil
	}
	run := a.runs[rule]
	if run == nil {
		if a.runs == nil {
			a.runs = map[*Rule]*Run{}
		}
		run = &Run{}
		a.runs[rule] = run
	}
	return run
}

func (r *Replay) learn(who *actor, e *research.Event) {
	at := PointOf(e)
	switch {
	case e.Type == research.Identify && r.reads.traits:
		who.Traits.Set(e.Traits, e.Timestamp, e.Seq)
	case e.Type == research.Group && e.GroupID != "" && r.reads.group:
		if at.At >= who.groupAt {
			who.Group, who.groupAt = e.GroupID, at.At
		}
		if r.groups[e.GroupID] == nil {
			r.groups[e.GroupID] = research.Traits{}
		}
		r.groups[e.GroupID].Set(e.Traits, e.Timestamp, e.Seq)
	}
}

// effects puts what became of a run on the agenda.
func (r *Replay) effects(who *actor, rule *Rule, all []Effect) {
	for _, e := range all {
		d := &due{at: rule.Moment(&e.Match).UnixMilli(), who: who.Key, rule: rule, Match: e.Match}
		if e.Kind == Cancelled {
			who.strike(rule, e.Seq)
			d.at, d.cancelled = e.When, true
		}
		who.due = append(who.due, d)
		r.agenda.add(d)
	}
}

// strike takes a match off the agenda.
func (a *actor) strike(rule *Rule, seq int64) {
	for _, d := range a.due {
		if d.rule == rule && d.Seq == seq && !d.cancelled {
			d.off = true
			a.forget(d)
			return
		}
	}
}

func (a *actor) forget(gone *due) {
	for i, d := range a.due {
		if d == gone {
			a.due[i] = a.due[len(a.due)-1]
			a.due = a.due[:len(a.due)-1]
			return
		}
	}
}

// done forgets what was due.
func (a *actor) done(d *due) {
	a.forget(d)
	if run := a.runs[d.rule]; run != nil && !d.cancelled {
		run.drop(d.Seq)
	}
}

// fold makes a person part of another: triggers.md §3.
func (r *Replay) fold(f fold) {
	old := r.people[f.from]
	if old == nil {
		return
	}
	delete(r.people, f.from)
	into := r.person(f.into)
	into.Traits.Fold(old.Traits)
	if old.groupAt > into.groupAt {
		into.Group, into.groupAt = old.Group, old.groupAt
	}
	into.invited.fold(old.invited)
	for _, d := range old.due {
		moved := *d
		moved.who, d.off = f.into, true
		into.due = append(into.due, &moved)
		r.agenda.add(&moved)
	}
	for rule, run := range old.runs {
		r.effects(into, rule, rule.Fold(into.run(rule), run, r.now))
	}
}

func (i *invited) fold(o invited) {
	i.byAny = max(i.byAny, o.byAny)
	for rule, at := range o.by {
		i.set(rule, max(at, i.by[rule]))
	}
}

func (i *invited) set(rule *Rule, at int64) {
	if i.by == nil {
		i.by = map[*Rule]int64{}
	}
	i.by[rule] = at
}

// End takes what is due up to a time, as if no more events followed. What is due
// later stays on the agenda.
func (r *Replay) End(at time.Time) error { return r.pass(at.UnixMilli() + 1) }
