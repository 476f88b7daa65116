package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/trigger"
)

// aboutView is what a study is about, as a form: all of its file but triggers, quotas
// and a guide that is written out.
type aboutView struct {
	Name, Goal, Context, Interviews string
	Mode, Minutes, Languages        string
	GuideID                         string // "written": the file has its own
	Written                         bool
	Version                         int
	Wrong                           map[string][]string
	Conflict                        *overtaken
}

// written stands for the guide that a study's file spells out.
const written = "written"

// Guides is what there is to choose from.
func (v *aboutView) Guides() []option {
	all := []option{{"", "chosen by the event"}}
	if v.Written {
		all = append(all, option{written, "its own, written in the file"})
	}
	for _, g := range interview.Guides() {
		all = append(all, option{g.ID, g.Title})
	}
	return all
}

// Modes is how an interview can be held.
func (v *aboutView) Modes() []option {
	return []option{{"choice", "as the participant likes"}, {"text", "text"}, {"voice", "voice"}}
}

// Bad is what is wrong with a field.
func (v *aboutView) Bad(name string) []string { return v.Wrong[name] }

func aboutOf(f *trigger.File, version int) *aboutView {
	v := &aboutView{Name: f.Study.Name, Goal: f.Study.Goal, Context: f.Study.Context, Mode: string(f.Interview.Mode),
		Languages: strings.Join(f.Interview.Languages, ", "), GuideID: f.GuideID, Written: f.Guide != nil, Version: version}
	if f.Study.Interviews > 0 {
		v.Interviews = strconv.Itoa(f.Study.Interviews)
	}
	if f.Interview.Minutes > 0 {
		v.Minutes = strconv.Itoa(f.Interview.Minutes)
	}
	if v.Written {
		v.GuideID = written
	}
	return v
}

// aboutTyped is what a browser sent.
func aboutTyped(r *request, f *trigger.File) *aboutView {
	said := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(r.form(name), "\r\n", "\n"))
	}
	return &aboutView{Name: said("name"), Goal: said("goal"), Context: said("context"), Interviews: said("interviews"), Mode: said("mode"),
		Minutes: said("minutes"), Languages: said("languages"), GuideID: said("guide"), Written: f.Guide != nil}
}

// onto puts what was typed into a file. What is wrong is said by the parser of files,
// beside its field.
func (v *aboutView) onto(f trigger.File) (*trigger.File, map[string][]string) {
	study := entries{"key": f.Study.Key}
	study.text("name", v.Name)
	study.text("goal", v.Goal)
	study.text("context", v.Context)
	study.whole("interviews", v.Interviews)
	how := entries{}
	how.text("mode", v.Mode)
	how.whole("minutes", v.Minutes)
	if languages := strings.FieldsFunc(v.Languages, func(r rune) bool { return r == ',' || r == ' ' }); len(languages) > 0 {
		how["languages"] = languages
	}
	top := entries{"usercall": trigger.Format, "study": study, "interview": how}
	if v.GuideID != written {
		top.text("guide", v.GuideID)
	}
	src, err := json.Marshal(top)
	if err != nil {
		return nil, map[string][]string{"": {err.Error()}}
	}
	got, err := trigger.Parse(src)
	if err != nil {
		return nil, byField(err)
	}
	got.Study.Quotas, got.Triggers = f.Study.Quotas, f.Triggers
	if v.GuideID == written {
		got.Guide = f.Guide
	}
	return got, nil
}

// entries is a map of a study file; empty ones are left out.
type entries map[string]any

func (e entries) text(key, s string) {
	if s != "" {
		e[key] = s
	}
}

func (e entries) whole(key, s string) {
	if n, err := strconv.Atoi(s); err == nil {
		e[key] = n
		return
	}
	e.text(key, s)
}

// byField is what is wrong by the last name of its key.
func byField(err error) map[string][]string {
	var bad *trigger.FileError
	if !errors.As(err, &bad) {
		return map[string][]string{"": {message(err)}}
	}
	wrong := map[string][]string{}
	for _, p := range bad.Problems {
		field, _, _ := strings.Cut(p.Key[strings.LastIndexByte(p.Key, '.')+1:], "[")
		if !slices.Contains([]string{"name", "goal", "context", "interviews", "mode", "minutes", "languages", "guide"}, field) {
			field = ""
		}
		wrong[field] = append(wrong[field], p.Message)
	}
	return wrong
}

// aboutPart is the part of a file that the form is about.
func aboutPart(file []byte) string {
	f, err := trigger.Parse(file)
	if err != nil {
		return ""
	}
	f.Triggers, f.Study.Quotas = nil, nil
	return string(f.Marshal())
}

// saveAbout puts what was typed into the newest file of the study.
func (d *dashboard) saveAbout(w http.ResponseWriter, r *request) error {
	s, err := d.study(r, "Settings")
	if err != nil {
		return err
	}
	if err := r.parse(); err != nil {
		return err
	}
	f, err := trigger.Parse(s.Study.File)
	if err != nil {
		return unreadable
	}
	v := aboutTyped(r, f)
	v.Version = s.Study.Version
	if v.Conflict, err = d.since(r, s.Study, made(r), aboutPart); err != nil {
		return err
	}
	next, wrong := v.onto(*f)
	status := http.StatusConflict
	switch {
	case wrong != nil:
		v.Wrong, status = wrong, http.StatusBadRequest
	case v.Conflict == nil:
		err := d.Commands.SaveStudy(r.Context(), r.project, s.Study, next.Marshal(), s.Study.Version, r.who.email)
		if err == nil {
			return back(w, r, link("studies", s.Study.PublicID, "settings"))
		}
		if !mistaken(err) {
			return err
		}
		v.Wrong, status = byField(err), tell(w, err)
	}
	return d.render(w, status, "studysettings", studySettingsView{s, string(s.Study.File), v})
}
