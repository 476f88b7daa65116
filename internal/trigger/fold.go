package trigger

// Fold makes the run of one person part of that of another who turned out to be
// the same: triggers.md §3. when is the time of the event that said so. Of two
// waits the newer match stays, and one is cancelled where the joined events hold
// an absent one in its time; what was due before the link stands.
func (r *Rule) Fold(into, from *Run, when int64) []Effect {
	into.grow(r)
	from.grow(r)
	for i, p := range from.Last {
		if into.Last[i].before(p) {
			into.Last[i] = p
		}
	}
	for _, p := range from.Marks[slotMatch] {
		into.Marks[slotMatch] = markLast(into.Marks[slotMatch], p)
	}
	for i := range from.Marks {
		if i == slotMatch {
			continue
		}
		into.Marks[i] = r.slot(i).union(into.Marks[i], from.Marks[i])
	}
	for _, m := range from.Pending {
		if !into.holds(m.Seq) {
			into.hold(m)
		}
	}
	if r.Absent == nil {
		return nil
	}
	newest := int64(0)
	for _, m := range into.Pending {
		if m.Due >= when {
			newest = m.Seq
		}
	}
	return into.cancel(when, func(m *Match) bool {
		_, came := firstIn(into.Marks[slotAbsent], m.At, m.Due)
		return m.Seq != newest || came
	})
}

func (run *Run) holds(seq int64) bool {
	for i := range run.Pending {
		if run.Pending[i].Seq == seq {
			return true
		}
	}
	return false
}

// slot is the step whose events a slot remembers.
func (r *Rule) slot(i int) *Step {
	switch {
	case i == slotOn:
		return &r.Steps[0]
	case i == slotAbsent && r.Absent != nil:
		return r.Absent
	case i == slotAbsent || i == slotMatch:
		return &Step{}
	case i < slotDid+len(r.Did):
		return &r.Did[i-slotDid]
	}
	return &r.DidNot[i-slotDid-len(r.Did)]
}
