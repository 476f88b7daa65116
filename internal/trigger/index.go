package trigger

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/usercall/usercall/internal/research"
)

// Index finds, of many rules, the few that an event may mean something to: one
// look-up by its name, one for each property that rules of that name tell apart
// by, and then their conditions. An event whose name nobody asks for costs one
// look-up and decodes nothing. It is safe for concurrent use; putting in or
// removing a study touches the names of that study only.
type Index struct {
	mu       sync.RWMutex
	kinds    [3]occasions
	triggers map[research.TriggerID]*Rule
	studies  map[string][]*Rule
	edits    int // how often it was changed
	told     atomic.Pointer[told]
}

// occasions is the rules that ask for events of one type.
type occasions struct {
	named map[string]*bucket
	any   *bucket // whatever the name
}

// NewIndex makes an index of the rules, which may be of several studies.
func NewIndex(rules ...*Rule) *Index {
	ix := &Index{triggers: map[research.TriggerID]*Rule{}, studies: map[string][]*Rule{}}
	for i := range ix.kinds {
		ix.kinds[i].named = map[string]*bucket{}
	}
	byStudy := map[string][]*Rule{}
	for _, r := range rules {
		byStudy[r.StudyKey] = append(byStudy[r.StudyKey], r)
	}
	for key, of := range byStudy {
		ix.Put(key, of)
	}
	return ix
}

// kind is where the rules for a type of event are; nil: there can be none.
func (ix *Index) kind(t research.EventType) *occasions {
	switch t {
	case research.Track:
		return &ix.kinds[0]
	case research.Page:
		return &ix.kinds[1]
	case research.Screen:
		return &ix.kinds[2]
	}
	return nil
}

// Put makes these the rules of a study, in place of those it had.
func (ix *Index) Put(study string, rules []*Rule) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.remove(study)
	for _, r := range rules {
		ix.triggers[r.TriggerID] = r
		for _, g := range r.groups() {
			ix.kind(g.kind).at(g.name).add(r, g.slots)
		}
	}
	ix.studies[study] = slices.Clone(rules)
}

// Remove takes a study out.
func (ix *Index) Remove(study string) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.remove(study)
}

func (ix *Index) remove(study string) {
	for _, r := range ix.studies[study] {
		delete(ix.triggers, r.TriggerID)
		for _, g := range r.groups() {
			ix.kind(g.kind).drop(g.name, r, g.slots)
		}
	}
	delete(ix.studies, study)
	ix.edits++
	ix.told.Store(nil)
}

// at is the bucket of a name, made where there was none; "" is any name.
func (o *occasions) at(name string) *bucket {
	b := o.named[name]
	if name == "" {
		b = o.any
	}
	if b == nil {
		b = &bucket{}
		o.set(name, b)
	}
	return b
}

func (o *occasions) set(name string, b *bucket) {
	if name == "" {
		o.any = b
		return
	}
	o.named[name] = b
}

func (o *occasions) drop(name string, r *Rule, slots []*Step) {
	b := o.at(name)
	b.remove(r, slots)
	switch {
	case !b.empty():
	case name == "":
		o.any = nil
	default:
		delete(o.named, name)
	}
}

// Rule is the rule of a trigger.
func (ix *Index) Rule(t research.TriggerID) (*Rule, bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	r, ok := ix.triggers[t]
	return r, ok
}

// Study is the rules of a study.
func (ix *Index) Study(key string) []*Rule {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.studies[key]
}

// Active is the rules that are active.
func (ix *Index) Active() []*Rule {
	rules, _ := ix.active()
	return rules
}

// Candidates appends the rules of which some slot (a step, absent, did or
// did_not) may be satisfied by the event as far as can be told without its
// person, each once and in no order.
func (ix *Index) Candidates(e *research.Event, buf []*Rule) []*Rule {
	ix.each(e, func(r *Rule) bool {
		buf = append(buf, r)
		return true
	})
	return buf
}

// Asks tells whether there is such a rule.
func (ix *Index) Asks(e *research.Event) (asked bool) {
	ix.each(e, func(*Rule) bool {
		asked = true
		return false
	})
	return asked
}

// each gives the candidates until yield has had enough.
func (ix *Index) each(e *research.Event, yield func(*Rule) bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	o := ix.kind(e.Type)
	if o == nil {
		return
	}
	named := o.named[e.Name]
	if named == nil && o.any == nil {
		return
	}
	v := viewOf(e, nil)
	if named.each(&v, yield) {
		o.any.each(&v, yield)
	}
}
