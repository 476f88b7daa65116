package web

import (
	"net/http"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// pager leads to the next page of a listing and to its CSV.
type pager struct {
	Next  string // "": this is the last page
	First string // "": this is the first page
	CSV   string
}

func (r *request) pager(next report.Cursor) pager {
	p := pager{CSV: r.with("format", "csv")}
	if next != (report.Cursor{}) {
		p.Next = r.with("before", next.String())
	}
	if r.query("before") != "" {
		p.First = r.with("before", "")
	}
	return p
}

// interviewsView is a list of interviews.
type interviewsView struct {
	shell
	pager
	Rows    []report.InterviewLine
	Studies []report.StudyLine
	Filter  report.InterviewFilter
}

// Filtered tells whether the list is only a part.
func (v interviewsView) Filtered() bool {
	return v.Filter != (report.InterviewFilter{}) || v.First != ""
}

// States is what one can filter by.
func (interviewsView) States() []research.InterviewState {
	return []research.InterviewState{research.Completed, research.Running, research.Paused, research.Stopped,
		research.Abandoned, research.Declined, research.Consenting}
}

func (d *dashboard) interviews(w http.ResponseWriter, r *request) error {
	f := report.InterviewFilter{Study: r.query("study"), State: research.InterviewState(r.query("state"))}
	if r.query("format") == "csv" {
		return d.interviewsCSV(w, r, f)
	}
	list, err := d.listInterviews(r, f)
	if err != nil {
		return err
	}
	studies, err := d.Reports.Studies(r.Context(), r.project.ID, report.FirstDay(r.now))
	if err != nil {
		return err
	}
	return d.render(w, http.StatusOK, "interviews", interviewsView{shell: r.shell("Interviews", "Interviews"),
		pager: r.pager(list.Next), Rows: list.Rows, Studies: studies, Filter: f})
}

func (d *dashboard) listInterviews(r *request, f report.InterviewFilter) (report.Listing[report.InterviewLine], error) {
	page, err := r.window()
	if err != nil {
		return report.Listing[report.InterviewLine]{}, err
	}
	return d.Reports.Interviews(r.Context(), r.project.ID, f, page)
}

// studyInterviewsView is the interviews of one study.
type studyInterviewsView struct {
	studyShell
	pager
	Rows   []report.InterviewLine
	Filter report.InterviewFilter
}

// States is what one can filter by.
func (studyInterviewsView) States() []research.InterviewState { return interviewsView{}.States() }

// Filtered tells whether the list is only a part.
func (v studyInterviewsView) Filtered() bool { return v.Filter.State != "" || v.First != "" }

func (d *dashboard) studyInterviews(w http.ResponseWriter, r *request) error {
	s, err := d.study(r, "Interviews")
	if err != nil {
		return err
	}
	f := report.InterviewFilter{Study: s.Study.PublicID, State: research.InterviewState(r.query("state"))}
	if r.query("format") == "csv" {
		return d.interviewsCSV(w, r, f)
	}
	list, err := d.listInterviews(r, f)
	if err != nil {
		return err
	}
	return d.render(w, http.StatusOK, "studyinterviews", studyInterviewsView{s, r.pager(list.Next), list.Rows, f})
}

// eraseInterview deletes what was said, as the participant was told one can ask.
func (d *dashboard) eraseInterview(w http.ResponseWriter, r *request) error {
	id := r.PathValue("interview")
	if err := d.Commands.EraseInterview(r.Context(), r.project, id); err != nil {
		return err
	}
	return back(w, r, link("interviews", id))
}

// interviewView is one conversation.
type interviewView struct {
	shell
	*report.Interview
	Turns []turnView
	Said  []summaryField
	Named []report.Quote // one a theme
	Sound *player        // nil: it was never recorded
	Waits *waterfall     // nil: nobody waited for a spoken reply
}

type turnView struct {
	research.Turn
	Pieces []piece
	Play   string // where it is heard; "": nowhere
}

type summaryField struct {
	Label string
	*research.Support
	Play string // where its quote is heard; "": nowhere
}

func (d *dashboard) interview(w http.ResponseWriter, r *request) error {
	i, err := d.Reports.Interview(r.Context(), r.project.ID, r.path("interview"))
	if err != nil {
		return err
	}
	v := interviewView{shell: r.shell("Interview with "+personName(i.Person), "Interviews"), Interview: i,
		Said: summaryFields(i.Summary), Named: named(i.Quotes), Waits: fall(report.Waits(i.Exchanges))}
	if v.Sound, err = d.player(r, i); err != nil {
		return err
	}
	for _, t := range i.Turns {
		for n, f := range v.Said {
			if f.Quote.Turn == t.N {
				v.Said[n].Play = v.Sound.span(i.ID, t, f.Quote)
			}
		}
		v.Turns = append(v.Turns, turnView{t, pieces(t, i.Quotes), v.Sound.turn(t)})
	}
	return d.render(w, http.StatusOK, "interview", v)
}

func summaryFields(s *research.Summary) (all []summaryField) {
	if s == nil {
		return nil
	}
	for _, f := range []summaryField{{Label: "What led to it", Support: s.Reason}, {Label: "What was going on", Support: s.Context},
		{Label: "What they asked for", Support: s.Feature}, {Label: "Where they go", Support: s.Competitor}} {
		if f.Support != nil {
			all = append(all, f)
		}
	}
	return all
}

// named is the first quote of each theme.
func named(quotes []report.Quote) (all []report.Quote) {
	seen := map[string]bool{}
	for _, q := range quotes {
		if !seen[q.Theme] {
			seen[q.Theme] = true
			all = append(all, q)
		}
	}
	return all
}
