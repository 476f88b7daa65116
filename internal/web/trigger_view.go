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
	Lists    []suggested            // for who is typing a path or a value

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
			e.Warnings = append(e.Warnings, stopped("This trigger "+own))
		}
	}
	compiled, err := trigger.Compile(&next)
	if err != nil {
		return err
	}
	e.Sentence = compiled.Rules[at].Sentence()
	return nil
}

// stopped is a sentence with its full stop, unless it is a question.
func stopped(s string) string {
	if strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// effect says what saving does to people who are in the middle of the trigger.
func (e *triggerEdit) effect(spec *trigger.Spec) string {
	switch {
	case e.Trigger == nil:
		return "It begins paused, and asks nobody before you activate it."
	case !alive(e.Trigger):
		return "The trigger is paused, so saving asks nobody."
	case e.at >= 0 && e.file.Triggers[e.at].Fingerprint() == spec.Fingerprint():
		return "The trigger " + stands(e.Trigger) + goesOn
	}
	return "The trigger " + stands(e.Trigger) + fmt.Sprintf(begins, e.Trigger.Version+1)
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
