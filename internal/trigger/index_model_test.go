package trigger

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/usercall/usercall/internal/research"
)

// However rules come and go, the index finds what looking at each of them finds:
// every rule of which a slot may be satisfied, once, and no other.
func TestIndexFindsWhatALoopFinds(t *testing.T) {
	for seed := range uint64(30) {
		m := maker{rand.New(rand.NewPCG(seed, 5))}
		ix, live := NewIndex(), map[string][]*Rule{}
		for range 120 {
			study := fmt.Sprint("s", m.IntN(40))
			if m.IntN(3) == 0 {
				ix.Remove(study)
				delete(live, study)
				continue
			}
			live[study] = m.rules(t, study)
			ix.Put(study, live[study])
		}
		for range 60 {
			e := m.event()
			checkCandidates(t, ix, live, &e)
		}
		for study := range live {
			ix.Remove(study)
		}
		for i := range ix.kinds {
			if len(ix.kinds[i].named) > 0 || ix.kinds[i].any != nil {
				t.Fatalf("seed %d: something is left of what was removed", seed)
			}
		}
	}
}

func checkCandidates(t *testing.T, ix *Index, live map[string][]*Rule, e *research.Event) {
	t.Helper()
	var want []*Rule
	v := viewOf(e, nil)
	for _, rules := range live {
		for _, r := range rules {
			if r.mayTake(&v) {
				want = append(want, r)
			}
			for s := range r.all { // what it may not take, no person satisfies
				if !r.mayTake(&v) && s.satisfied(e, traits(`{"plan": "pro", "x": 1}`)) {
					t.Fatalf("%s takes %s %q %s", r.StudyKey, e.Type, e.Name, e.Properties)
				}
			}
		}
	}
	got := ix.Candidates(e, nil)
	byKey := func(a, b *Rule) int { return Compare(a, b) }
	slices.SortFunc(got, byKey)
	slices.SortFunc(want, byKey)
	if !slices.Equal(got, want) || ix.Asks(e) != (len(want) > 0) {
		t.Fatalf("%s %q %s: found %s, not %s", e.Type, e.Name, e.Properties, keys(got), keys(want))
	}
}

// rules is a study whose slots are about few names, properties and values, so
// that they often meet.
func (m maker) rules(t *testing.T, study string) []*Rule {
	f := &File{Study: StudySpec{Key: study}}
	for i := range 1 + m.IntN(3) {
		s := Spec{Key: fmt.Sprint("t", i), On: m.slot()}
		s.Then, s.Did, s.DidNot = some(m, 1, m.slot), some(m, 1, m.slot), some(m, 1, m.slot)
		if m.maybe() {
			absent := m.slot()
			s.Absent = &absent
		}
		f.Triggers = append(f.Triggers, s)
	}
	c, err := Compile(f)
	if err != nil {
		t.Fatal(err)
	}
	return c.Rules
}

func (m maker) slot() MatchSpec {
	s := MatchSpec{Type: pick(m, research.Track, research.Track, research.Page), Events: pick(m, []string{"a"}, []string{"a", "b"}, []string{"c"})}
	if s.Type == research.Page && m.maybe() {
		s.Events = nil
	}
	s.Sources = pick(m, nil, nil, []research.Source{research.FromServer})
	if m.IntN(4) > 0 {
		s.Where = &Condition{Terms: some(m, 3, m.selectiveTerm)}
	}
	return s
}

func (m maker) selectiveTerm() Term {
	test := pick(m, Test{Equals, []Literal{m.scalar()}}, Test{Equals, []Literal{m.scalar()}}, Test{In, []Literal{m.scalar(), m.scalar()}},
		Test{NotEquals, []Literal{m.scalar()}}, Test{Less, []Literal{Number("2")}})
	names := pick(m, []string{"x"}, []string{"y"}, []string{"z", "0"})
	if m.IntN(8) == 0 {
		return Term{Join: pick(m, Any, All, Not), Of: []Condition{{Terms: []Term{{Path: Path{RootProperties, names}, Tests: []Test{test}}}}}}
	}
	return Term{Path: Path{pick(m, RootProperties, RootProperties, RootProperties, RootTraits), names}, Tests: []Test{test}}
}

func (m maker) scalar() Literal {
	return pick(m, Text("v"), Text("wé"), Number("1"), Number("1.0"), Number("10e-1"), Number("12345678901234567890.5"), Bool(true))
}

func (m maker) event() research.Event {
	value := func() string {
		return pick(m, `"v"`, `"\u0076"`, `"wé"`, `1`, `1.00`, `12345678901234567890.50`, `true`, `null`, `{}`, `3`)
	}
	properties := fmt.Sprintf(`{"x": %s, "y" :%s,"z":[%s]}`, value(), value(), value())
	if m.IntN(4) == 0 {
		properties = fmt.Sprintf(`{"x": %s, "\u0078": %s}`, value(), value())
	}
	return research.Event{Type: pick(m, research.Track, research.Page, research.Identify), Name: pick(m, "a", "b", "c", "d", ""),
		Source: pick(m, research.FromServer, research.FromBrowser), Properties: json.RawMessage(properties), Timestamp: noon}
}
