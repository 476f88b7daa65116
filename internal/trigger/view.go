package trigger

import (
	"encoding/json"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// view is what a condition looks at. Nothing of it is decoded before a path
// leads there.
type view struct {
	event  *research.Event // nil: a question about a person alone
	person research.Traits
	group  research.Traits
	now    time.Time // the event's time in a where, the moment of decision in who
}

func (v *view) meets(c *compiled) bool   { return c.holds(v) }
func (v *view) refutes(c *compiled) bool { return !c.holds(v) }

// find is the value that a path leads to.
func (v *view) find(p Path) value {
	switch p.Root {
	case RootTraits:
		return v.trait(p.Names)
	case RootEmail:
		return traitOf(v.person, []string{"email"})
	case RootGroup:
		return traitOf(v.group, p.Names)
	}
	if v.event == nil {
		return value{}
	}
	if p.Root == RootContext {
		return find(v.event.Context, p.Names)
	}
	return find(v.event.Properties, p.Names)
}

// trait is a trait of the person, with the event's own context.traits laid over
// by top-level key: a null there hides what was known.
func (v *view) trait(names []string) value {
	if v.event != nil && len(names) > 0 {
		if said := v.said(names[0]); said != nil {
			return find(said, names[1:])
		}
	}
	return traitOf(v.person, names)
}

func (v *view) said(name string) []byte {
	context := valueOf(v.event.Context)
	if context.kind != object {
		return nil
	}
	traits := valueOf(member(context.raw, "traits"))
	if traits.kind != object {
		return nil
	}
	return member(traits.raw, name)
}

func traitOf(t research.Traits, names []string) value {
	if len(names) == 0 {
		return value{}
	}
	return find(json.RawMessage(t.Get(names[0])), names[1:])
}
