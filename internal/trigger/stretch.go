package trigger

import (
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// stretch is stored events on their way into a replay.
type stretch struct {
	shelf shelf
	order []shelved
}

// shelved is an event of a stretch.
type shelved struct {
	Point
	where uint64
}

func newStretch() stretch { return stretch{shelf: newShelf()} }

// add takes an event, if it means something to the replay. The caller may use it
// again.
func (s *stretch) add(to *Replay, e *research.Event) {
	if to.Keep(e) || e.UserID != "" && e.AnonymousID != "" {
		s.order = append(s.order, shelved{PointOf(e), s.shelf.put(e)})
	}
}

// play gives the events, in the order of triggers.md §3, and is empty then.
func (s *stretch) play(project research.ProjectID, apply func(*research.Event) error) error {
	slices.SortFunc(s.order, func(a, b shelved) int { return a.compare(b.Point) })
	var e research.Event
	for _, at := range s.order {
		s.shelf.get(at.where, &e)
		e.Seq, e.Project = at.Seq, project
		if err := apply(&e); err != nil {
			return err
		}
	}
	*s = newStretch()
	return nil
}
