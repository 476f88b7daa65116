package analysis

import (
	"cmp"
	"encoding/json"

	"github.com/usercall/usercall/internal/research"
)

// clauseKey names a clause across runs: turns never change once said.
type clauseKey struct {
	interview        string
	turn, start, end int
}

func (k clauseKey) compare(o clauseKey) int {
	return cmp.Or(cmp.Compare(k.interview, o.interview), cmp.Compare(k.turn, o.turn), cmp.Compare(k.start, o.start), cmp.Compare(k.end, o.end))
}

// quoteKey is a clause as a quote of a theme.
type quoteKey struct {
	theme  string
	clause clauseKey
}

// state is what a study remembers between runs.
type state struct {
	themes     []oldTheme
	quotes     map[quoteKey]string
	interviews map[string]bool // that the last run saw
	fitted     int             // interviews of the last fit
}

type oldTheme struct {
	id      string
	label   string
	clauses map[clauseKey]bool
}

// storedState is the state's JSON. Version 1 is the only one.
type storedState struct {
	Version    int           `json:"version"`
	Fitted     int           `json:"fitted"`
	Interviews []string      `json:"interviews"`
	Themes     []storedTheme `json:"themes"`
}

type storedTheme struct {
	ID      string         `json:"id"`
	Label   string         `json:"label"`
	Clauses []storedClause `json:"clauses"`
}

type storedClause struct {
	Interview string `json:"interview"`
	Turn      int    `json:"turn"`
	Start     int    `json:"start"`
	End       int    `json:"end"`
	Quote     string `json:"quote,omitempty"` // its id, where it is shown
}

func readState(raw []byte) state {
	s := state{quotes: map[quoteKey]string{}, interviews: map[string]bool{}}
	var stored storedState
	if json.Unmarshal(raw, &stored) != nil || stored.Version != 1 {
		return s
	}
	s.fitted = stored.Fitted
	for _, id := range stored.Interviews {
		s.interviews[id] = true
	}
	for _, t := range stored.Themes {
		o := oldTheme{id: t.ID, label: t.Label, clauses: map[clauseKey]bool{}}
		for _, c := range t.Clauses {
			k := clauseKey{c.Interview, c.Turn, c.Start, c.End}
			o.clauses[k] = true
			if c.Quote != "" {
				s.quotes[quoteKey{t.ID, k}] = c.Quote
			}
		}
		s.themes = append(s.themes, o)
	}
	return s
}

func writeState(interviews []research.Interview, fitted int, groups []cluster, themes []research.Theme) []byte {
	s := storedState{Version: 1, Fitted: fitted, Interviews: []string{}, Themes: []storedTheme{}}
	for _, iv := range interviews {
		s.Interviews = append(s.Interviews, iv.PublicID)
	}
	for i, g := range groups {
		shown := map[clauseKey]string{}
		for _, q := range themes[i].Quotes {
			shown[clauseKey{q.Interview, q.Turn, q.Start, q.End}] = q.ID
		}
		t := storedTheme{ID: g.id, Label: g.label}
		for _, m := range g.members {
			t.Clauses = append(t.Clauses, storedClause{m.interview, m.turn, m.start, m.end, shown[m.key()]})
		}
		s.Themes = append(s.Themes, t)
	}
	out, err := json.Marshal(s)
	if err != nil { // strings and numbers only
		return nil
	}
	return out
}

// sameTheme is the overlap from which a theme is the old one.
const sameTheme = .3

// keepIDs gives each group the id of the old theme that it is, or a new one.
func keepIDs(groups []cluster, old state, newID func(string) string) {
	gain := make([][]float64, len(groups))
	for i := range groups {
		gain[i] = make([]float64, len(old.themes))
		for j, o := range old.themes {
			if iou := overlap(&groups[i], o, old.interviews); iou >= sameTheme {
				gain[i][j] = iou
			}
		}
	}
	for i, j := range match(gain) {
		if j >= 0 && gain[i][j] > 0 {
			groups[i].id = old.themes[j].id
			groups[i].keepLabel(old.themes[j].label)
			continue
		}
		groups[i].id = newID(research.PrefixTheme)
	}
}

// keepLabel keeps the label people know the theme by, as long as a fifth of
// its people use a word of it.
func (g *cluster) keepLabel(label string) {
	now := g.label
	g.label = label
	who := map[string]bool{}
	for _, m := range g.members {
		if g.saysLabel(m) {
			who[m.interview] = true
		}
	}
	if r := reasonByID(g.reason); 5*len(who) < g.people() && (r == nil || r.name != label) {
		g.label = now
	}
}

// overlap is intersection over union of the clauses, among the interviews
// that the last run saw: new ones neither help nor harm.
func overlap(g *cluster, o oldTheme, seen map[string]bool) float64 {
	both, known := 0, 0
	for _, m := range g.members {
		if !seen[m.interview] {
			continue
		}
		known++
		if o.clauses[m.key()] {
			both++
		}
	}
	if both == 0 {
		return 0
	}
	return float64(both) / float64(known+len(o.clauses)-both)
}
