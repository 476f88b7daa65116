package web

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/report"
)

// maxCSV is how many rows a listing gives as CSV; `usercall export` gives all.
const maxCSV = 10_000

// csvPage is how many rows are read at a time.
const csvPage = 500

// table writes CSV that a spreadsheet takes as text. It keeps the first error.
type table struct {
	out *bufio.Writer
	err error
}

func newTable(w http.ResponseWriter, name string, header ...string) *table {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	t := &table{out: bufio.NewWriter(w)}
	t.row(header...)
	return t
}

func (t *table) row(cells ...string) {
	for i, c := range cells {
		if i > 0 {
			t.write(",")
		}
		t.write(`"` + strings.ReplaceAll(harmless(c), `"`, `""`) + `"`)
	}
	t.write("\r\n")
}

func (t *table) write(s string) {
	if t.err == nil {
		_, t.err = t.out.WriteString(s)
	}
}

func (t *table) end() error {
	if t.err == nil {
		t.err = t.out.Flush()
	}
	return t.err
}

// harmless marks as text what a spreadsheet would take for a formula, also
// behind quotes and white space.
func harmless(s string) string {
	s = string(visible([]byte(s)))
	first := strings.TrimLeft(s, " \t\r\n\"'\u00a0\u3000")
	if first != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(first)[0]) || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") {
		return "'" + s
	}
	return s
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// all calls each with every row of a listing, a page at a time. The first page
// is read before anything is written, so that an error is still a page.
func all[T any](read func(report.Window) (report.Listing[T], error), start func() *table, each func(*table, T)) error {
	var t *table
	for n, w := 0, (report.Window{Limit: csvPage}); n < maxCSV; n += csvPage {
		list, err := read(w)
		if err != nil {
			return err
		}
		if t == nil {
			t = start()
		}
		for _, row := range list.Rows {
			each(t, row)
		}
		if w.Before = list.Next; w.Before == (report.Cursor{}) {
			break
		}
	}
	return t.end()
}

func (d *dashboard) decisionsCSV(w http.ResponseWriter, r *request, f report.DecisionFilter) error {
	return all(func(page report.Window) (report.Listing[report.Decision], error) {
		return d.Reports.Decisions(r.Context(), r.project.ID, f, page)
	}, func() *table {
		return newTable(w, "decisions", "at", "study", "trigger", "person", "message_id", "outcome", "gate", "detail", "remedy")
	}, func(t *table, x report.Decision) {
		t.row(stamp(x.At), x.StudyName, x.TriggerName, x.Person.ID(), x.MessageID, string(x.Outcome), string(x.Gate), x.Detail, x.Remedy)
	})
}

func (d *dashboard) eventsCSV(w http.ResponseWriter, r *request, f report.EventFilter) error {
	return all(func(page report.Window) (report.Listing[report.Event], error) {
		return d.Reports.Events(r.Context(), r.project.ID, f, page)
	}, func() *table {
		return newTable(w, "events", "received_at", "timestamp", "type", "name", "person", "source", "message_id", "properties")
	}, func(t *table, x report.Event) {
		t.row(stamp(x.ReceivedAt), stamp(x.Timestamp), string(x.Type), x.Name, x.Key.ID(), string(x.Source), x.MessageID, string(x.Properties))
	})
}

func (d *dashboard) interviewsCSV(w http.ResponseWriter, r *request, f report.InterviewFilter) error {
	return all(func(page report.Window) (report.Listing[report.InterviewLine], error) {
		return d.Reports.Interviews(r.Context(), r.project.ID, f, page)
	}, func() *table {
		return newTable(w, "interviews", "started_at", "ended_at", "id", "study", "person", "state", "mode", "language", "answers")
	}, func(t *table, x report.InterviewLine) {
		t.row(stamp(x.Started), stamp(x.Ended), x.ID, x.StudyName, x.Person.ID(), string(x.State), x.Mode, x.Language, strconv.Itoa(x.Answers))
	})
}

func peopleCSV(w http.ResponseWriter, rows []report.PersonLine) error {
	t := newTable(w, "people", "person", "kind", "email", "first_seen", "last_seen")
	for _, x := range rows {
		kind := "anonymous"
		if x.Key.Identified() {
			kind = "user"
		}
		t.row(x.Key.ID(), kind, x.Email, stamp(x.FirstSeen), stamp(x.LastSeen))
	}
	return t.end()
}

func themesCSV(w http.ResponseWriter, rows []report.ThemeLine) error {
	t := newTable(w, "themes", "id", "study", "theme", "definition", "people", "of", "low", "high")
	for _, x := range rows {
		t.row(x.ID, x.StudyName, x.Label, x.Definition, strconv.Itoa(x.People), strconv.Itoa(x.Of), unit(x.Low), unit(x.High))
	}
	return t.end()
}

func studiesCSV(w http.ResponseWriter, rows []report.StudyLine) error {
	t := newTable(w, "studies", "id", "study", "state", "completed", "target", "interviews", "created_at")
	for _, x := range rows {
		t.row(x.ID, x.Name, string(x.State), strconv.Itoa(x.Completed), strconv.Itoa(x.Target), strconv.Itoa(x.Interviews), stamp(x.Created))
	}
	return t.end()
}
