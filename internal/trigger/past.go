package trigger

import (
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Activation is a trigger that became active, or changed while it was: what
// stored events mean to it has to be found out before it can go by that.
type Activation struct {
	Project research.ProjectID
	Trigger research.TriggerID
	Version int
	Attempt int       // the number of the try
	Begun   time.Time // when it was asked for
	// Floor is the last event that was evaluated by then. Matches of later ones are
	// decided, as ever; of earlier ones those whose moment was still to come.
	Floor int64
}

// Past makes the runs of one rule out of stored events, which it is given in
// stretches of the log. It decides nothing.
type Past struct {
	rule    *Rule
	from    Activation
	replay  *Replay
	decided map[int64]bool // numbers of events whose match was decided by others
	changed map[research.PersonKey]bool

	events stretch
}

// PastRun is the run of a person as an activation found it; it is empty where
// there is none any more.
type PastRun struct {
	Key research.PersonKey
	Kept
}

// NewPast begins without any event.
func NewPast(rule *Rule, a Activation) *Past {
	p := &Past{rule: rule, from: a, replay: newReplay(rule), changed: map[research.PersonKey]bool{}, events: newStretch()}
	for s := range rule.all {
		p.replay.reads.where(s.where)
	}
	p.replay.stands, p.replay.touched = p.stands, func(key research.PersonKey) { p.changed[key] = true }
	return p
}

// stands tells whether a match is still to be decided.
func (p *Past) stands(m *Match) bool {
	return p.rule.Moment(m).After(p.from.Begun) || m.Seq > p.from.Floor && !p.decided[m.Seq]
}

// Decided tells which events later than the floor were decided about already, by
// a process that did not know of the activation.
func (p *Past) Decided(seqs map[int64]bool) { p.decided = seqs }

// Needs is which events the rule can learn something from.
func (p *Past) Needs() PastNeeds {
	return p.replay.needs(p.rule)
}

func (r *Replay) needs(rules ...*Rule) PastNeeds {
	n := PastNeeds{Identify: len(r.reads.traits) > 0, Group: len(r.reads.group) > 0, Named: map[EventName]bool{}}
	for _, rule := range rules {
		for s := range rule.all {
			n.Anything = n.Anything || len(s.Names) == 0
			for _, name := range s.Names {
				n.Named[EventName{s.Type, name}] = true
			}
		}
	}
	return n
}

// PastNeeds says which events of the log are to be read: what joins persons is in
// any case.
type PastNeeds struct {
	Named    map[EventName]bool
	Anything bool // whatever the name
	Identify bool
	Group    bool
}

// EventName is a type of event, and its name.
type EventName struct {
	Type research.EventType
	Name string
}

// Add takes an event of the stretch at hand. The caller may use it again.
func (p *Past) Add(e *research.Event) error {
	p.events.add(p.replay, e)
	return nil
}

// Play applies the stretch at hand, in the order of triggers.md §3. A stranger's
// event that makes the evaluator panic is left out; broken is told of it.
func (p *Past) Play(broken func(seq int64, stack []byte)) error {
	return p.events.play(p.rule.Project, func(e *research.Event) (err error) {
		defer func() {
			if fault := recover(); fault != nil {
				broken(e.Seq, debug.Stack())
			}
		}()
		return p.replay.Apply(e)
	})
}

// Changed gives the runs that changed since it was last called, in the order of
// their keys. grace is the project's.
func (p *Past) Changed(grace time.Duration) (all []PastRun) {
	for _, key := range slices.Sorted(maps.Keys(p.changed)) {
		run := &Run{}
		if who := p.replay.people[key]; who != nil && who.runs[p.rule] != nil {
			run = who.runs[p.rule]
			p.forget(run)
		}
		k := Kept{Version: p.rule.Version, Run: run}
		k.changed(p.rule, grace)
		all = append(all, PastRun{key, k})
	}
	clear(p.changed)
	return all
}

// Waits is what is still to be decided, as the log of decisions has it: at most so
// many, the soonest.
func (p *Past) Waits(most int) (all []*research.Decision) {
	for _, d := range p.soonest(most) {
		all = append(all, record(p.rule, d.who, &d.Match, fromMilli(d.at), Verdict{Outcome: research.Waiting}))
	}
	return all
}

func (p *Past) soonest(most int) (all []*due) {
	for key, who := range p.replay.people {
		if who.runs[p.rule] == nil {
			continue
		}
		for _, m := range who.runs[p.rule].Pending {
			at := p.rule.Moment(&m)
			if !at.After(p.from.Begun) || len(all) == most && at.UnixMilli() > all[most-1].at {
				continue
			}
			d := &due{at: at.UnixMilli(), who: key, rule: p.rule, Match: m}
			i, _ := slices.BinarySearchFunc(all, d, compareDue)
			all = slices.Insert(all, i, d)
			all = all[:min(len(all), most)]
		}
	}
	return all
}

func (p *Past) forget(run *Run) {
	run.Pending = slices.DeleteFunc(run.Pending, func(m Match) bool { return !p.stands(&m) })
}
