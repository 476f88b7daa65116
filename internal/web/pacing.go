package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/pacing"
	"github.com/usercall/usercall/internal/research"
)

// pacingView is how often, when and whom a project asks.
type pacingView struct {
	shell
	Values   map[string]string // by the names of package pacing, as they stand in the form
	From, To string            // of quiet hours; "": none
	Days     []weekday
	Zones    []string
	Until    time.Time // what is held now comes then, by the project's clock; zero: nothing is held
	Pauses   []research.Pause
	Wrong    string // what could not be saved, and why
	Of       string // the form that is about: a key of savedPacing
	Done     string // what was just saved
}

type weekday struct {
	Short, Name string
	On          bool
}

var savedPacing = map[string]string{
	"pacing":  "Pacing is saved. It counts from now on, also for invites that wait.",
	"people":  "The list of test people is saved.",
	"never":   "The list of people never asked is saved. It counts from now on.",
	"paused":  "Everything is paused. Interviews that run go on.",
	"resumed": "The pause is over. What was held is shown now, unless it has expired.",
}

func (d *dashboard) pacing(w http.ResponseWriter, r *request) error {
	v := storedPacing(r.project)
	v.Done = savedPacing[r.query("done")]
	return d.showPacing(w, r, http.StatusOK, v)
}

// storedPacing is the forms as they stand in the store.
func storedPacing(p *research.Project) (v pacingView) {
	v.Values = pacing.Values(p.Settings)
	if hours := v.Values["quiet_hours"]; hours != "none" {
		v.From, v.To, _ = strings.Cut(hours, "-")
	}
	return v
}

func (d *dashboard) showPacing(w http.ResponseWriter, r *request, status int, v pacingView) (err error) {
	v.shell, v.Zones = r.shell("Pacing", "Settings"), pacing.Zones
	on := strings.Split(v.Values["days"], ",")
	for _, day := range pacing.Week {
		v.Days = append(v.Days, weekday{day.Short, day.Name, v.Values["days"] == "all" || slices.Contains(on, day.Short)})
	}
	if next := r.project.Settings.Next("", r.now); next.After(r.now) {
		v.Until = next.In(r.project.Settings.Location())
	}
	if v.Pauses, err = d.Reports.Pauses(r.Context(), r.project.ID, pausesShown); err != nil {
		return err
	}
	return d.render(w, status, "pacing", v)
}

const pausesShown = 10

// savePacing changes everything of the form, or nothing.
func (d *dashboard) savePacing(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	v := pacingView{Of: "pacing", Values: pacing.Values(r.project.Settings), From: r.form("from"), To: r.form("to")}
	values := map[string]string{"days": text(strings.Join(r.PostForm["day"], ","))}
	for _, name := range []string{"cooldown", "cards_per_session", "timezone", "clock", "max_age", "grace", "dialog_selector", "interview_opens"} {
		values[name] = strings.TrimSpace(r.form(name))
	}
	if v.From != "" || v.To != "" {
		values["quiet_hours"] = v.From + "-" + v.To
	} else {
		values["quiet_hours"] = "none"
	}
	for name, value := range values {
		v.Values[name] = value
	}
	if (v.From == "") != (v.To == "") {
		return d.pacingSettled(w, r, v, research.Errorf(research.Invalid, "Quiet hours: say both when they begin and when they end, or neither."))
	}
	return d.pacingSettled(w, r, v, d.Commands.SetPacing(r.Context(), r.project, values))
}

func (d *dashboard) saveTestPeople(w http.ResponseWriter, r *request) error {
	return d.saveList(w, r, "people", "test_people")
}

func (d *dashboard) saveExcluded(w http.ResponseWriter, r *request) error {
	return d.saveList(w, r, "never", "excluded")
}

// saveList changes one of the lists of people.
func (d *dashboard) saveList(w http.ResponseWriter, r *request, form, name string) error {
	if err := r.parse(); err != nil {
		return err
	}
	v := storedPacing(r.project)
	v.Of = form
	v.Values[name] = strings.ReplaceAll(r.form("people"), "\r\n", "\n")
	return d.pacingSettled(w, r, v, d.Commands.SetPacing(r.Context(), r.project, map[string]string{name: v.Values[name]}))
}

// pacingSettled answers a form of this page: with the page anew, or with what was
// typed and what is wrong with it.
func (d *dashboard) pacingSettled(w http.ResponseWriter, r *request, v pacingView, err error) error {
	if mistaken(err) {
		v.Wrong = message(err)
		return d.showPacing(w, r, tell(w, err), v)
	}
	if err != nil {
		return err
	}
	return back(w, r, "/settings/pacing?done="+v.Of)
}

// pause is the one switch for everything of the project.
func (d *dashboard) pause(w http.ResponseWriter, r *request) error {
	if err := r.parse(); err != nil {
		return err
	}
	switch r.form("do") {
	case "pause":
		return d.paused(w, r, true, "paused")
	case "resume":
		return d.paused(w, r, false, "resumed")
	}
	return research.Errorf(research.Invalid, "This form says neither pause nor resume, so nothing was changed. Open the page again.")
}

func (d *dashboard) paused(w http.ResponseWriter, r *request, paused bool, done string) error {
	if err := d.Commands.Pause(r.Context(), r.project, paused, r.who.email); err != nil {
		return err
	}
	return back(w, r, "/settings/pacing?done="+done)
}

// List is a list of people, one a line.
func (v pacingView) List(name string) string { return strings.ReplaceAll(v.Values[name], ",", "\n") }
