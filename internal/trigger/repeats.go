package trigger

import (
	"cmp"
	"slices"
)

// repeats is the events, by their number, that repeat one received before.
func (r *Recording) repeats() map[int64]bool {
	out := map[int64]bool{}
	for _, group := range r.sameID() {
		var stand []*trace
		for _, v := range group {
			if slices.ContainsFunc(stand, func(s *trace) bool { return s.suppresses(v.trace) }) {
				out[v.line] = true
				continue
			}
			stand = append(stand, v.trace)
		}
	}
	return out
}

// suppresses: an event that is not signed never suppresses a signed one that
// differs.
func (t *trace) suppresses(later *trace) bool {
	return t.print&signed != 0 || later.print&signed == 0 || t.print == later.print&^signed
}

// sameID is the events that share a messageId, in the order of receipt.
func (r *Recording) sameID() (groups [][]playing) {
	first := make(map[uint64]int64, r.Count)
	twice := map[uint64]int{}
	for line, t := range r.each() {
		if t.id == 0 {
			continue
		}
		before, again := first[t.id]
		if !again {
			first[t.id] = line
			continue
		}
		at, known := twice[t.id]
		if !known {
			at = len(groups)
			twice[t.id] = at
			groups = append(groups, []playing{{r.at(before), before}})
		}
		groups[at] = append(groups[at], playing{t, line})
	}
	for _, g := range groups {
		slices.SortFunc(g, func(a, b playing) int {
			return cmp.Or(cmp.Compare(a.received, b.received), cmp.Compare(a.line, b.line))
		})
	}
	return groups
}

func (r *Recording) at(line int64) *trace { return &r.traces[line/tracesInBlock][line%tracesInBlock] }
