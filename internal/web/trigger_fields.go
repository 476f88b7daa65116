package web

import (
	"fmt"
	"strings"

	"github.com/usercall/usercall/internal/web/builder"
)

// field is one input of the form, with what a template needs of it.
type field struct {
	Name, Value, Label string
	Escaped            bool
	List, Hint         string // id of what is suggested; what stands there while it is empty
	Wide, Small, Focus bool
	Wrong              []string
}

// Field is an input with its value; kind is "wide", "small" or "".
func (e *triggerEdit) Field(name, value, label, kind, list, hint string) field {
	f := field{Name: name, Label: label, List: list, Hint: hint, Wide: kind == "wide", Small: kind == "small", Focus: name == e.Focus, Wrong: e.Wrong[name]}
	f.Value, f.Escaped = builder.Shown(value)
	return f
}

// matchView is one match of the form.
type matchView struct {
	*triggerEdit
	Name string
	*builder.Match
	Times, Within, For bool
	Happens            string
}

// MatchView is a match by its name; has is which of times, within and for it knows.
func (e *triggerEdit) MatchView(name string, m *builder.Match, happens, has string) matchView {
	return matchView{e, name, m, strings.Contains(has, "times"), strings.Contains(has, "within"), strings.Contains(has, "for"), happens}
}

// Ref is the nth match of a list, to be changed by no template.
func (e *triggerEdit) Ref(list string, i int) *builder.Match {
	return &map[string][]builder.Match{"then": e.Form.Then, "absent": e.Form.Absent, "did": e.Form.Did, "did_not": e.Form.DidNot}[list][i]
}

// LastStep is the index of the last further step, -1 where there is none.
func (e *triggerEdit) LastStep() int { return len(e.Form.Then) - 1 }

// Step is what the nth further step is called where one only hears it; -1 is what
// begins the trigger.
func (e *triggerEdit) Step(i int) string {
	m := e.On()
	if i >= 0 {
		m = &e.Form.Then[i]
	}
	if len(m.Events) > 0 && m.Events[0] != "" {
		return strings.Join(m.Events, " or ")
	}
	return fmt.Sprintf("step %d", i+2)
}

// termsView is the lines of a condition.
type termsView struct {
	*triggerEdit
	Name  string
	Terms []builder.Term
	Paths string // the id of what is suggested as paths
	Page  bool   // they are about the address of a page
}

// TermsView is a condition by its name.
func (e *triggerEdit) TermsView(name string, terms []builder.Term, paths string) termsView {
	return termsView{e, name, terms, paths, paths == ""}
}

// termView is one line of it.
type termView struct {
	termsView
	Name string
	builder.Term
}

// Line is the nth line.
func (v termsView) Line(i int) termView {
	return termView{v, fmt.Sprintf("%s.%d", v.Name, i), v.Terms[i]}
}

// Valued tells whether the test compares with something.
func (v termView) Valued() bool { return v.Op != builder.Known && v.Op != builder.Unknown }

// option is one of a list to choose from.
type option struct {
	Value, Words string
}

var testWords = []option{{"equals", "is"}, {"not", "is not"}, {"in", "is one of"}, {"not_in", "is none of"}, {"lt", "less than, before"},
	{"lte", "at most"}, {"gt", "more than, after"}, {"gte", "at least"}, {"contains", "contains"},
	{"starts_with", "starts with"}, {"ends_with", "ends with"}, {"matches", "matches pattern"}, {builder.Known, "is known"}, {builder.Unknown, "is not known"}}

var pageTests = []option{{"equals", "is"}, {"not", "is not"}, {"in", "is one of"}, {"not_in", "is none of"}, {"contains", "contains"}, {"starts_with", "starts with"}, {"ends_with", "ends with"}}

// Tests is what a line can ask.
func (v termView) Tests() []option {
	if v.Page {
		return pageTests
	}
	return testWords
}

// Kinds is what a value can be taken for.
func (v termView) Kinds() []option {
	return []option{{builder.Auto, "as it looks"}, {builder.Text, "text"}, {builder.Number, "number"}, {builder.YesNo, "yes or no"}, {builder.JSON, "as JSON"}}
}

// Joined is what stands above conditions that are joined.
func (v termView) Joined() string {
	return map[string]string{"all": "all of these hold", "any": "at least one of these holds", "not": "this does not hold"}[v.Join]
}

// SourceList is the sources of a match, those ticked first and in their order: it is
// sent back as it stands here.
func (v matchView) SourceList() (all []sourceBox) {
	for _, s := range v.Sources {
		all = append(all, sourceBox{s, true})
	}
	for _, s := range []string{"browser", "server", "webhook", "custom"} {
		if !strings.Contains(" "+strings.Join(v.Sources, " ")+" ", " "+s+" ") {
			all = append(all, sourceBox{s, false})
		}
	}
	return all
}

type sourceBox struct {
	Value  string
	Ticked bool
}

// Folded tells whether what is rarely needed may be folded away.
func (v matchView) Folded() bool { return len(v.Sources) == 0 && (v.Type == "" || v.Type == "track") }

// Types is what a match can wait for.
func (v matchView) Types() []option {
	return []option{{"track", "an event"}, {"page", "a page view"}, {"screen", "a screen view"}}
}

// Parts is what of an address a line can look at.
func (v termView) Parts() []option {
	return []option{{"path", "path"}, {"host", "host"}, {"full", "whole address"}}
}

// PeopleOptions is whom a trigger can ask.
func (e *triggerEdit) PeopleOptions() []option {
	return []option{{"identified", "people with a userId"}, {"anyone", "anyone"}}
}

// Deliveries is how an invite can travel.
func (e *triggerEdit) Deliveries() []option {
	return []option{{"card", "a card on the page"}, {"link", "a link"}, {"email", "e-mail"}, {"webhook", "webhook"}, {"slack", "Slack"}}
}

// Bad is what is wrong with a field.
func (e *triggerEdit) Bad(name string) []string { return e.Wrong[name] }

// On is the match that begins it.
func (e *triggerEdit) On() *builder.Match { return &e.Form.On }
