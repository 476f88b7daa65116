package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// Unseen says which events and paths of a study file the project has not had in
// 30 days, and what was probably meant. It is nothing to refuse a file for: the
// event may be yet to come. In a project that has had no event at all there is
// nothing to compare with.
func (a *App) Unseen(ctx context.Context, p *research.Project, f *trigger.File) ([]string, error) {
	reports := a.db.Reports()
	have, err := reports.Catalogue(ctx, p.ID)
	if err != nil || len(have) == 0 {
		return nil, err
	}
	var all []string
	for _, u := range f.Uses() {
		words, err := unseen(ctx, reports, p, have, u)
		if err != nil {
			return nil, err
		}
		for _, w := range words {
			if !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
	}
	return all, nil
}

func unseen(ctx context.Context, reports report.CatalogueStore, p *research.Project, have []report.CatalogueLine, u trigger.Use) ([]string, error) {
	full := slices.ContainsFunc(have, func(l report.CatalogueLine) bool { return l.Type == report.Others })
	name := report.EventName{Type: u.Type, Name: u.Event}
	if !slices.ContainsFunc(have, func(l report.CatalogueLine) bool { return l.EventName == name }) {
		if full { // it may be one of those that found no room
			return nil, nil
		}
		return []string{fmt.Sprintf("trigger %q waits for %s %q, which has not been seen in 30 days%s", u.Trigger, u.Type, short(u.Event), meantName(u, have))}, nil
	}
	if len(u.Paths) == 0 {
		return nil, nil
	}
	entry, err := reports.CatalogueEvent(ctx, p.ID, name)
	if err != nil {
		return nil, err
	}
	return append(unseenPaths(u, entry), unseenKinds(u, entry)...), nil
}

// unseenKinds is the paths that were compared with a kind of value that they never
// had: "5" is no 5, and so never what it is compared with.
func unseenKinds(u trigger.Use, entry *report.CatalogueEntry) (all []string) {
	for _, c := range u.Tests {
		i := slices.IndexFunc(entry.Properties, func(p report.Property) bool { return p.Path == c.Path.String() })
		if i < 0 {
			continue
		}
		had := slices.DeleteFunc(slices.Clone(entry.Properties[i].Kinds), func(k string) bool { return k == "null" })
		if kind := kindWords[c.Kind]; len(had) > 0 && !slices.Contains(had, kind) {
			all = append(all, fmt.Sprintf("trigger %q compares %s with %s, and %q had only %s there in 30 days", u.Trigger, c.Path.String(), article(kind), short(u.Event), strings.Join(had, " or ")))
		}
	}
	return all
}

// kindWords is what the catalogue calls the kinds of values of the language.
var kindWords = map[string]string{"text": "text", "number": "number", "yes/no": "true or false"}

func article(kind string) string {
	if kind == "true or false" {
		return kind
	}
	return "a " + kind
}

// meantName looks for the name among those of the type, and then among all.
func meantName(u trigger.Use, have []report.CatalogueLine) string {
	var names []string
	for _, l := range have {
		switch {
		case l.Name == u.Event:
			return fmt.Sprintf("; it comes as %s: did you mean type: %s?", l.Type, l.Type)
		case l.Type == u.Type:
			names = append(names, l.Name)
		}
	}
	return meantBy(u.Event, names)
}

func meantBy(s string, known []string) string {
	if near := trigger.Nearest(s, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// unseenPaths is the paths that the event has not had, of those the catalogue
// can know: up to three names below properties or traits, without lists.
func unseenPaths(u trigger.Use, entry *report.CatalogueEntry) (all []string) {
	var known []string
	for _, have := range entry.Properties {
		if have.Path == "" || strings.HasSuffix(have.Path, ".*") {
			return nil // not all of them are known
		}
		known = append(known, have.Path)
	}
	if len(known) == 0 {
		return nil
	}
	for _, path := range u.Paths {
		s := path.String()
		if path.Root != trigger.RootProperties && (path.Root != trigger.RootTraits || u.Type == research.Track) || len(path.Names) > 3 || slices.Contains(known, s) || inList(path, entry) {
			continue
		}
		all = append(all, fmt.Sprintf("trigger %q tests %s, which no looked-at %q had in 30 days%s", u.Trigger, s, short(u.Event), meantBy(s, known)))
	}
	return all
}

// inList tells whether the path leads into a list, whose inside the catalogue
// does not know.
func inList(path trigger.Path, entry *report.CatalogueEntry) bool {
	for n := range path.Names {
		up := trigger.Path{Root: path.Root, Names: path.Names[:n]}
		if slices.ContainsFunc(entry.Properties, func(p report.Property) bool { return p.Path == up.String() && slices.Contains(p.Kinds, "list") }) {
			return true
		}
	}
	return false
}
