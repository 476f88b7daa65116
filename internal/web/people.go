package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// peopleView is the search for people.
type peopleView struct {
	shell
	Rows []report.PersonLine
	report.PeopleFilter
	More bool
	CSV  string
	Gone bool // somebody was just deleted
}

func (d *dashboard) people(w http.ResponseWriter, r *request) error {
	v := peopleView{shell: r.shell("People", "People"), PeopleFilter: report.PeopleFilter{Text: r.query("q"), Never: r.query("only") == "never"}, CSV: r.with("format", "csv"), Gone: r.query("done") == "erased"}
	limit := report.PageSize
	if r.query("format") == "csv" {
		limit = maxCSV
	}
	var err error
	if v.Rows, err = d.Reports.People(r.Context(), r.project.ID, v.PeopleFilter, limit+1); err != nil {
		return err
	}
	if v.More = len(v.Rows) > limit; v.More {
		v.Rows = v.Rows[:limit]
	}
	if r.query("format") == "csv" {
		return peopleCSV(w, v.Rows)
	}
	return d.render(w, http.StatusOK, "people", v)
}

// personView is somebody's history with us.
type personView struct {
	shell
	*report.Person
	Triggers standingsView
	Entries  []report.Entry
	Days     []dayView
	Next     string
	First    string
	Link     string // of their open invite, to be passed on; "": there is none
}

// dayView is the entries of one day, so that the lines need only the time.
type dayView struct {
	Day     time.Time
	Entries []report.Entry
}

// timelinePage is how many of each kind a page of a history has at most.
const timelinePage = 60

func (d *dashboard) person(w http.ResponseWriter, r *request) error {
	key := research.PersonKey(r.path("person"))
	p, err := d.Reports.Person(r.Context(), r.project.ID, key)
	if err != nil {
		return err
	}
	before, err := until(r.query("before"))
	if err != nil {
		return err
	}
	t, err := d.Reports.Timeline(r.Context(), r.project.ID, key, before, timelinePage)
	if err != nil {
		return err
	}
	v := personView{shell: r.shell(personName(key), "People"), Person: p}
	if v.Link, err = d.openLink(r, key); err != nil {
		return err
	}
	var next time.Time
	v.Entries, next = t.Entries(timelinePage)
	v.Days = byDay(v.Entries)
	if !next.IsZero() {
		v.Next = r.with("before", strconv.FormatInt(next.UnixMilli(), 36))
	}
	if !before.IsZero() {
		v.First = r.with("before", "")
		return d.render(w, http.StatusOK, "person", v)
	}
	all, err := d.Why(r.Context(), r.project, key)
	if err != nil {
		return err
	}
	v.Triggers = standingsView{all[:min(len(all), standingsShown)], all[min(len(all), standingsShown):]}
	return d.render(w, http.StatusOK, "person", v)
}

// standingsView is how things stand with each trigger: the first few, and those
// that one has to open.
type standingsView struct{ Rows, More []report.Standing }

const standingsShown = 8

// why leads from an id that somebody pasted to the person's page, or to the
// search where nobody has it.
func (d *dashboard) why(w http.ResponseWriter, r *request) error {
	id := strings.TrimSpace(r.query("person"))
	key, err := d.Reports.Find(r.Context(), r.project.ID, id)
	if research.CodeOf(err) == research.NotFound {
		return back(w, r, "/people?q="+url.QueryEscape(id))
	}
	if err != nil {
		return err
	}
	return back(w, r, personURL(key))
}

// erasePerson has everything of somebody deleted, who must be known here.
func (d *dashboard) erasePerson(w http.ResponseWriter, r *request) error {
	key := research.PersonKey(r.path("person"))
	if _, err := d.Reports.Person(r.Context(), r.project.ID, key); err != nil {
		return err
	}
	if err := d.Commands.ErasePerson(r.Context(), r.project, key); err != nil {
		return err
	}
	return back(w, r, "/people?done=erased")
}

func until(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	ms, err := strconv.ParseInt(s, 36, 64)
	if err != nil {
		return time.Time{}, research.Errorf(research.Invalid, "This page of the history does not exist. Start from the newest.")
	}
	return time.UnixMilli(ms), nil
}

func byDay(entries []report.Entry) (all []dayView) {
	for _, e := range entries {
		day := e.At.UTC().Truncate(24 * time.Hour)
		if len(all) == 0 || !all[len(all)-1].Day.Equal(day) {
			all = append(all, dayView{Day: day})
		}
		last := &all[len(all)-1]
		last.Entries = append(last.Entries, e)
	}
	return all
}
