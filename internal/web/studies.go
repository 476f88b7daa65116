package web

import (
	"net/http"
	"strings"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// studiesView is the list of studies.
type studiesView struct {
	shell
	Rows  []report.StudyLine
	State string
	CSV   string
}

func (d *dashboard) studies(w http.ResponseWriter, r *request) error {
	all, err := d.Reports.Studies(r.Context(), r.project.ID, report.FirstDay(r.now))
	if err != nil {
		return err
	}
	v := studiesView{shell: r.shell("Studies", "Studies"), State: r.query("state"), CSV: r.with("format", "csv")}
	for _, s := range all {
		if v.State == "" || string(s.State) == v.State {
			v.Rows = append(v.Rows, s)
		}
	}
	if r.query("format") == "csv" {
		return studiesCSV(w, v.Rows)
	}
	return d.render(w, http.StatusOK, "studies", v)
}

// newStudyView offers the ready-made studies.
type newStudyView struct {
	shell
	Ready []readyView
	Name  string // of a study of one's own
	Wrong string
}

type readyView struct {
	ReadyMade
	Words StudyWords
}

func (d *dashboard) newStudy(w http.ResponseWriter, r *request) error {
	return d.newStudyWith(w, r, "", nil)
}

// newStudyWith shows the page, with what was typed where that was refused.
func (d *dashboard) newStudyWith(w http.ResponseWriter, r *request, name string, wrong error) error {
	v, status := newStudyView{shell: r.shell("New study", "Studies"), Name: name}, http.StatusOK
	if wrong != nil {
		v.Wrong, status = message(wrong), tell(w, wrong)
	}
	for _, ready := range d.Ready {
		words, err := d.Describe(ready.File)
		if err != nil {
			return err
		}
		v.Ready = append(v.Ready, readyView{ReadyMade: ready, Words: words})
	}
	return d.render(w, status, "newstudy", v)
}

func (d *dashboard) createStudy(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	if r.form("ready") == "" {
		return d.startStudy(w, r)
	}
	for _, ready := range d.Ready {
		if ready.Key != r.form("ready") {
			continue
		}
		id, err := d.Commands.CreateStudy(r.Context(), r.project, ready.File, r.who.email)
		if err != nil {
			return err
		}
		return back(w, r, link("studies", id, "triggers"))
	}
	return research.Errorf(research.Invalid, "There is no ready-made study of that name. Pick one from the list.")
}

// startStudy makes a study of one's own and goes on with its first trigger.
func (d *dashboard) startStudy(w http.ResponseWriter, r *request) error {
	name := strings.TrimSpace(r.form("name"))
	if name == "" {
		return d.newStudyWith(w, r, name, research.Errorf(research.Invalid, "A study needs a name, such as Why Pro customers cancel."))
	}
	id, err := d.Commands.StartStudy(r.Context(), r.project, name, r.who.email)
	if err != nil && mistaken(err) {
		return d.newStudyWith(w, r, name, err)
	}
	if err != nil {
		return err
	}
	return back(w, r, link("studies", id, "triggers", newTrigger))
}
