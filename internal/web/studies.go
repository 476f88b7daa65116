package web

import (
	"net/http"

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
}

type readyView struct {
	ReadyMade
	Words StudyWords
}

func (d *dashboard) newStudy(w http.ResponseWriter, r *request) error {
	v := newStudyView{shell: r.shell("New study", "Studies")}
	for _, ready := range d.Ready {
		words, err := d.Describe(ready.File)
		if err != nil {
			return err
		}
		v.Ready = append(v.Ready, readyView{ReadyMade: ready, Words: words})
	}
	return d.render(w, http.StatusOK, "newstudy", v)
}

func (d *dashboard) createStudy(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	for _, ready := range d.Ready {
		if ready.Key != r.form("ready") {
			continue
		}
		id, err := d.Commands.CreateStudy(r.Context(), r.project, ready.File)
		if err != nil {
			return err
		}
		return back(w, r, link("studies", id, "triggers"))
	}
	return research.Errorf(research.Invalid, "There is no ready-made study of that name. Pick one from the list.")
}
