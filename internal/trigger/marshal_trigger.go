package trigger

import (
	"maps"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

func (t *Spec) node() *node {
	n := &node{kind: object}
	n.put("key", textNode(t.Key))
	n.put("name", textUnless(t.Name, ""))
	n.put("on", t.On.node())
	n.put("then", listOf(t.Then, MatchSpec.node))
	if t.Absent != nil {
		n.put("absent", t.Absent.node())
	}
	n.put("did", listOf(t.Did, MatchSpec.node))
	n.put("did_not", listOf(t.DidNot, MatchSpec.node))
	if t.Who != nil && len(t.Who.Terms) > 0 {
		n.put("who", t.Who.node())
	}
	n.put("people", textUnless(t.People, Identified))
	n.put("delay", durationUnless(t.Delay, 0))
	if !t.Sample.All() {
		n.put("sample", textNode(t.Sample.String()))
	}
	n.put("cooldown", durationUnless(t.Cooldown, DefaultCooldown))
	n.put("per_day", numberUnless0(t.PerDay))
	n.put("total", numberUnless0(t.Total))
	n.put("priority", numberUnless0(t.Priority))
	n.put("expires", durationUnless(t.Expires, DefaultExpires))
	n.put("page", t.Page.node())
	n.put("invite", t.Invite.node())
	return n
}

func (m MatchSpec) node() *node {
	n := &node{kind: object}
	if len(m.Events) == 1 {
		n.put("event", textNode(m.Events[0]))
	} else {
		n.put("event", listOf(m.Events, textNode))
	}
	n.put("type", textUnless(m.Type, research.Track))
	if m.Where != nil && len(m.Where.Terms) > 0 {
		n.put("where", m.Where.node())
	}
	n.put("source", listOf(m.Sources, func(s research.Source) *node { return textNode(string(s)) }))
	n.put("times", numberUnless0(m.Times))
	n.put("within", durationUnless(m.Within, 0))
	n.put("for", durationUnless(m.For, 0))
	return n
}

func (p *PageSpec) node() *node {
	n := &node{kind: object}
	if len(p.URL) > 0 {
		url := &node{kind: object}
		for _, part := range p.URL {
			url.put(part.Part, testsNode(part.Tests))
		}
		n.put("url", url)
	}
	n.put("dwell", durationUnless(p.Dwell, 0))
	return n.orNil()
}

func (i *InviteSpec) node() *node {
	n := &node{kind: object}
	n.put("title", localizedNode(i.Title))
	n.put("body", localizedNode(i.Body))
	n.put("accept", localizedNode(i.Accept))
	n.put("decline", localizedNode(i.Decline))
	n.put("delivery", textUnless(i.Delivery, Card))
	return n.orNil()
}

func localizedNode(t research.Text) *node {
	if len(t) == 0 {
		return nil
	}
	if s, ok := t[""]; ok {
		return textNode(s)
	}
	return byKey(t, textNode)
}

func (c *Condition) node() *node {
	n := &node{kind: object}
	for _, t := range c.Terms {
		switch t.Join {
		case All, Any:
			n.put(string(t.Join), listOf(t.Of, func(c Condition) *node { return c.node() }))
		case Not:
			n.put(string(Not), t.Of[0].node())
		default:
			n.put(t.Path.String(), testsNode(t.Tests))
		}
	}
	return n
}

// testsNode is a scalar where that says it all.
func testsNode(tests []Test) *node {
	if len(tests) == 1 && tests[0].Op == Equals {
		return tests[0].Operands[0].node()
	}
	n := &node{kind: object}
	for _, t := range tests {
		if t.Op == In || t.Op == NotIn {
			n.put(string(t.Op), listOf(t.Operands, Literal.node))
			continue
		}
		n.put(string(t.Op), t.Operands[0].node())
	}
	return n
}
