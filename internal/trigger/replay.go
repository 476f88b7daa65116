package trigger

import (
	"slices"
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
	// stands, where there is one, makes it a replay of what was: runs keep the
	// matches that stand, nothing is decided, and touched is told whose run changed.
	stands  func(*Match) bool
	touched func(research.PersonKey)
	buf     []*Rule
}

// actor is a person in a replay.
type actor struct {
	research.Person
	groupAt Point // when they were last put into one
	runs    map[*Rule]*Run
	due     map[matchKey]*due // on the agenda, for a fold moves them
	invited invited
}

// invited is when somebody was, Unix milliseconds; 0: never.
type invited struct {
	byAny int64
	by    map[*Rule]int64
}

// NewReplay makes a replay for rules of one project.
func NewReplay(rules []*Rule) *Replay {
	r := newReplay(rules...)
	for _, rule := range rules {
		r.reads.of(rule)
	}
	return r
}

// newReplay makes one that reads nothing of events but their ids.
func newReplay(rules ...*Rule) *Replay {
	return &Replay{index: NewIndex(rules...), people: map[research.PersonKey]*actor{}, groups: map[string]research.Traits{}}
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
	r.buf = r.index.Candidates(e, r.buf[:0])
	if len(r.buf) == 0 && !r.reads.tells(e) {
		return nil
	}
	who := r.person(owner)
	r.learn(who, e)
	v := viewOf(e, who.Traits)
	for _, rule := range r.buf {
		r.effects(who, rule, rule.advance(who.run(rule), &v))
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
	switch {
	case !r.reads.tells(e):
	case e.Type == research.Identify && !e.MayTeach(who.Key):
	case e.Type == research.Identify:
		who.Traits.Set(e.Traits, e.Timestamp, e.Seq)
	case e.Type == research.Group:
		if at := PointOf(e); !at.before(who.groupAt) {
			who.Group, who.groupAt = e.GroupID, at
		}
		if r.groups[e.GroupID] == nil {
			r.groups[e.GroupID] = research.Traits{}
		}
		r.groups[e.GroupID].Set(e.Traits, e.Timestamp, e.Seq)
	}
}

// effects puts what became of a run on the agenda.
func (r *Replay) effects(who *actor, rule *Rule, all []Effect) {
	if r.stands != nil {
		r.keep(who, rule, all)
		return
	}
	for _, e := range all {
		d := &due{at: rule.Moment(&e.Match).UnixMilli(), who: who.Key, rule: rule, Match: e.Match}
		if e.Kind == Cancelled {
			d.at, d.cancelled = e.When, true
		}
		r.expect(who, d)
	}
}

// manyPending is how many matches a run keeps before those that are over are
// looked for.
const manyPending = 64

// keep leaves with a run what is still to be decided, matches that had no moment
// to wait for included.
func (r *Replay) keep(who *actor, rule *Rule, all []Effect) {
	run := who.run(rule)
	for _, e := range all {
		if e.Kind == Matched && r.stands(&e.Match) {
			run.hold(e.Match)
		}
	}
	if len(run.Pending) > manyPending {
		run.Pending = slices.DeleteFunc(run.Pending, func(m Match) bool { return m.Due < r.now && !r.stands(&m) })
	}
	r.touched(who.Key)
}

// matchKey tells the matches of a person apart.
type matchKey struct {
	rule *Rule
	seq  int64
}

func (d *due) key() matchKey { return matchKey{d.rule, d.Seq} }

// expect puts a match on the agenda, in place of what stood there of it.
func (r *Replay) expect(who *actor, d *due) {
	if before := who.due[d.key()]; before != nil {
		before.off = true
	}
	if who.due == nil {
		who.due = map[matchKey]*due{}
	}
	who.due[d.key()] = d
	r.agenda.add(d)
}

// done forgets what was due.
func (a *actor) done(d *due) {
	delete(a.due, d.key())
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
	if into.groupAt.before(old.groupAt) {
		into.Group, into.groupAt = old.Group, old.groupAt
	}
	into.invited.fold(old.invited)
	for _, d := range old.due {
		moved := *d
		moved.who, d.off = f.into, true
		r.expect(into, &moved)
	}
	for rule, run := range old.runs {
		if r.touched != nil {
			r.touched(f.from)
		}
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
