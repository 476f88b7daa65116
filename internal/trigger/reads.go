package trigger

import (
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// reads is what rules look at of the events that they ask for, and of who
// somebody is.
type reads struct {
	properties, context bool
	traits, group       []traitName
}

// traitName is a top-level name of traits.
type traitName struct{ name, json string }

// of adds what a rule looks at.
func (r *reads) of(rule *Rule) {
	r.condition(rule.who)
	for _, q := range rule.Quotas {
		r.condition(q.where)
	}
	for s := range rule.all {
		r.where(s.where)
	}
}

// where sees the event's own traits, too, which are in its context.
func (r *reads) where(c *compiled) {
	r.condition(c)
	r.context = r.context || c != nil && c.personal
}

func (r *reads) condition(c *compiled) {
	c.paths(r.path)
}

func (r *reads) path(p Path) {
	switch p.Root {
	case RootProperties:
		r.properties = true
	case RootContext:
		r.context = true
	case RootEmail:
		r.traits = withName(r.traits, "email")
	case RootTraits:
		r.traits = withName(r.traits, p.Names[0])
	case RootGroup:
		r.group = withName(r.group, p.Names[0])
	}
}

func withName(names []traitName, name string) []traitName {
	if slices.ContainsFunc(names, func(n traitName) bool { return n.name == name }) {
		return names
	}
	return append(names, traitName{name, jsonText(name)})
}

// tells whether the event says something of who somebody is that is looked at.
func (r *reads) tells(e *research.Event) bool {
	switch e.Type {
	case research.Identify:
		return len(r.traits) > 0
	case research.Group:
		return len(r.group) > 0 && e.GroupID != ""
	}
	return false
}

// Keep tells whether a rule may look at the event, or at what it says of
// somebody, and leaves in the event what that is. Of the others only ids matter.
func (r *Replay) Keep(e *research.Event) bool {
	asked := r.index.Asks(e)
	if !asked || !r.reads.properties {
		e.Properties = nil
	}
	if !asked || !r.reads.context {
		e.Context = nil
	}
	switch e.Type {
	case research.Identify:
		e.Traits = only(e.Traits, r.reads.traits)
		return e.Traits != nil
	case research.Group:
		e.Traits = only(e.Traits, r.reads.group)
		return r.reads.tells(e)
	}
	e.Traits = nil
	return asked || e.Type == research.Alias
}

// only is the named members of an object, nil where it has none of them.
func only(object []byte, names []traitName) (out []byte) {
	if len(object) == 0 || object[0] != '{' {
		return nil
	}
	for _, n := range names {
		v := member(object, n.name)
		if v == nil {
			continue
		}
		before := byte('{')
		if out != nil {
			before = ','
		}
		out = append(append(out, before), n.json...)
		out = append(append(out, ':'), v...)
	}
	if out != nil {
		out = append(out, '}')
	}
	return out
}
