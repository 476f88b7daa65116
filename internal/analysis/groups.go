package analysis

import (
	"cmp"
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// cluster is a theme in the making.
type cluster struct {
	id      string
	label   string
	reason  string // that most of its people gave; "" where it is none of the lexicon
	members []*unit
}

// people is the number of distinct interviews.
func (g *cluster) people() int { return len(g.interviews()) }

func (g *cluster) interviews() map[string]bool {
	seen := map[string]bool{}
	for _, m := range g.members {
		seen[m.interview] = true
	}
	return seen
}

// clearly is the score from which a clause gives a reason: one strong cue, or two
// weak ones.
const clearly = .8

// reasonWeight is how much a reason of the lexicon counts beside a word.
const reasonWeight = 1.5

// carrying are the clauses that may carry a reason, by interview and turn.
func carrying(interviews []research.Interview) []*unit {
	r := newReader()
	var out []*unit
	for _, iv := range interviews {
		for _, u := range r.units(iv) {
			if u.carries() {
				out = append(out, &u)
			}
		}
	}
	return out
}

// findGroups puts clauses into groups of at least minPeople people, the
// largest first.
func findGroups(all []*unit) []cluster {
	groups := arrange(formGroups(all))
	return arrange(placeRest(groups, all))
}

// formGroups fits the clauses, and lets those that give two reasons stand in
// both groups.
func formGroups(all []*unit) []cluster {
	docs := make([]map[string]float64, len(all))
	for i, u := range all {
		docs[i] = u.document()
	}
	f := fit(docs, standard)
	groups := make([]cluster, f.themes)
	for i, c := range f.member {
		if c >= 0 {
			groups[c].members = append(groups[c].members, all[i])
		}
	}
	for i := range groups {
		groups[i].findReason()
	}
	groups = joinSameReason(groups)
	for i := range groups {
		groups[i].dropStrangers()
	}
	addSecondReasons(groups, all)
	return joinSamePeople(groups)
}

func sortGroups(groups []cluster) {
	slices.SortStableFunc(groups, func(a, b cluster) int {
		return cmp.Or(cmp.Compare(b.people(), a.people()), cmp.Compare(a.label, b.label))
	})
}

// findReason is the reason of the lexicon that at least half of the group's
// people gave, if there is one; of equals the first in the lexicon.
func (g *cluster) findReason() {
	best := 0
	for _, r := range reasons {
		if n := len(g.giving(r.id)); n > best && 2*n >= g.people() {
			g.reason, best = r.id, n
		}
	}
}

// giving are the interviews of the group that give the reason.
func (g *cluster) giving(reason string) map[string]bool {
	out := map[string]bool{}
	for _, m := range g.members {
		if m.reasons[reason] >= clearly {
			out[m.interview] = true
		}
	}
	return out
}

// joinSameReason makes one of groups that most of whose people gave the same
// reason, or reasons of one family where one of the groups is small; but for
// reasons that depend on their object.
func joinSameReason(groups []cluster) []cluster {
	var out []cluster
	for _, g := range groups {
		i := slices.IndexFunc(out, func(o cluster) bool { return o.joins(&g) })
		if i < 0 {
			out = append(out, g)
			continue
		}
		out[i].members = append(out[i].members, g.members...)
		out[i].findReason()
	}
	return out
}

// smallGroup is the number of people giving a reason below which it does not
// part its family.
const smallGroup = 3

func (g *cluster) joins(o *cluster) bool {
	if g.isTopical() || o.isTopical() {
		return false
	}
	return g.reason == o.reason ||
		g.family() == o.family() && min(len(g.giving(g.reason)), len(o.giving(o.reason))) < smallGroup
}

// family is that of the group's reason, which it must have.
func (g *cluster) family() string { return reasonByID(g.reason).family }

// sortByCentrality puts first what is most like the others: clauses that give
// the group's reason, share its stems and are neither terse nor long.
func (g *cluster) sortByCentrality() {
	share := map[string]float64{}
	for _, m := range g.members {
		for t := range m.terms {
			share[t] += 1 / float64(len(g.members))
		}
	}
	score := map[*unit]float64{}
	for _, m := range g.members {
		score[m] = g.centrality(m, share)
	}
	slices.SortStableFunc(g.members, func(a, b *unit) int {
		return cmp.Or(cmp.Compare(score[b], score[a]), a.key().compare(b.key()))
	})
}

func (g *cluster) centrality(m *unit, share map[string]float64) float64 {
	s := m.reasons[g.reason]
	for _, w := range m.words {
		s += share[w.stem]
	}
	if n := len(m.words); n < 4 || n > 30 {
		s /= 2
	}
	if m.asked == askReason {
		s += .5
	}
	if m.main {
		s += .5
	}
	if g.saysLabel(m) {
		s++
	}
	return s
}

// saysLabel tells whether a word of the label stands in the clause.
func (g *cluster) saysLabel(m *unit) bool {
	label := strings.Fields(g.label)
	return slices.ContainsFunc(m.words, func(w word) bool { return slices.Contains(label, w.text) })
}

// preferReason puts phrases first that name the reason and its object, of
// about as good ones: "accounting export" before "invoices accounting".
func (g *cluster) preferReason(phrases []phrase) {
	if g.reason == "" {
		return
	}
	r := newReader()
	for i, p := range phrases {
		u := unit{reasons: reasonsOf(r.read(p.surface))}
		if p.length > 1 && u.gives(g.family()) {
			phrases[i].score *= 2
		}
	}
	slices.SortStableFunc(phrases, func(a, b phrase) int { return cmp.Compare(b.score, a.score) })
}

// speaksOf tells whether a phrase may be the label: of a reason that needs no
// object, it names one of the family.
func (g *cluster) speaksOf(p phrase) bool {
	if g.isTopical() {
		return true
	}
	u := unit{reasons: reasonsOf(newReader().read(p.surface))}
	return u.gives(g.family())
}

// leastShare is the share of people that must use a phrase for it to be the
// label: a name of the lexicon says as much as most phrases, and what two of
// four people share may be chance where it is not in what twenty share.
func (g *cluster) leastShare() float64 {
	switch {
	case !g.isTopical():
		return 2. / 3
	case g.reason == "" && g.people() > 5:
		return .25
	}
	return .5
}

// nameGroups labels the groups by what their people say and others do not. A
// reason of the lexicon gives its name where too few share a phrase.
func nameGroups(groups []cluster) {
	var texts []said
	for t, g := range groups {
		for _, m := range g.members {
			texts = append(texts, said{m.interview, m.words, t})
		}
	}
	for t, phrases := range labels(texts, len(groups)) {
		g := &groups[t]
		g.preferReason(phrases)
		phrases = slices.DeleteFunc(phrases, func(p phrase) bool { return !g.speaksOf(p) })
		shared := len(phrases) > 0 && phrases[0].inside >= minPeople && float64(phrases[0].inside) >= g.leastShare()*float64(g.people())
		switch {
		case shared:
			g.label = phrases[0].surface
		case g.reason != "":
			g.label = reasonByID(g.reason).name
		}
	}
}
