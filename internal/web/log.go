package web

import (
	"net/http"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// eventsView is the latest events.
type eventsView struct {
	shell
	pager
	Rows   []report.Event
	Filter report.EventFilter
}

// Types is what one can filter by.
func (eventsView) Types() []research.EventType {
	return []research.EventType{research.Track, research.Page, research.Screen, research.Identify, research.Group, research.Alias}
}

// Filtered tells whether the list is only a part.
func (v eventsView) Filtered() bool { return v.Filter != (report.EventFilter{}) || v.First != "" }

func (d *dashboard) events(w http.ResponseWriter, r *request) error {
	f := report.EventFilter{Name: r.query("name"), Type: research.EventType(r.query("type"))}
	if r.query("format") == "csv" {
		return d.eventsCSV(w, r, f)
	}
	page, err := r.window()
	if err != nil {
		return err
	}
	list, err := d.Reports.Events(r.Context(), r.project.ID, f, page)
	if err != nil {
		return err
	}
	return d.render(w, http.StatusOK, "events", eventsView{r.shell("Events", "Connect"), r.pager(list.Next), list.Rows, f})
}

// decisionsView is the decision log.
type decisionsView struct {
	shell
	pager
	Rows     []report.Decision
	Triggers []report.TriggerName
	Filter   report.DecisionFilter
	Counted  int // decisions that are counted and not kept
}

// KeptPerDay is how many common decisions of a trigger a day has in the log.
func (decisionsView) KeptPerDay() int { return report.KeptPerDay }

// Outcomes and Gates are what one can filter by.
func (decisionsView) Outcomes() []research.Outcome {
	return []research.Outcome{research.Invited, research.Skipped, research.Waiting, research.Cancelled}
}

func (decisionsView) Gates() []research.Gate { return research.Gates }

// Filtered tells whether the list is only a part.
func (v decisionsView) Filtered() bool { return v.Filter != (report.DecisionFilter{}) || v.First != "" }

func (d *dashboard) decisions(w http.ResponseWriter, r *request) error {
	f := report.DecisionFilter{Outcome: research.Outcome(r.query("outcome")), Gate: research.Gate(r.query("gate")), Trigger: r.query("trigger")}
	if r.query("format") == "csv" {
		return d.decisionsCSV(w, r, f)
	}
	page, err := r.window()
	if err != nil {
		return err
	}
	list, err := d.Reports.Decisions(r.Context(), r.project.ID, f, page)
	if err != nil {
		return err
	}
	triggers, err := d.Reports.Triggers(r.Context(), r.project.ID)
	if err != nil {
		return err
	}
	counted, err := d.Reports.Counted(r.Context(), r.project.ID, f.Trigger, r.now.Add(-30*24*time.Hour))
	if err != nil {
		return err
	}
	return d.render(w, http.StatusOK, "decisions", decisionsView{r.shell("Decisions", "Studies"), r.pager(list.Next), list.Rows, triggers, f, counted})
}
