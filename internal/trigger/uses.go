package trigger

import "github.com/usercall/usercall/internal/research"

// Use is an event that a study file waits for or looks back at, with the paths
// that are tested of it.
type Use struct {
	Trigger string // its key
	Event   string // "": any page or screen
	Type    research.EventType
	Paths   []Path
	Tests   []Compared
}

// Compared is a value that is compared with one of a kind: "text", "number" or
// "yes/no". It can only be of another one by mistake.
type Compared struct {
	Path Path
	Kind string
}

// Uses is every event that the file names.
func (f *File) Uses() (all []Use) {
	for i := range f.Triggers {
		t := &f.Triggers[i]
		matches := append([]MatchSpec{t.On}, t.Then...)
		if t.Absent != nil {
			matches = append(matches, *t.Absent)
		}
		for _, m := range append(append(matches, t.Did...), t.DidNot...) {
			all = append(all, m.uses(t.Key)...)
		}
	}
	return all
}

func (m *MatchSpec) uses(trigger string) (all []Use) {
	var paths []Path
	var tests []Compared
	if m.Where != nil {
		m.Where.paths(func(p Path) { paths = append(paths, p) })
		m.Where.compared(func(c Compared) { tests = append(tests, c) })
	}
	kind := m.Type
	if kind == "" {
		kind = research.Track
	}
	for _, name := range m.Events {
		all = append(all, Use{trigger, name, kind, paths, tests})
	}
	return all
}

// compared calls yield with every value that is compared with one. Whether something
// contains a value tells nothing of its own kind.
func (c *Condition) compared(yield func(Compared)) {
	for _, t := range c.Terms {
		for i := range t.Of {
			t.Of[i].compared(yield)
		}
		for _, test := range t.Tests {
			if test.Op == Exists || test.Op == Contains {
				continue
			}
			for _, o := range test.Operands {
				yield(Compared{t.Path, o.Kind()})
			}
		}
	}
}

// Nearest is the known word that s was probably meant to be, "" where none is
// near.
func Nearest(s string, known []string) string { return nearest(s, known) }
