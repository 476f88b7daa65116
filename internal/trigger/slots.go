package trigger

import (
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// group is the slots of a rule that events of one type and name may satisfy.
// The name "" stands for any.
type group struct {
	kind  research.EventType
	name  string
	slots []*Step
}

// all is every slot of the rule: what an event can mean to it.
func (r *Rule) all(yield func(*Step) bool) {
	for _, of := range [][]Step{r.Steps, r.Did, r.DidNot} {
		for i := range of {
			if !yield(&of[i]) {
				return
			}
		}
	}
	if r.Absent != nil {
		yield(r.Absent)
	}
}

// groups divides the slots by what an event is looked up by. A rule that takes
// any name of a type has one group for that type, so that no event finds it
// twice.
func (r *Rule) groups() (out []group) {
	var anyName []research.EventType
	for s := range r.all {
		if len(s.Names) == 0 {
			anyName = append(anyName, s.Type)
		}
	}
	add := func(name string, s *Step) {
		i := slices.IndexFunc(out, func(g group) bool { return g.kind == s.Type && g.name == name })
		if i < 0 {
			i, out = len(out), append(out, group{kind: s.Type, name: name})
		}
		out[i].slots = append(out[i].slots, s)
	}
	for s := range r.all {
		if slices.Contains(anyName, s.Type) {
			add("", s)
			continue
		}
		for _, n := range s.Names {
			add(n, s)
		}
	}
	return out
}

// may tells whether the event of a view, which has a name of the slot, may
// satisfy it, as far as can be told without its person.
func (s *Step) may(v *view) bool {
	return s.takes(v.event.Source) && (s.where == nil || mayHold(s.where.terms, s.where.personal, v))
}

// mayHold tells whether all may hold, whoever the event is about.
func mayHold(of []question, personal bool, v *view) bool {
	for i := range of {
		if !of[i].may(v, personal) {
			return false
		}
	}
	return true
}

func (q *question) may(v *view, personal bool) bool { return personal && q.personal() || q.holds(v) }

// mayTake tells whether it may satisfy one of the slots.
func (r *Rule) mayTake(v *view) bool {
	for s := range r.all {
		if s.Type == v.event.Type && (len(s.Names) == 0 || slices.Contains(s.Names, v.event.Name)) && s.may(v) {
			return true
		}
	}
	return false
}
