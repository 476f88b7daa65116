package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
	"github.com/usercall/usercall/internal/web/builder"
)

// newTrigger is the part of a URL that stands for a trigger that is not there yet.
const newTrigger = "new"

// unreadable is a stored file that does not parse: it was written by another version.
var unreadable = research.Errorf(research.Invalid, "This study's file is one that this version cannot read, so it can only be edited as text, under Settings.")

// triggerPage is the form of a trigger as it is, or of a new one.
func (d *dashboard) triggerPage(w http.ResponseWriter, r *request) error {
	e, err := d.editing(r)
	if err != nil {
		return err
	}
	if e.Trigger == nil && !e.isNew {
		return research.Errorf(research.NotFound, "There is no such trigger.")
	}
	e.Form = builder.New()
	if e.isNew {
		e.Focus = "on.event.0"
	} else if e.at >= 0 {
		e.Form = builder.Of(&e.file.Triggers[e.at])
	}
	if !e.Form.Fits() {
		return back(w, r, link("studies", e.Study.PublicID, "file")+"?large=1")
	}
	if err := d.look(r, e); err != nil {
		return err
	}
	if e.isNew {
		e.Wrong = nil // nobody has done anything wrong yet
	}
	return d.render(w, http.StatusOK, "trigger", e)
}

// triggerForm takes what was typed: to change the form, or to save it.
func (d *dashboard) triggerForm(w http.ResponseWriter, r *request) error {
	e, err := d.typed(r)
	if err != nil {
		return err
	}
	switch do := r.form("do"); do {
	case "save":
		return d.saveTrigger(w, r, e)
	case "delete":
		return d.deleteTrigger(w, r, e)
	case "forecast":
		return d.forecastTyped(w, r, e)
	default:
		if err := d.lookAfter(r, e, do); err != nil {
			return err
		}
	}
	return d.render(w, http.StatusOK, "trigger", e)
}

// previewTrigger is the form again without the page around it, for the script.
func (d *dashboard) previewTrigger(w http.ResponseWriter, r *request) error {
	e, err := d.typed(r)
	if err != nil {
		return err
	}
	if err := d.lookAfter(r, e, r.form("do")); err != nil {
		return err
	}
	return d.fragment(w, "trigger", "triggerform", e)
}

// lookAfter does what a button of the form asks for, and looks at what came of it.
// Of what was added this moment nothing can be wrong yet.
func (d *dashboard) lookAfter(r *request, e *triggerEdit, do string) error {
	action := builder.ParseAction(do)
	if field, why := e.Form.Stays(action); why != "" {
		e.Focus = field
		err := d.look(r, e)
		e.wrong(field, why)
		return err
	}
	added := e.Form.Do(action)
	if added == "" {
		return d.look(r, e)
	}
	e.Focus = e.firstField(added)
	err := d.look(r, e)
	for name := range e.Wrong {
		if strings.HasPrefix(name+".", added+".") {
			delete(e.Wrong, name)
		}
	}
	return err
}

// firstField is the field to type into after something was added.
func (e *triggerEdit) firstField(added string) string {
	at := added[:strings.LastIndexByte(added, '.')]
	switch {
	case strings.HasSuffix(at, ".event"):
		return added
	case strings.HasSuffix(at, ".texts"):
		return added + ".language"
	case slices.Contains([]string{"then", "absent", "did", "did_not"}, at):
		return added + ".event.0"
	}
	if e.Form.Values().Get(added+".join") != "" {
		return added + ".0.0.path"
	}
	return added + ".path"
}

// editing is the study's file and the trigger of the URL in it.
func (d *dashboard) editing(r *request) (*triggerEdit, error) {
	s, err := d.study(r, "Triggers")
	if err != nil {
		return nil, err
	}
	file, err := trigger.Parse(s.Study.File)
	if err != nil {
		return nil, unreadable
	}
	e := &triggerEdit{studyShell: s, Version: s.Study.Version, file: file, at: -1, isNew: r.path("trigger") == "" || r.path("trigger") == newTrigger}
	for i := range s.Study.Triggers {
		if t := &s.Study.Triggers[i]; t.PublicID == r.path("trigger") {
			e.Trigger = t
			e.at = slices.IndexFunc(file.Triggers, func(x trigger.Spec) bool { return x.Key == t.Key })
		}
	}
	return e, nil
}

