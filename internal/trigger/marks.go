package trigger

import (
	"slices"
	"time"
)

// lateness is how late an event may arrive and still find everything that its
// own windows look back at: as late as events are kept.
const lateness = eventHorizon

// spareMarks is how many more events than a window asks for are remembered: a
// busy person's state stays small, and only windows in the past suffer.
const spareMarks = 1024

// mark remembers that an event satisfied a step.
func (s *Step) mark(marks []Point, p Point) []Point {
	i, known := slices.BinarySearchFunc(marks, p, Point.compare)
	if known {
		return marks
	}
	return s.prune(slices.Insert(marks, i, p))
}

// prune keeps what later questions can need. Without a window that is the first
// ones: whoever has done it n times always will have.
func (s *Step) prune(marks []Point) []Point {
	n, window := max(1, s.Times), s.window()
	if window == 0 {
		return marks[:min(n, len(marks))]
	}
	from := marks[len(marks)-1].At - (window + lateness).Milliseconds()
	i := slices.IndexFunc(marks, func(p Point) bool { return p.At > from })
	if i = max(i, len(marks)-n-spareMarks); i == 0 {
		return marks
	}
	return slices.Clone(marks[i:])
}

// lastMatches is how many matches are remembered for those that arrive later and
// were replaced by one of them.
const lastMatches = 16

// markLast remembers a match among the last ones.
func markLast(marks []Point, p Point) []Point {
	if i, known := slices.BinarySearchFunc(marks, p, Point.compare); !known {
		marks = slices.Insert(marks, i, p)
	}
	return marks[max(0, len(marks)-lastMatches):]
}

// window is how far the step is looked back at; 0: for ever.
func (s *Step) window() time.Duration { return max(s.Within, s.For) }

// happened counts the marks in the window that ends at a point, which is not
// looked at itself: (t - within, t].
func (s *Step) happened(marks []Point, before Point) (n int) {
	for i := len(marks) - 1; i >= 0; i-- {
		switch m := marks[i]; {
		case !m.before(before):
		case s.Within > 0 && m.At <= before.At-s.Within.Milliseconds():
			return n
		default:
			n++
		}
	}
	return n
}

// firstIn is the first mark with a time in (from, to].
func firstIn(marks []Point, from, to int64) (Point, bool) {
	for _, m := range marks {
		if m.At > from && m.At <= to {
			return m, true
		}
	}
	return Point{}, false
}

// union is the marks of two persons who turned out to be one.
func (s *Step) union(a, b []Point) []Point {
	if len(a) == 0 || len(b) == 0 {
		return append(a, b...)
	}
	all := slices.Concat(a, b)
	slices.SortFunc(all, Point.compare)
	return s.prune(slices.Compact(all))
}
