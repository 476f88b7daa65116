package trigger_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// match is an event that made a match of a rule.
type match struct {
	*said
	rule    *trigger.Rule
	due, at int64 // of the wait, of the decision
	over    bool  // decided or cancelled
}

// reached says that an event completed a step.
type reached struct {
	*said
	rule    *trigger.Rule
	step    int
	cleared bool
}

// apply takes an event: who it is of, what it satisfies, and for each rule first
// what it cancels and second what it matches.
func (o *oracle) apply(e *said) {
	o.fold(e)
	o.judge(e)
	for _, r := range o.rules {
		if r.Absent != nil && e.satisfies[r.Absent] {
			for _, w := range o.waits(r, e.owner, e.time) {
				if w.time < e.time && e.time <= w.due {
					o.cancel(w, e.time)
				}
			}
		}
		if o.completes(r, e) {
			o.match(r, e)
		}
	}
}

// judge decides once and for all which steps the event satisfies by itself.
func (o *oracle) judge(e *said) {
	e.satisfies = map[*trigger.Step]bool{}
	known := o.traits(e.owner)
	for _, r := range o.rules {
		if r.Absent != nil {
			e.satisfies[r.Absent] = e.is(r.Absent, known)
		}
		for _, steps := range [][]trigger.Step{r.Steps, r.Did, r.DidNot} {
			for i := range steps {
				e.satisfies[&steps[i]] = e.is(&steps[i], known)
			}
		}
	}
}

func (e *said) is(s *trigger.Step, known research.Traits) bool {
	if string(s.Type) != e.Type || len(s.Names) > 0 && !slices.Contains(s.Names, e.name()) ||
		len(s.Sources) > 0 && !slices.Contains(s.Sources, research.Source(e.Source)) {
		return false
	}
	where := trigger.Rule{Steps: []trigger.Step{*s}}
	return where.Matches(&research.Event{Type: research.EventType(e.Type), Name: e.name(), Source: research.Source(e.Source),
		Properties: object(e.Properties), Context: object(e.Context), Timestamp: time.UnixMilli(e.time).UTC()}, known)
}

func object(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	return raw
}

// count is how many events of the person before this one satisfied a step, with
// times in (t - within, t].
func (o *oracle) count(s *trigger.Step, e *said) (n int) {
	for _, before := range o.events[:e.pos] {
		if before.owner == e.owner && before.satisfies[s] && (s.Within == 0 || before.time > e.time-s.Within.Milliseconds()) {
			n++
		}
	}
	return n
}

// completes tries the steps from the last to the first.
func (o *oracle) completes(r *trigger.Rule, e *said) bool {
	for i := len(r.Steps) - 1; i >= 0; i-- {
		if !e.satisfies[&r.Steps[i]] || i == 0 && !o.starts(r, e) || i > 0 && !o.follows(r, e, i) {
			continue
		}
		if i < len(r.Steps)-1 {
			o.reached = append(o.reached, &reached{e, r, i, false})
			return false
		}
		for _, c := range o.reached {
			c.cleared = c.cleared || c.rule == r && c.owner == e.owner
		}
		return true
	}
	return false
}

// starts is times, did and did_not.
func (o *oracle) starts(r *trigger.Rule, e *said) bool {
	if o.count(&r.Steps[0], e)+1 < r.Steps[0].Times {
		return false
	}
	for i := range r.Did {
		if o.count(&r.Did[i], e) < max(1, r.Did[i].Times) {
			return false
		}
	}
	for i := range r.DidNot {
		if o.count(&r.DidNot[i], e) > 0 {
			return false
		}
	}
	return true
}

// follows tells whether the steps before were completed, the last of them not
// too long ago.
func (o *oracle) follows(r *trigger.Rule, e *said, step int) bool {
	var last *reached
	for _, c := range o.reached {
		if c.rule == r && c.step == step-1 && !c.cleared && c.owner == e.owner && (last == nil || c.pos > last.pos) {
			last = c
		}
	}
	return last != nil && (r.Steps[step].Within == 0 || e.time-last.time <= r.Steps[step].Within.Milliseconds())
}

func (o *oracle) match(r *trigger.Rule, e *said) {
	m := &match{said: e, rule: r, due: e.time}
	if r.Absent != nil {
		for _, w := range o.waits(r, e.owner, e.time) {
			o.cancel(w, e.time)
		}
		m.due += r.Absent.For.Milliseconds()
	}
	m.at = m.due + r.Delay.Milliseconds()
	o.matches = append(o.matches, m)
}

// waits is what is pending while an event is applied.
func (o *oracle) waits(r *trigger.Rule, of human, now int64) (out []*match) {
	for _, m := range o.matches {
		if m.rule == r && r.Absent != nil && !m.over && m.owner == of && now <= m.due {
			out = append(out, m)
		}
	}
	return out
}

func (o *oracle) cancel(m *match, when int64) {
	m.over = true
	o.ends = append(o.ends, end{m, when, "cancelled"})
}

// foldWaits: the newer match stays; a wait is cancelled when the joined events
// hold one that satisfies absent with t0 < t <= due.
func (o *oracle) foldWaits(of human, when int64) {
	for _, r := range o.rules {
		waits := o.waits(r, of, when)
		slices.SortFunc(waits, func(a, b *match) int { return cmp.Compare(a.pos, b.pos) })
		for i, w := range waits {
			if i < len(waits)-1 || o.came(w) {
				o.cancel(w, when)
			}
		}
	}
}

func (o *oracle) came(w *match) bool {
	return slices.ContainsFunc(o.events[:o.applied], func(e *said) bool {
		return e.owner == w.owner && e.satisfies[w.rule.Absent] && w.time < e.time && e.time <= w.due
	})
}