// typed is the same with what a browser sent, and with what others saved meanwhile.
func (d *dashboard) typed(r *request) (*triggerEdit, error) {
	e, err := d.editing(r)
	if err != nil {
		return nil, err
	}
	if err := r.parse(); err != nil {
		return nil, err
	}
	for name, values := range r.PostForm {
		for i := range values {
			r.PostForm[name][i] = text(values[i])
		}
	}
	if e.Form, err = builder.Read(r.PostForm); err != nil {
		return nil, research.Errorf(research.TooLarge, "This trigger has more fields than the form has room for, so nothing was changed. Edit it as text, under Settings.")
	}
	return e, d.meanwhile(r, e)
}

// meanwhile finds out whether somebody changed the trigger since the form was made.
func (d *dashboard) meanwhile(r *request, e *triggerEdit) (err error) {
	if e.isNew {
		return nil
	}
	key := e.Form.Key
	if e.Trigger != nil {
		key = e.Trigger.Key
	}
	e.Form.Key = key
	if e.Conflict, err = d.since(r, e.Study, made(r), func(file []byte) string { return alone(file, key) }); err != nil {
		return err
	}
	if e.Trigger == nil && e.Conflict == nil {
		return research.Errorf(research.NotFound, "There is no such trigger.")
	}
	return nil
}

// alone is one trigger of a file as text, "" where the file has none of that key.
func alone(file []byte, key string) string {
	f, err := trigger.Parse(file)
	if err != nil {
		return ""
	}
	i := slices.IndexFunc(f.Triggers, func(t trigger.Spec) bool { return t.Key == key })
	if i < 0 {
		return ""
	}
	return yamlOf(f.Triggers[i])
}

// yamlOf is a trigger as it stands in a file.
func yamlOf(t trigger.Spec) string {
	f := trigger.File{Usercall: trigger.Format, Study: trigger.StudySpec{Key: "s"}, Interview: trigger.InterviewSpec{Mode: trigger.ModeChoice, Languages: []string{"en"}}, Triggers: []trigger.Spec{t}}
	_, after, _ := strings.Cut(string(f.Marshal()), "triggers:\n")
	return after
}

// saveTrigger puts the trigger into the newest file of the study. What others
// changed beside it stays.
func (d *dashboard) saveTrigger(w http.ResponseWriter, r *request, e *triggerEdit) error {
	if err := d.look(r, e); err != nil {
		return err
	}
	if e.next == nil || e.Conflict != nil {
		return d.triggerAgain(w, e)
	}
	err := d.Commands.SaveStudy(r.Context(), r.project, e.Study, e.next, e.Study.Version, r.who.email)
	if err != nil {
		if !mistaken(err) {
			return err
		}
		e.refuse(err)
		return d.triggerAgain(w, e)
	}
	return back(w, r, link("studies", e.Study.PublicID, "triggers")+"#t-"+e.key)
}

// forecastTyped is the forecast of the trigger as it stands in the form.
func (d *dashboard) forecastTyped(w http.ResponseWriter, r *request, e *triggerEdit) error {
	if err := d.look(r, e); err != nil {
		return err
	}
	if e.next == nil {
		return d.triggerAgain(w, e)
	}
	t := research.Trigger{Key: e.key, Name: cmp.Or(e.Form.Name, e.key)}
	if e.Trigger != nil {
		t = *e.Trigger
	}
	return d.foreseen(w, r, e.studyShell, t, e.next)
}

func (d *dashboard) deleteTrigger(w http.ResponseWriter, r *request, e *triggerEdit) error {
	if e.Conflict != nil { // what they changed is not for this button to throw away
		if err := d.look(r, e); err != nil {
			return err
		}
		return d.triggerAgain(w, e)
	}
	if e.Trigger == nil || e.at < 0 {
		return research.Errorf(research.NotFound, "There is no such trigger.")
	}
	file := *e.file
	file.Triggers = slices.Delete(slices.Clone(file.Triggers), e.at, e.at+1)
	err := d.Commands.SaveStudy(r.Context(), r.project, e.Study, file.Marshal(), e.Study.Version, r.who.email)
	if err != nil {
		return err
	}
	return back(w, r, link("studies", e.Study.PublicID, "triggers"))
}

// triggerAgain shows the form again with what is in the way.
func (d *dashboard) triggerAgain(w http.ResponseWriter, e *triggerEdit) error {
	status := http.StatusBadRequest
	if e.Conflict != nil {
		status = http.StatusConflict
	}
	e.Focus = e.First()
	return d.render(w, status, "trigger", e)
}

// refuse puts an error about the whole file where it can be read.
func (e *triggerEdit) refuse(err error) {
	var bad *trigger.FileError
	if !errors.As(err, &bad) {
		e.wrong("", message(err))
		return
	}
	for _, p := range bad.Problems {
		e.wrong(map[bool]string{true: "key"}[strings.HasSuffix(p.Key, "].key")], p.Message)
	}
}
