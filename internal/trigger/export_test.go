package trigger

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// WhoHolds lets the oracle use who, which condition_test.go holds to its own.
func (r *Rule) WhoHolds(person, group research.Traits, now time.Time) bool {
	return r.who.holds(&view{person: person, group: group, now: now})
}

// Matches tells whether the event is what on asks for. The person is as known
// when the event is applied.
func (r *Rule) Matches(e *research.Event, person research.Traits) bool {
	return len(r.Steps) > 0 && r.Steps[0].satisfied(e, person)
}

func (s *Step) satisfied(e *research.Event, person research.Traits) bool {
	v := viewOf(e, person)
	return s.takesEvent(&v)
}

// Advance applies one event to the run of its person.
func (r *Rule) Advance(run *Run, e *research.Event, person research.Traits) []Effect {
	v := viewOf(e, person)
	return r.advance(run, &v)
}

// Order sorts rules by who wins where several match one event: the higher
// priority, then the study key, then the trigger key.
func Order(rules []*Rule) { slices.SortStableFunc(rules, Compare) }

// Match is the rules whose on the event satisfies, in the order in which they
// are decided. The person is as known when the event is applied.
func (ix *Index) Match(e *research.Event, person research.Traits) []*Rule {
	out := ix.Candidates(e, nil)
	out = slices.DeleteFunc(out, func(r *Rule) bool { return !r.Matches(e, person) })
	Order(out)
	return out
}

// RandomFile is a file with everything that the language has, and texts that are
// hard to carry.
func RandomFile(seed uint64) *File { return maker{rand.New(rand.NewPCG(seed, 1))}.file() }
