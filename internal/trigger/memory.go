package trigger

import (
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Memory is what each trigger remembers of one person, inside a transaction.
type Memory struct {
	Runs map[research.TriggerID]*Kept
}

// Kept is a run as it is stored. The engine changes it, the store writes it down.
type Kept struct {
	Version int
	Run     *Run
	Changed bool
	NextAt  time.Time // when a pending match is taken up; zero: none is
}

// run is the run of a rule. That of an older version is dropped, triggers.md §7,
// and what it waited for is returned as ended. Nil: a node that knows a newer
// version was here, and this one is to leave its run alone.
func (m *Memory) run(r *Rule) (k *Kept, ended []Match) {
	old := m.Runs[r.TriggerID]
	if old != nil && old.Run != nil {
		switch {
		case old.Version == r.Version:
			return old, nil
		case old.Version > r.Version:
			return nil, nil
		}
		ended = old.Run.Pending
	}
	k = &Kept{Version: r.Version, Run: &Run{}, Changed: old != nil}
	m.Runs[r.TriggerID] = k
	return k, ended
}

// postpone has a run looked at again later, that this node cannot judge.
func (k *Kept) postpone(until time.Time) { k.NextAt, k.Changed = until, true }

// changed notes that a run is to be written down.
func (k *Kept) changed(r *Rule, grace time.Duration) {
	k.Changed, k.NextAt = true, r.NextAt(k.Run, grace)
}

// Ticket is of the browser that waits for the run's next decision; nil: none does.
func (k *Kept) Ticket() []byte {
	for i := len(k.Run.Pending) - 1; i >= 0; i-- {
		if t := k.Run.Pending[i].Ticket; t != nil {
			return t
		}
	}
	return nil
}

// PersonRef names a person of a project.
type PersonRef struct {
	Project research.ProjectID
	Key     research.PersonKey
}

// Folded says that one person became part of another.
type Folded struct{ From, Into research.PersonKey }

// Identity is whom an event belongs to, as known from then on.
type Identity struct {
	Person    *research.Person
	Elsewhere int // the shard that the event was put into, where its person lives there; else -1
	Folded    []Folded
	// Again is matches of the person that are to be decided once more, since the
	// event says who they are. Each is given once.
	Again []Again
}

// Again is a match that was decided before the person said who they are.
type Again struct {
	Trigger research.TriggerID
	Version int
	Match
}
