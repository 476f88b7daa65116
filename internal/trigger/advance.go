package trigger

import (
	"slices"
	"sort"
)

// Effect is what an event did to a run: it made a match that is decided at its
// moment, or it ended one that waited.
type Effect struct {
	Match
	Kind Kind
	When int64 // of the event that ended it, Unix milliseconds
}

// Kind is the kind of an effect.
type Kind int

const (
	Matched   Kind = iota // it is decided at once; the run does not hold it
	Waiting               // the run holds it until its moment
	Cancelled             // the run held it, or would have
)

// advance applies the event of a view to the run of its person: triggers.md §4.
// The person is as known when the event is applied. Events need not come in order;
// each takes part with its own time. The run may be nil where the rule is stateless.
func (r *Rule) advance(run *Run, v *view) []Effect {
	e := v.event
	if r.Stateless() {
		if !r.Steps[0].takesEvent(v) || e.Quiet {
			return nil
		}
		return []Effect{{Match: r.matchOf(e)}}
	}
	run.grow(r)
	p := PointOf(e)
	var out []Effect
	if r.Absent != nil && r.Absent.takesEvent(v) {
		run.Marks[slotAbsent] = r.Absent.mark(run.Marks[slotAbsent], p)
		out = run.cancel(p.At, func(m *Match) bool { return m.At < p.At })
	}
	matched := r.step(run, v, p)
	r.remember(run, v, p)
	if !matched || e.Quiet {
		return out
	}
	if r.Absent == nil {
		return append(out, r.stand(run, r.matchOf(e)))
	}
	return append(out, r.wait(run, r.matchOf(e))...)
}

// cancel ends the pending matches that are meant, of those that were not due
// before it. They are the last ones: who matched later is due later.
func (run *Run) cancel(when int64, meant func(*Match) bool) (out []Effect) {
	from := sort.Search(len(run.Pending), func(i int) bool { return run.Pending[i].Due >= when })
	rest := slices.DeleteFunc(run.Pending[from:], func(m Match) bool {
		if !meant(&m) {
			return false
		}
		out = append(out, Effect{m, Cancelled, when})
		return true
	})
	run.Pending = run.Pending[:from+len(rest)]
	return out
}

// stand takes up a match that nothing can cancel.
func (r *Rule) stand(run *Run, m Match) Effect {
	if r.Delay == 0 {
		return Effect{Match: m}
	}
	run.hold(m)
	return Effect{Match: m, Kind: Waiting}
}

func (run *Run) hold(m Match) {
	i, _ := slices.BinarySearchFunc(run.Pending, m, func(a, b Match) int { return a.compare(b.Point) })
	run.Pending = slices.Insert(run.Pending, i, m)
}

// wait starts a wait, in place of the one that is pending at its time. One that
// arrives late may have been replaced or cancelled already by what came after it.
func (r *Rule) wait(run *Run, m Match) []Effect {
	out := run.cancel(m.At, func(w *Match) bool { return w.before(m.Point) })
	end, over := r.overtaken(run, &m)
	run.Marks[slotMatch] = markLast(run.Marks[slotMatch], m.Point)
	if over {
		return append(out, Effect{m, Cancelled, end})
	}
	run.hold(m)
	return append(out, Effect{Match: m, Kind: Waiting})
}

// overtaken is when a late match was ended by an event that arrived before it.
func (r *Rule) overtaken(run *Run, m *Match) (end int64, over bool) {
	absent, cancelled := firstIn(run.Marks[slotAbsent], m.At, m.Due)
	for _, later := range run.Marks[slotMatch] {
		if m.before(later) && later.At <= m.Due && (!cancelled || later.At < absent.At) {
			return later.At, true
		}
	}
	return absent.At, cancelled
}

// step moves the run on by one event, from the last step to the first, and tells
// whether that was the last one.
func (r *Rule) step(run *Run, v *view, p Point) bool {
	for i := len(r.Steps) - 1; i >= 0; i-- {
		if !r.completes(run, v, p, i) {
			continue
		}
		if i == len(r.Steps)-1 {
			clear(run.Last)
			return true
		}
		if run.Last[i].before(p) {
			run.Last[i] = p
		}
		return false
	}
	return false
}

func (r *Rule) completes(run *Run, v *view, p Point, i int) bool {
	s := &r.Steps[i]
	if i == 0 {
		return s.takesEvent(v) && r.counts(run, p) && r.history(run, p)
	}
	from := run.Last[i-1]
	return from.Seq != 0 && from.before(p) && (s.Within == 0 || p.At-from.At <= s.Within.Milliseconds()) && s.takesEvent(v)
}

// counts tells whether on has happened often enough, this event included.
func (r *Rule) counts(run *Run, p Point) bool {
	on := &r.Steps[0]
	return on.Times <= 1 || on.happened(run.Marks[slotOn], p)+1 >= on.Times
}

// history tells whether did and did_not hold of what happened before.
func (r *Rule) history(run *Run, p Point) bool {
	for i := range r.Did {
		if r.Did[i].happened(run.Marks[slotDid+i], p) < max(1, r.Did[i].Times) {
			return false
		}
	}
	for i := range r.DidNot {
		if r.DidNot[i].happened(run.Marks[slotDid+len(r.Did)+i], p) > 0 {
			return false
		}
	}
	return true
}

// remember marks the event where on counts it and did or did_not look for it.
func (r *Rule) remember(run *Run, v *view, p Point) {
	if on := &r.Steps[0]; on.Times > 1 && on.takesEvent(v) {
		run.Marks[slotOn] = on.mark(run.Marks[slotOn], p)
	}
	for i := slotDid; i < r.slots(); i++ {
		if s := r.slot(i); s.takesEvent(v) {
			run.Marks[i] = s.mark(run.Marks[i], p)
		}
	}
}

// touches tells whether the event satisfies any slot of the rule: if not, nothing
// has to be read or written.
func (r *Rule) touches(v *view) bool {
	for s := range r.all {
		if s.takesEvent(v) {
			return true
		}
	}
	return false
}
