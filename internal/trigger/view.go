package trigger

import (
	"strings"
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
	top    contents  // of the event's properties, once somebody asked
}

// viewOf is an event as the where of a rule sees it.
func viewOf(e *research.Event, person research.Traits) view {
	return view{event: e, person: person, now: e.Timestamp}
}

// find is the value that a path leads to.
func (v *view) find(p Path) value { return v.at(p.trail()) }

func (v *view) at(t trail) value {
	switch t.root {
	case RootTraits:
		return v.trait(t.names)
	case RootEmail:
		return traitOf(v.person, "email")
	case RootGroup:
		return traitOf(v.group, t.names)
	}
	if v.event == nil {
		return value{}
	}
	if t.root == RootContext {
		return find(v.event.Context, t.names)
	}
	return v.property(t.names)
}

// property finds its way from the top level of the properties, which is taken
// apart once for all the questions of all the rules.
func (v *view) property(names string) value {
	first, rest, deeper := strings.Cut(names, between)
	if !v.top.take(v.event.Properties) {
		return find(v.event.Properties, names)
	}
	found := v.top.get(v.event.Properties, first)
	if deeper {
		return find(found, rest)
	}
	return valueOf(found)
}

// trait is a trait of the person, with the event's own context.traits laid over
// them by top-level key: a null there hides what was known.
func (v *view) trait(names string) value {
	if v.event != nil {
		first, rest, deeper := strings.Cut(names, between)
		if said := v.said(first); said != nil && deeper {
			return find(said, rest)
		} else if said != nil {
			return valueOf(said)
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

func traitOf(t research.Traits, names string) value {
	first, rest, deeper := strings.Cut(names, between)
	if deeper {
		return find(t.Get(first), rest)
	}
	return valueOf(t.Get(first))
}
