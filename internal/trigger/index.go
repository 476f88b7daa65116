package trigger

import (
	"slices"
	"sync"

	"github.com/usercall/usercall/internal/research"
)

// Index finds the rules that wait for an event. An event that nobody waits for
// costs one look-up in a map and decodes nothing. It is safe for concurrent
// use; putting in or removing a study touches the names of that study only.
type Index struct {
	mu       sync.RWMutex
	waiting  map[occasion][]*Rule // never changed in place: readers hold them
	triggers map[research.TriggerID]*Rule
	studies  map[string][]*Rule
}

// occasion is what an event can be looked up by. The name "" stands for any
// page or screen.
type occasion struct {
	kind research.EventType
	name string
}

// NewIndex makes an index of the rules, which may be of several studies.
func NewIndex(rules ...*Rule) *Index {
	ix := &Index{waiting: map[occasion][]*Rule{}, triggers: map[research.TriggerID]*Rule{}, studies: map[string][]*Rule{}}
	byStudy := map[string][]*Rule{}
	for _, r := range rules {
		byStudy[r.StudyKey] = append(byStudy[r.StudyKey], r)
	}
	for key, of := range byStudy {
		ix.Put(key, of)
	}
	return ix
}

// Put makes these the rules of a study, in place of those it had.
func (ix *Index) Put(study string, rules []*Rule) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.remove(study)
	for _, r := range rules {
		ix.triggers[r.TriggerID] = r
		for _, o := range r.occasions() {
			ix.waiting[o] = append(ix.waiting[o], r)
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
		for _, o := range r.occasions() {
			ix.drop(o, study)
		}
	}
	delete(ix.studies, study)
}

func (ix *Index) drop(o occasion, study string) {
	rest := make([]*Rule, 0, len(ix.waiting[o]))
	for _, r := range ix.waiting[o] {
		if r.StudyKey != study {
			rest = append(rest, r)
		}
	}
	ix.waiting[o] = rest
	if len(rest) == 0 {
		delete(ix.waiting, o)
	}
}

// occasions is every (type, name) that an event of the rule's on can have.
func (r *Rule) occasions() (out []occasion) {
	slots := append(append(append([]Step{}, r.Steps...), r.Did...), r.DidNot...)
	if r.Absent != nil {
		slots = append(slots, *r.Absent)
	}
	for i := range slots {
		for _, o := range slots[i].occasions() {
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	return out
}

func (s *Step) occasions() (out []occasion) {
	if len(s.Names) == 0 {
		return []occasion{{s.Type, ""}}
	}
	for _, n := range s.Names {
		out = append(out, occasion{s.Type, n})
	}
	return out
}

// Rule is the rule of a trigger.
func (ix *Index) Rule(t research.TriggerID) (*Rule, bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	r, ok := ix.triggers[t]
	return r, ok
}

// Waiting is the rules that wait for events of that type and name, in no order.
// The caller must not change it.
func (ix *Index) Waiting(t research.EventType, name string) []*Rule {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	named := ix.waiting[occasion{t, name}]
	if t == research.Track || name == "" {
		return named
	}
	anyName := ix.waiting[occasion{t, ""}]
	if len(named) == 0 {
		return anyName
	}
	return slices.Concat(named, anyName)
}

// Asks tells whether some rule may be satisfied by the event, as far as can be
// told without its person.
func (ix *Index) Asks(e *research.Event) bool {
	for _, r := range ix.Waiting(e.Type, e.Name) {
		if r.mayTake(e) {
			return true
		}
	}
	return false
}

// mayTake tells whether some slot of the rule may be satisfied by the event.
func (r *Rule) mayTake(e *research.Event) bool {
	may := func(s *Step) bool { return s.personal() || s.satisfied(e, nil) }
	for i := range r.Steps {
		if may(&r.Steps[i]) {
			return true
		}
	}
	for i := slotAbsent; i < r.slots(); i++ {
		if s := r.slot(i); s.Type != "" && may(s) {
			return true
		}
	}
	return false
}

// Match is the rules that the event is a match of, in the order in which they
// are decided. The person is as known when the event is applied.
func (ix *Index) Match(e *research.Event, person research.Traits) []*Rule {
	var out []*Rule
	for _, r := range ix.Waiting(e.Type, e.Name) {
		if r.Matches(e, person) {
			out = append(out, r)
		}
	}
	Order(out)
	return out
}

// Candidates appends the rules of which some slot may be satisfied by the event,
// as far as can be told without its person; in no order.
func (ix *Index) Candidates(e *research.Event, buf []*Rule) []*Rule {
	for _, r := range ix.Waiting(e.Type, e.Name) {
		if !slices.Contains(buf, r) {
			buf = append(buf, r)
		}
	}
	return buf
}
