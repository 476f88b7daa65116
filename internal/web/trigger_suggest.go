package web

import (
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
	s := &suggestions{d: d, r: r, have: map[report.EventName]bool{}, paths: map[report.EventName][]string{}}
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
	paths map[report.EventName][]string
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
	who := append([]string{"email"}, below(traits, "traits.", "traits.")...)
	e.paths = map[string][]string{"who": append(who, below(group, "traits.", "group.")...)}
	for name, m := range e.matches() {
		if e.paths[name], err = s.match(m, traits); err != nil {
			return err
		}
	}
	return nil
}

// match is the paths of a match's events, and the traits.
func (s *suggestions) match(m *builder.Match, traits []string) ([]string, error) {
	all := map[string]bool{}
	for _, p := range below(traits, "traits.", "traits.") {
		all[p] = true
	}
	kind := research.EventType(m.Type)
	if kind == "" {
		kind = research.Track
	}
	for _, name := range m.Events {
		paths, err := s.of(report.EventName{Type: kind, Name: name})
		if err != nil {
			return nil, err
		}
		for _, p := range paths {
			all[p] = true
		}
	}
	return slices.Sorted(maps.Keys(all)), nil
}

// of is the known paths of an event.
func (s *suggestions) of(name report.EventName) ([]string, error) {
	if known, looked := s.paths[name]; looked || !s.have[name] || len(s.paths) >= maxLooked {
		return known, nil
	}
	entry, err := s.d.Reports.CatalogueEvent(s.r.Context(), s.r.project.ID, name)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, p := range entry.Properties {
		if p.Path != "" && !strings.HasSuffix(p.Path, ".*") {
			paths = append(paths, p.Path)
		}
	}
	s.paths[name] = paths
	return paths, nil
}

// below is the paths that begin with a root, under another one.
func below(paths []string, root, as string) (out []string) {
	for _, p := range paths {
		if name, ok := strings.CutPrefix(p, root); ok {
			out = append(out, as+name)
		}
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

// suggested is what one list of suggestions holds.
type suggested struct {
	ID    string
	Paths []string
}

// Suggested is the paths by the id of their list.
func (e *triggerEdit) Suggested() (all []suggested) {
	for _, name := range slices.Sorted(maps.Keys(e.paths)) {
		all = append(all, suggested{"paths-" + name, e.paths[name]})
	}
	return all
}
