package web

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
	"github.com/usercall/usercall/internal/web/builder"
)

// triggerEdit is a trigger that somebody writes.
type triggerEdit struct {
	studyShell
	Trigger  *research.Trigger // nil: it is not there yet, or not any more
	Form     *builder.Form
	Version  int    // of the study that saving builds on
	Focus    string // field to type into next
	Wrong    map[string][]string
	Sentence string // what the form says, where nothing is wrong
	YAML     string
	Effect   string // what saving does to people who are in the middle of it
	Warnings []string
	Conflict *overtaken
	Names    []report.CatalogueLine // for who is typing an event
	paths    map[string][]string    // by the name of a match, "who"

	isNew bool
	file  *trigger.File
	at    int    // of the trigger in the file; -1: not there
	key   string // the trigger's, once it has one
	next  []byte // the file with the trigger in it; nil where something is wrong
}

// look finds out what the form says and what is wrong with it.
func (d *dashboard) look(r *request, e *triggerEdit) error {
	e.Form.Pad()
	form := *e.Form
	if form.Key == "" {
		form.Key = e.freeKey()
	}
	e.key = form.Key
	checked := form.Check()
	e.Wrong = checked.Wrong
	if checked.Spec != nil {
		if err := d.lookAt(r, e, *checked.Spec); err != nil {
			return err
		}
	}
	return d.suggest(r, e)
}

// freeKey is a key that the study does not have, made of what the form says.
func (e *triggerEdit) freeKey() string {
	name := e.Form.Name
	for _, event := range e.Form.On.Events {
		if name == "" {
			name = event
		}
	}
	for n := 1; ; n++ {
		key := trigger.KeyFor(name, n)
		taken := false
		for i := range e.file.Triggers {
			taken = taken || e.file.Triggers[i].Key == key
		}
		if !taken {
			return key
		}
	}
}

// lookAt puts the trigger into the file and has that checked as a whole.
func (d *dashboard) lookAt(r *request, e *triggerEdit, spec trigger.Spec) error {
	next := *e.file
	next.Triggers = append([]trigger.Spec{}, e.file.Triggers...)
	at := e.at
	if at < 0 {
		at, next.Triggers = len(next.Triggers), append(next.Triggers, spec)
	}
	next.Triggers[at] = spec
	src := next.Marshal()
	unseen, err := d.Commands.CheckStudy(r.Context(), r.project, src)
	if err != nil {
		if !mistaken(err) {
			return err
		}
		e.refuse(err)
		return nil
	}
	e.next, e.YAML, e.Effect = src, yamlOf(spec), e.effect(&spec)
	for _, words := range unseen {
		if own, ours := strings.CutPrefix(words, fmt.Sprintf("trigger %q ", spec.Key)); ours {
			e.Warnings = append(e.Warnings, "This trigger "+own+".")
		}
	}
	compiled, err := trigger.Compile(&next)
	if err != nil {
		return err
	}
	e.Sentence = compiled.Rules[at].Sentence()
	return nil
}

// effect says what saving does to people who are in the middle of the trigger.
func (e *triggerEdit) effect(spec *trigger.Spec) string {
	switch {
	case e.Trigger == nil:
		return "It begins paused, and asks nobody before you activate it."
	case !e.Trigger.Active:
		return "The trigger is paused, so saving asks nobody."
	case e.at >= 0 && e.file.Triggers[e.at].Fingerprint() == spec.Fingerprint():
		return "The trigger is active. " + goesOn
	}
	return "The trigger is active. " + fmt.Sprintf(begins, e.Trigger.Version+1)
}

func (e *triggerEdit) wrong(field, words string) {
	if e.Wrong == nil {
		e.Wrong = map[string][]string{}
	}
	e.Wrong[field] = append(e.Wrong[field], words)
	e.next = nil
}

// Problems is how many fields have something wrong.
func (e *triggerEdit) Problems() (n int) {
	for _, w := range e.Wrong {
		n += len(w)
	}
	return n
}

// At is where the form is sent to.
func (e *triggerEdit) At() string {
	if e.isNew {
		return link("studies", e.Study.PublicID, "triggers", newTrigger)
	}
	return e.Base() + "/edit"
}

// Preview is where the script asks.
func (e *triggerEdit) Preview() string {
	if e.isNew {
		return e.At() + "/preview"
	}
	return e.Base() + "/preview"
}

// Base is the address of the trigger.
func (e *triggerEdit) Base() string {
	if e.Trigger == nil {
		return link("studies", e.Study.PublicID, "triggers")
	}
	return link("studies", e.Study.PublicID, "triggers", e.Trigger.PublicID)
}

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

// order is the parts of the form from top to bottom.
var order = []string{"on", "then", "absent", "did", "did_not", "who", "people", "sample", "delay", "per_day", "total", "cooldown", "expires", "priority",
	"invite.delivery", "page", "invite.texts", "name", "key"}

// First is the first field with something wrong, "" where there is none to type into.
func (e *triggerEdit) First() string {
	names := slices.Sorted(maps.Keys(e.Wrong))
	for _, part := range order {
		for _, name := range names {
			if name == part || strings.HasPrefix(name, part+".") {
				return name
			}
		}
	}
	return ""
}
