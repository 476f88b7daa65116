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

// told is what was found out about all rules, until one changes: it is asked
// for by every page.
type told struct {
	names  []EventNeed
	signed bool
}

// Names is what active rules read of events that a browser can send, ordered by
// type and name. The caller must not change it.
func (ix *Index) Names() []EventNeed { return ix.summary().names }

// Signed tells whether a card can come up without a request of its own page.
func (ix *Index) Signed() bool { return ix.summary().signed }

func (ix *Index) summary() *told {
	if t := ix.told.Load(); t != nil {
		return t
	}
	rules, edits := ix.active()
	t := tell(rules)
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if ix.edits == edits {
		ix.told.Store(t)
	}
	return t
}

// active is the active rules, and how often the index had been changed by then.
func (ix *Index) active() (rules []*Rule, edits int) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	for _, of := range ix.studies {
		for _, r := range of {
			if r.Active {
				rules = append(rules, r)
			}
		}
	}
	return rules, ix.edits
}

func tell(rules []*Rule) *told {
	t := &told{names: []EventNeed{}}
	type occasion struct {
		kind research.EventType
		name string
	}
	needs := map[occasion]*EventNeed{}
	for _, r := range rules {
		t.signed = t.signed || r.Delivery == Card && r.comesAlone()
		for s := range r.all {
			if !s.takes(research.FromBrowser) && !s.takes(research.FromCustom) {
				continue
			}
			for _, name := range s.names() {
				o := occasion{s.Type, name}
				if needs[o] == nil {
					needs[o] = &EventNeed{Type: s.Type, Name: name, Properties: []string{}, Context: []string{}, Traits: []string{}, Group: []string{}}
				}
				needs[o].add(r, s)
			}
		}
	}
	for _, n := range needs {
		n.tidy()
		t.names = append(t.names, *n)
	}
	slices.SortFunc(t.names, func(a, b EventNeed) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name)) })
	return t
}

// names is the names of the slot's events; "" is any.
func (s *Step) names() []string {
	if len(s.Names) == 0 {
		return []string{""}
	}
	return s.Names
}

// comesAlone tells whether an invite of the rule can come up without a request of
// its own page: by an event that a server sent, or by time alone.
func (r *Rule) comesAlone() bool {
	last := &r.Steps[len(r.Steps)-1]
	return r.Absent != nil || r.Delay > 0 || last.takes(research.FromServer) || last.takes(research.FromWebhook)
}

// add notes what a rule reads of an event for one of its slots, and of a person
// whom that event may lead to a decision about: that a step is reached, not that
// something was or was not done.
func (n *EventNeed) add(r *Rule, s *Step) {
	n.Anyone = n.Anyone || r.People == Anyone
	n.read(s.where)
	for i := range r.Steps {
		if s == &r.Steps[i] {
			n.readWho(r)
		}
	}
}

func (n *EventNeed) readWho(r *Rule) {
	n.read(r.who)
	for _, q := range r.Quotas {
		n.read(q.where)
	}
}

func (n *EventNeed) read(c *compiled) {
	c.paths(n.path)
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
