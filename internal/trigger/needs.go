package trigger

import (
	"cmp"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// EventNeed is what active rules read of the events with one name: what the SDK
// lets leave the page. Paths, never values.
type EventNeed struct {
	Type       research.EventType `json:"type"`
	Name       string             `json:"name"`       // "": any page or screen
	Properties []string           `json:"properties"` // paths, with their root
	Context    []string           `json:"context"`    // paths, with their root
	// Traits and Group name whole traits: a part of one that an identify of the
	// SDK carried would replace the whole.
	Traits []string `json:"traits"`
	Group  []string `json:"group"`
	Anyone bool     `json:"anyone"` // a rule takes persons without a userId
}

// Names is what active rules read of events that a browser can send, ordered by
// type and name.
func (ix *Index) Names() []EventNeed {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	out := []EventNeed{}
	for o, rules := range ix.waiting {
		n := EventNeed{Type: o.kind, Name: o.name, Properties: []string{}, Context: []string{}, Traits: []string{}, Group: []string{}}
		asked := false
		for _, r := range rules {
			if r.Active && r.fromPage() {
				asked = true
				n.add(r)
			}
		}
		if asked {
			n.tidy()
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b EventNeed) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name)) })
	return out
}

// Signed tells whether a card can come up without a request of its own page: by
// an event that a server sent, or by time alone.
func (ix *Index) Signed() bool {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	for _, r := range ix.triggers {
		if r.Active && r.Delivery == Card && r.comesAlone() {
			return true
		}
	}
	return false
}

func (r *Rule) comesAlone() bool {
	last := &r.Steps[len(r.Steps)-1]
	return r.Absent != nil || r.Delay > 0 || last.takes(research.FromServer) || last.takes(research.FromWebhook)
}

func (r *Rule) fromPage() bool {
	on := &r.Steps[0]
	return on.takes(research.FromBrowser) || on.takes(research.FromCustom)
}

func (n *EventNeed) add(r *Rule) {
	n.Anyone = n.Anyone || r.People == Anyone
	n.read(r.Steps[0].where)
	n.read(r.who)
	for _, q := range r.Quotas {
		n.read(q.where)
	}
}

func (n *EventNeed) read(c *compiled) {
	if c != nil {
		c.spec.paths(n.path)
	}
}

func (n *EventNeed) path(p Path) {
	switch p.Root {
	case RootProperties:
		n.Properties = append(n.Properties, p.String())
	case RootContext:
		n.Context = append(n.Context, p.String())
	case RootTraits:
		n.Traits = append(n.Traits, traitPath(RootTraits, p.Names[0]))
	case RootEmail:
		n.Traits = append(n.Traits, traitPath(RootTraits, "email"))
	case RootGroup:
		n.Group = append(n.Group, traitPath(RootGroup, p.Names[0]))
	}
}

func traitPath(root Root, name string) string { return Path{root, []string{name}}.String() }

func (n *EventNeed) tidy() {
	for _, l := range []*[]string{&n.Properties, &n.Context, &n.Traits, &n.Group} {
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
}

// paths calls yield with every path that the condition reads.
func (c *Condition) paths(yield func(Path)) {
	for _, t := range c.Terms {
		if t.Join == "" {
			yield(t.Path)
		}
		for i := range t.Of {
			t.Of[i].paths(yield)
		}
	}
}
