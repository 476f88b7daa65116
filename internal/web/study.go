package web

import (
	"net/http"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// studyShell is what all tabs of a study share.
type studyShell struct {
	shell
	Study *research.Study
	Tab   string
}

// study finds the study of the URL in the project at hand.
func (d *dashboard) study(r *request, tab string) (studyShell, error) {
	s, err := d.Reports.Study(r.Context(), r.project.ID, r.path("study"))
	if err != nil {
		return studyShell{}, err
	}
	return studyShell{r.shell(s.Name, "Studies"), s, tab}, nil
}

// Active is how many triggers are on.
func (s studyShell) Active() int {
	n := 0
	for _, t := range s.Study.Triggers {
		if t.Active {
			n++
		}
	}
	return n
}

// Testing is how many triggers are in test mode.
func (s studyShell) Testing() int {
	n := 0
	for _, t := range s.Study.Triggers {
		if t.Testing {
			n++
		}
	}
	return n
}

// reportView is what a study found.
type reportView struct {
	studyShell
	*report.Findings
	Stages []stage
}

func (d *dashboard) studyReport(w http.ResponseWriter, r *request) error {
	s, err := d.study(r, "Report")
	if err != nil {
		return err
	}
	f, err := d.Reports.Findings(r.Context(), r.project.ID, s.Study.ID)
	if err != nil {
		return err
	}
	return d.render(w, http.StatusOK, "report", reportView{s, f, studyFunnel(f.Funnel, s.Study.PublicID)})
}

// triggersView is who a study asks, in sentences.
type triggersView struct {
	studyShell
	Triggers []triggerView
	Days     int
}

type triggerView struct {
	research.Trigger
	Sentence string
	Counts   []report.GateCount // the most frequent first
	Total    int
	Last     time.Time
}

const gateDays = 30

func (d *dashboard) studyTriggers(w http.ResponseWriter, r *request) error {
	s, err := d.study(r, "Triggers")
	if err != nil {
		return err
	}
	words, err := d.Describe(s.Study.File)
	if err != nil {
		return err
	}
	gates, err := d.Reports.Gates(r.Context(), r.project.ID, s.Study.ID, r.now.Add(-gateDays*24*time.Hour))
	if err != nil {
		return err
	}
	v := triggersView{studyShell: s, Days: gateDays}
	for _, t := range s.Study.Triggers {
		v.Triggers = append(v.Triggers, counted(triggerView{Trigger: t, Sentence: words.Sentences[t.Key]}, gates))
	}
	return d.render(w, http.StatusOK, "triggers", v)
}

func counted(t triggerView, gates []report.GateCount) triggerView {
	for _, g := range gates {
		if g.Trigger != t.ID {
			continue
		}
		t.Counts, t.Total = append(t.Counts, g), t.Total+g.N
		if g.Last.After(t.Last) {
			t.Last = g.Last
		}
	}
	return t
}

func (d *dashboard) setTrigger(w http.ResponseWriter, r *request) error {
	s, err := d.study(r, "Triggers")
	if err != nil {
		return err
	}
	if err := r.parse(); err != nil {
		return err
	}
	for _, t := range s.Study.Triggers {
		if t.PublicID != r.path("trigger") {
			continue
		}
		if err := d.setTriggerTo(r, t.PublicID, r.form("do")); err != nil {
			return err
		}
		return back(w, r, link("studies", s.Study.PublicID, "triggers"))
	}
	return research.Errorf(research.NotFound, "There is no such trigger.")
}

// setTriggerTo takes a trigger to another state.
func (d *dashboard) setTriggerTo(r *request, id, do string) error {
	if do == "test" {
		return d.Commands.SetTriggerTesting(r.Context(), r.project, id)
	}
	return d.Commands.SetTriggerActive(r.Context(), r.project, id, do == "activate")
}

// guideView is what the interviewer works from.
type guideView struct {
	studyShell
	Words StudyWords
}

func (d *dashboard) studyGuide(w http.ResponseWriter, r *request) error {
	s, err := d.study(r, "Guide")
	if err != nil {
		return err
	}
	words, err := d.Describe(s.Study.File)
	if err != nil {
		return err
	}
	return d.render(w, http.StatusOK, "guide", guideView{s, words})
}

// studySettingsView is the study's file and its state.
type studySettingsView struct {
	studyShell
	File  string
	About *aboutView // nil: the file is one that this version cannot read
}

func (d *dashboard) studySettings(w http.ResponseWriter, r *request) error {
	s, err := d.study(r, "Settings")
	if err != nil {
		return err
	}
	v := studySettingsView{studyShell: s, File: string(s.Study.File)}
	if f, err := trigger.Parse(s.Study.File); err == nil {
		v.About = aboutOf(f, s.Study.Version)
	}
	return d.render(w, http.StatusOK, "studysettings", v)
}

func (d *dashboard) setStudyState(w http.ResponseWriter, r *request) error {
	s, err := d.study(r, "Settings")
	if err != nil {
		return err
	}
	if err := r.parse(); err != nil {
		return err
	}
	if err := d.Commands.SetStudyOpen(r.Context(), r.project, s.Study.PublicID, r.form("do") == "open"); err != nil {
		return err
	}
	return back(w, r, link("studies", s.Study.PublicID, "settings"))
}
