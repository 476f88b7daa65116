package analysis

import (
	"cmp"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// MinInterviews is how many counted interviews a study needs before it has
// themes.
const MinInterviews = research.ForThemes

// minPeople is how many people must have said a reason before it is a theme:
// one person's is an anecdote.
const minPeople = 2

// maxQuotes is how many quotes one interview gives a theme at most.
const maxQuotes = 5

// Builtin is the name of this engine in what it makes.
const Builtin = "built-in"

// StudyInput is everything the themes of a study follow from.
type StudyInput struct {
	Study research.StudyID
	// Interviews with their turns, in any order. Those that do not count
	// (research.Interview.Countable) are left out.
	Interviews []research.Interview
	// Previous is the State of the last result, so that themes and quotes keep
	// their ids; nil at first. What cannot be read counts as nil.
	Previous []byte
	// NewID makes a public id with a prefix, for themes and quotes that are new.
	NewID func(prefix string) string
}

// StudyResult is the themes of a study, and what to keep for the next time.
type StudyResult struct {
	Themes    []research.Theme // most people first
	Of        int              // interviews counted
	Ungrouped []string         // public ids of counted interviews without a theme, in order
	State     []byte           // JSON, the next Previous
}

// Study finds the reasons that several people gave. People counts interviews,
// not quotes; Of counts the countable interviews; the interval is Wilson's.
// Every interview of a theme has at least one quote there and at most five,
// the most central first, and every quote stands in its turn as it is. The
// definition is the theme's most central quote.
//
// The result depends on the set of interviews and on Previous, not on the
// order. A theme keeps its id where it shares at least .3 (intersection over
// union) of its clauses with the theme of Previous that has it, among
// interviews that both saw; of several possibilities the one with the largest
// sum is taken (Hungarian method). From 30 interviews on, until there are half
// as many again as at the last fit, clauses stay in their themes and only new
// ones are placed.
func Study(in StudyInput) StudyResult {
	interviews := counted(in.Interviews)
	old := readState(in.Previous)
	out := StudyResult{Of: len(interviews), Themes: []research.Theme{}, Ungrouped: []string{}}
	var groups []cluster
	fitted := len(interviews)
	switch {
	case old.grows(len(interviews)):
		groups, fitted = grow(carrying(interviews), old), old.fitted
	case len(interviews) >= MinInterviews:
		groups = findGroups(carrying(interviews))
	}
	keepIDs(groups, old, in.NewID)
	for i := range groups {
		out.Themes = append(out.Themes, groups[i].theme(in, old, len(interviews)))
	}
	out.Ungrouped = append(out.Ungrouped, withoutTheme(interviews, groups)...)
	out.State = writeState(interviews, fitted, groups, out.Themes)
	return out
}

// counted are the interviews that count, by id.
func counted(all []research.Interview) []research.Interview {
	var out []research.Interview
	for _, iv := range all {
		if iv.Countable() {
			out = append(out, iv)
		}
	}
	slices.SortFunc(out, func(a, b research.Interview) int { return cmp.Compare(a.PublicID, b.PublicID) })
	return slices.CompactFunc(out, func(a, b research.Interview) bool { return a.PublicID == b.PublicID })
}

func withoutTheme(interviews []research.Interview, groups []cluster) []string {
	has := map[string]bool{}
	for _, g := range groups {
		for _, m := range g.members {
			has[m.interview] = true
		}
	}
	var out []string
	for _, iv := range interviews {
		if !has[iv.PublicID] {
			out = append(out, iv.PublicID)
		}
	}
	return out
}

// theme is the group as it is published.
func (g *cluster) theme(in StudyInput, old state, of int) research.Theme {
	t := research.Theme{ID: g.id, Study: in.Study, Label: g.label, People: g.people(), Of: of}
	t.Low, t.High = Wilson(t.People, of)
	given := map[string]int{}
	for _, m := range g.members { // the most central first
		if given[m.interview] == maxQuotes {
			continue
		}
		given[m.interview]++
		id := old.quotes[quoteKey{g.id, m.key()}]
		if id == "" {
			id = in.NewID(research.PrefixQuote)
		}
		t.Quotes = append(t.Quotes, research.Quote{ID: id, Interview: m.interview, Turn: m.turn, Start: m.start, End: m.end, Text: m.text})
	}
	t.Definition = t.Quotes[0].Text
	return t
}
