package analysis

import "slices"

// isTopical tells whether the group's reason depends on its object, or the
// group has only words in common.
func (g *cluster) isTopical() bool { return g.reason == "" || reasonByID(g.reason).topical }

// dropStrangers takes out clauses that do not belong.
func (g *cluster) dropStrangers() {
	common := g.common(2)
	g.members = slices.DeleteFunc(g.members, func(m *unit) bool { return !g.fits(m, common) })
}

// fits tells whether a clause belongs to the group: it gives a reason of the
// family or, where that depends on its object or there is none, shares a word.
func (g *cluster) fits(u *unit, common map[string]bool) bool {
	if !g.isTopical() {
		return u.gives(g.family())
	}
	if u.givesOther() {
		return false
	}
	return slices.ContainsFunc(u.words, func(w word) bool { return !w.stop && common[w.stem] })
}

// givesOther tells whether the unit clearly speaks of something that needs no
// object, such as the price, and of nothing that does.
func (u *unit) givesOther() bool {
	other := false
	for _, r := range reasons {
		if u.reasons[r.id] >= clearly {
			if r.topical {
				return false
			}
			other = true
		}
	}
	return other
}

// joinSamePeople makes one of groups that share a word and nearly all their
// people: what the same people say in two ways is one reason.
func joinSamePeople(groups []cluster) []cluster {
	var out []cluster
	for _, g := range groups {
		i := slices.IndexFunc(out, func(o cluster) bool { return o.sharesPeople(&g) })
		if i < 0 {
			out = append(out, g)
			continue
		}
		for _, m := range g.members {
			if !slices.Contains(out[i].members, m) {
				out[i].members = append(out[i].members, m)
			}
		}
		out[i].findReason()
	}
	return out
}

// samePeople is intersection over union of people from which groups are one.
const samePeople = .6

func (g *cluster) sharesPeople(o *cluster) bool {
	if g.isTopical() != o.isTopical() || !g.isTopical() && g.family() != o.family() {
		return false
	}
	a, b := g.interviews(), o.interviews()
	both := 0
	for id := range a {
		if b[id] {
			both++
		}
	}
	if float64(both) < samePeople*float64(len(a)+len(b)-both) {
		return false
	}
	mine, theirs := g.common((len(a)+1)/2), o.common((len(b)+1)/2)
	for stem := range mine {
		if theirs[stem] {
			return true
		}
	}
	return false
}

// common are the stems that at least n of the group's people use.
func (g *cluster) common(n int) map[string]bool {
	by := map[string]map[string]bool{} // stem: interviews
	for _, m := range g.members {
		for _, w := range m.words {
			if w.stop {
				continue
			}
			if by[w.stem] == nil {
				by[w.stem] = map[string]bool{}
			}
			by[w.stem][m.interview] = true
		}
	}
	out := map[string]bool{}
	for stem, who := range by {
		if len(who) >= n {
			out[stem] = true
		}
	}
	return out
}

// addSecondReasons puts a clause also into the group of every reason that it
// clearly gives, and one that stands nowhere into a group of the same family.
func addSecondReasons(groups []cluster, all []*unit) {
	placed := map[*unit]bool{}
	for _, g := range groups {
		if g.people() < minPeople {
			continue
		}
		for _, m := range g.members {
			placed[m] = true
		}
	}
	for i := range groups {
		groups[i].addGiving(all, placed)
	}
	for i := range groups {
		groups[i].addFamily(all, placed)
		groups[i].addAlike(all, placed)
	}
}

// addAlike takes in clauses that stand nowhere and use at least two of the
// words that half of the group uses.
func (g *cluster) addAlike(all []*unit, placed map[*unit]bool) {
	if g.people() < minPeople || !g.isTopical() {
		return
	}
	common := g.common((g.people() + 1) / 2)
	for _, u := range all {
		shared := map[string]bool{}
		for _, w := range u.words {
			if !w.stop && common[w.stem] {
				shared[w.stem] = true
			}
		}
		if !placed[u] && len(shared) >= 2 {
			g.members = append(g.members, u)
			placed[u] = true
		}
	}
}

func (g *cluster) addGiving(all []*unit, placed map[*unit]bool) {
	if g.reason == "" {
		return
	}
	common := g.common((g.people() + 1) / 2)
	for _, u := range all {
		if u.reasons[g.reason] >= clearly && g.fits(u, common) && !slices.Contains(g.members, u) {
			g.members = append(g.members, u)
			placed[u] = true
		}
	}
}

func (g *cluster) addFamily(all []*unit, placed map[*unit]bool) {
	if g.reason == "" || g.people() < minPeople {
		return
	}
	common := g.common((g.people() + 1) / 2)
	for _, u := range all {
		if placed[u] || !u.gives(g.family()) {
			continue
		}
		if !g.isTopical() || g.fits(u, common) {
			g.members = append(g.members, u)
			placed[u] = true
		}
	}
}
