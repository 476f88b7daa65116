package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// catalogueView is every event that the project has.
type catalogueView struct {
	shell
	Rows        []report.CatalogueLine
	Text        string
	Type        string
	Types       []research.EventType
	Filtered    bool
	Heads       []head
	Sort        string // as the URL says
	Place       string // "1 to 50 of 312"
	First, Next string
	CSV         string
}

// head is the head of a column that one may sort by.
type head struct {
	Label, Class, URL string
	Order             string // for aria-sort; "": not sorted by it
}

// maxTyped bounds what is suggested to somebody who is typing a name.
const maxTyped = 20

func (d *dashboard) catalogue(w http.ResponseWriter, r *request) error {
	all, err := d.Reports.Catalogue(r.Context(), r.project.ID)
	if err != nil {
		return err
	}
	v := catalogueView{shell: r.shell("Event catalogue", "Connect"), Text: r.query("q"), Type: r.query("type"), Types: eventsView{}.Types(), Sort: r.query("sort"), CSV: r.with("format", "csv")}
	v.Filtered = v.Text != "" || v.Type != ""
	rows := fitting(all, v.Text, v.Type)
	by := sortLines(rows, v.Sort)
	if r.query("format") == "csv" {
		return catalogueCSV(w, rows)
	}
	v.Heads = heads(r, by)
	v.page(r, rows)
	return d.render(w, http.StatusOK, "catalogue", v)
}

// page cuts the page that the URL asks for out of the rows.
func (v *catalogueView) page(r *request, rows []report.CatalogueLine) {
	from, err := strconv.Atoi(r.query("from"))
	if err != nil || from < 0 || from >= len(rows) {
		from = 0
	}
	end := min(from+report.PageSize, len(rows))
	v.Rows, v.Place = rows[from:end], count(len(rows), "event", "events")
	if len(rows) > report.PageSize {
		v.Place = fmt.Sprintf("%s to %s of %s", number(from+1), number(end), v.Place)
	}
	if from > 0 {
		v.First = r.with("from", "")
	}
	if end < len(rows) {
		v.Next = r.with("from", strconv.Itoa(end))
	}
}

// fitting is the lines whose name has the text in it, of a type.
func fitting(all []report.CatalogueLine, text, kind string) []report.CatalogueLine {
	text = strings.ToLower(text)
	return slices.DeleteFunc(all, func(l report.CatalogueLine) bool {
		return kind != "" && string(l.Type) != kind || !strings.Contains(strings.ToLower(l.Title()), text)
	})
}

// orders is how the list can be sorted; each breaks ties by name.
var orders = map[string]func(a, b report.CatalogueLine) int{
	"count": func(a, b report.CatalogueLine) int { return b.Count - a.Count },
	"name":  func(a, b report.CatalogueLine) int { return 0 },
	"first": func(a, b report.CatalogueLine) int { return b.First.Compare(a.First) },
	"last":  func(a, b report.CatalogueLine) int { return b.Last.Compare(a.Last) },
	"paths": func(a, b report.CatalogueLine) int { return b.Paths - a.Paths },
}

// sortLines sorts by one of the orders, by count where there is no such one. The
// line of all others stays last.
func sortLines(rows []report.CatalogueLine, by string) string {
	if orders[by] == nil {
		by = "count"
	}
	slices.SortStableFunc(rows, func(a, b report.CatalogueLine) int {
		return cmp.Or(cmp.Compare(last(a), last(b)), orders[by](a, b), cmp.Compare(strings.ToLower(a.Title()), strings.ToLower(b.Title())), cmp.Compare(a.Type, b.Type))
	})
	return by
}

func last(l report.CatalogueLine) int {
	if l.Type == report.Others {
		return 1
	}
	return 0
}

func heads(r *request, by string) []head {
	all := []head{{"Event", "", "name", "ascending"}, {"Type", "optional", "", ""}, {"In 30 days", "n", "count", "descending"}, {"Came from", "optional", "", ""},
		{"Properties", "n optional", "paths", "descending"}, {"First seen", "n optional", "first", "descending"}, {"Last seen", "n", "last", "descending"}}
	for i := range all {
		h := &all[i]
		key := h.URL
		if key == "" {
			continue
		}
		if h.URL = r.with("sort", key, "from", ""); key != by {
			h.Order = ""
		}
	}
	return all
}

func catalogueCSV(w http.ResponseWriter, rows []report.CatalogueLine) error {
	t := newTable(w, "catalogue", "type", "event", "count", "browser", "server", "webhook", "custom", "properties", "first_seen", "last_seen")
	for _, x := range rows {
		of := func(s research.Source) string { return strconv.Itoa(x.Sources[s]) }
		t.row(string(x.Type), x.Name, strconv.Itoa(x.Count), of(research.FromBrowser), of(research.FromServer), of(research.FromWebhook), of(research.FromCustom),
			strconv.Itoa(x.Paths), stamp(x.First), stamp(x.Last))
	}
	return t.end()
}

// catalogueEventView is one event with what it carries.
type catalogueEventView struct {
	shell
	*report.CatalogueEntry
	Days []int // the last 30, oldest first
	On   string
}

func (d *dashboard) catalogueEvent(w http.ResponseWriter, r *request) error {
	of := report.EventName{Type: research.EventType(r.path("type")), Name: r.path("name")}
	e, err := d.Reports.CatalogueEvent(r.Context(), r.project.ID, of)
	if err != nil {
		return err
	}
	v := catalogueEventView{shell: r.shell(e.Title(), "Connect"), CatalogueEntry: e, Days: lastDays(e.Days, r.now), On: onOf(of)}
	if r.query("format") == "csv" {
		return propertiesCSV(w, e)
	}
	return d.render(w, http.StatusOK, "catalogueevent", v)
}

func propertiesCSV(w http.ResponseWriter, e *report.CatalogueEntry) error {
	t := newTable(w, "properties", "path", "types", "messages", "values")
	for _, p := range e.Properties {
		t.row(p.Path, strings.Join(p.Kinds, ", "), strconv.Itoa(p.Count), strings.Join(p.Samples, ", "))
	}
	return t.end()
}

// lastDays is the counts of the last 30 days, oldest first.
func lastDays(days []report.DayCount, now time.Time) []int {
	all := make([]int, 30)
	today := now.UTC().Truncate(24 * time.Hour)
	for _, d := range days {
		if ago := int(today.Sub(d.Day) / (24 * time.Hour)); ago >= 0 && ago < len(all) {
			all[len(all)-1-ago] += d.N
		}
	}
	return all
}

// onOf is the event as a study file waits for it.
func onOf(n report.EventName) string {
	switch {
	case n.Type == research.Track:
		return "on: { event: " + quoted(n.Name) + " }"
	case n.Name != "" && (n.Type == research.Page || n.Type == research.Screen):
		return "on: { event: " + quoted(n.Name) + ", type: " + string(n.Type) + " }"
	}
	return ""
}

// eventNames answers somebody who is typing the name of an event.
func (d *dashboard) eventNames(w http.ResponseWriter, r *request) error {
	rows, err := d.Reports.EventNames(r.Context(), r.project.ID, r.query("prefix"), maxTyped)
	if err != nil {
		return err
	}
	type item struct {
		Type  research.EventType `json:"type"`
		Event string             `json:"event"`
		Count int                `json:"count"`
	}
	items := make([]item, len(rows))
	for i, l := range rows {
		items[i] = item{l.Type, l.Name, l.Count}
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]any{"items": items})
}
