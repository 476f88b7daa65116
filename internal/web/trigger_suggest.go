package web

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/web/builder"
)

// maxLooked bounds how many events' properties are read for one form.
const maxLooked = 20

// suggest fills in what the project's catalogue knows: names of events, and paths of
// those that the form names.
func (d *dashboard) suggest(r *request, e *triggerEdit) error {
	all, err := d.Reports.Catalogue(r.Context(), r.project.ID)
	if err != nil {
		return err
	}
	s := &suggestions{d: d, r: r, have: map[report.EventName]bool{}, known: map[report.EventName][]report.Property{}}
	seen := map[string]bool{}
	for _, l := range all {
		s.have[l.EventName] = true
		if waitedFor(l.Type) && l.Name != "" && !seen[l.Name] {
			seen[l.Name] = true
			e.Names = append(e.Names, l)
		}
	}
	slices.SortStableFunc(e.Names, func(a, b report.CatalogueLine) int { return b.Count - a.Count })
	return s.fill(e)
}

func waitedFor(t research.EventType) bool {
	return t == research.Track || t == research.Page || t == research.Screen
}

// suggestions is what one form asks of the catalogue, each event once.
type suggestions struct {
	d     *dashboard
	r     *request
	have  map[report.EventName]bool
	known map[report.EventName][]report.Property
}

func (s *suggestions) fill(e *triggerEdit) error {
	traits, err := s.of(report.EventName{Type: research.Identify})
	if err != nil {
		return err
	}
	group, err := s.of(report.EventName{Type: research.Group})
	if err != nil {
		return err
	}
	who := map[string][]string{"email": nil}
	below(who, traits, "traits.", "traits.")
	below(who, group, "traits.", "group.")
	e.offer("who", "who", who, e.Form.Who)
	matches := e.matches()
	for _, name := range slices.Sorted(maps.Keys(matches)) {
		paths, err := s.match(matches[name], traits)
		if err != nil {
			return err
		}
		e.offer(name, name+".where", paths, matches[name].Where)
	}
	return nil
}

// offer suggests the paths to the lines of a condition, and to each line the values
// that its path has had.
func (e *triggerEdit) offer(list, name string, paths map[string][]string, terms []builder.Term) {
	e.Lists = append(e.Lists, suggested{"paths-" + list, slices.Sorted(maps.Keys(paths))})
	for i := range terms {
		e.values(indexed(name, i), &terms[i], paths)
	}
}

func (e *triggerEdit) values(name string, t *builder.Term, paths map[string][]string) {
	for i := range t.Of {
		for j := range t.Of[i].Terms {
			e.values(indexed(indexed(name, i), j), &t.Of[i].Terms[j], paths)
		}
	}
	if t.Join == "" {
		e.Lists = append(e.Lists, suggested{"values-" + name, paths[t.Path]})
	}
}

// match is the paths of a match's events, and the traits.
func (s *suggestions) match(m *builder.Match, traits []report.Property) (map[string][]string, error) {
	all := map[string][]string{}
	below(all, traits, "traits.", "traits.")
	kind := research.EventType(m.Type)
	if kind == "" {
		kind = research.Track
	}
	for _, name := range m.Events {
		known, err := s.of(report.EventName{Type: kind, Name: name})
		if err != nil {
			return nil, err
		}
		below(all, known, "", "")
	}
	return all, nil
}

// of is what is known of an event.
func (s *suggestions) of(name report.EventName) ([]report.Property, error) {
	if known, looked := s.known[name]; looked || !s.have[name] || len(s.known) >= maxLooked {
		return known, nil
	}
	entry, err := s.d.Reports.CatalogueEvent(s.r.Context(), s.r.project.ID, name)
	if err != nil {
		return nil, err
	}
	s.known[name] = slices.DeleteFunc(entry.Properties, func(p report.Property) bool { return p.Path == "" || strings.HasSuffix(p.Path, ".*") })
	return s.known[name], nil
}

// below adds the paths that begin with a root, under another one, with their values.
func below(to map[string][]string, known []report.Property, root, as string) {
	for _, p := range known {
		if name, ok := strings.CutPrefix(p.Path, root); ok {
			to[as+name] = append(to[as+name], spoken(p.Samples)...)
		}
	}
}

// spoken is values as one types them: texts without their quotes.
func spoken(samples []string) (out []string) {
	for _, s := range samples {
		var text string
		if json.Unmarshal([]byte(s), &text) == nil {
			s = text
		}
		out = append(out, s)
	}
	return out
}

// matches is every match of the form by its name.
func (e *triggerEdit) matches() map[string]*builder.Match {
	all := map[string]*builder.Match{"on": &e.Form.On}
	for list, of := range map[string][]builder.Match{"then": e.Form.Then, "absent": e.Form.Absent, "did": e.Form.Did, "did_not": e.Form.DidNot} {
		for i := range of {
			all[indexed(list, i)] = &of[i]
		}
	}
	return all
}

// suggested is one list to choose from.
type suggested struct {
	ID  string
	All []string
}
