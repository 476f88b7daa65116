package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/usercall/usercall/internal/trigger"
)

// fileView is a study's file as text to edit.
type fileView struct {
	studyShell
	File     string
	Version  int // that the text was made from
	Problems []fileProblem
	Wrong    string // what no line is to blame for
	Warnings []string
	Checked  bool // nothing is wrong, and nothing was saved yet
	Effects  []string
	Conflict *overtaken
	Large    bool // the form of a trigger has no room for it
}

// fileProblem is something wrong with a line.
type fileProblem struct {
	trigger.Problem
	Source string // the line
}

func (d *dashboard) studyFile(w http.ResponseWriter, r *request) error {
	s, err := d.study(r, "Settings")
	if err != nil {
		return err
	}
	if r.query("format") == "yaml" {
		w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="`+s.Study.Key+`.yaml"`)
		_, _ = w.Write(s.Study.File) // whoever asked may be gone
		return nil
	}
	return d.render(w, http.StatusOK, "studyfile", fileView{studyShell: s, File: string(s.Study.File), Version: s.Study.Version, Large: r.query("large") != ""})
}

// saveFile checks a file, and saves it unless that is all that was asked for. What
// was typed is shown again in either case.
func (d *dashboard) saveFile(w http.ResponseWriter, r *request) error {
	s, err := d.study(r, "Settings")
	if err != nil {
		return err
	}
	if err := r.parse(); err != nil {
		return err
	}
	v := fileView{studyShell: s, File: strings.ReplaceAll(r.form("file"), "\r\n", "\n"), Version: s.Study.Version}
	if v.Conflict, err = d.since(r, s.Study, made(r), func(file []byte) string { return string(file) }); err != nil {
		return err
	}
	if v.Warnings, err = d.Commands.CheckStudy(r.Context(), r.project, []byte(v.File)); err == nil {
		v.Checked, v.Effects = true, effects(s.Study, []byte(v.File))
		if r.form("do") == "save" && v.Conflict == nil {
			err = d.Commands.SaveStudy(r.Context(), r.project, s.Study, []byte(v.File), s.Study.Version, r.who.email)
			if err == nil {
				return back(w, r, link("studies", s.Study.PublicID, "versions"))
			}
		}
	}
	return d.fileAgain(w, v, err)
}

// made is the version that a form was made from.
func made(r *request) int {
	n, err := strconv.Atoi(r.form("version"))
	if err != nil {
		return 0
	}
	return n
}

// fileAgain shows the text again, with what is wrong.
func (d *dashboard) fileAgain(w http.ResponseWriter, v fileView, err error) error {
	status := http.StatusOK
	if v.Conflict != nil {
		status = http.StatusConflict
	}
	if err != nil {
		if !mistaken(err) {
			return err
		}
		status, v.Checked = tell(w, err), false
	}
	var bad *trigger.FileError
	if errors.As(err, &bad) {
		lines := strings.Split(v.File, "\n")
		for _, p := range bad.Problems {
			one := fileProblem{Problem: p}
			if p.Line > 0 && p.Line <= len(lines) {
				one.Source = strings.TrimSpace(lines[p.Line-1])
			}
			v.Problems = append(v.Problems, one)
		}
	} else if err != nil {
		v.Wrong = message(err)
	}
	return d.render(w, status, "studyfile", v)
}
