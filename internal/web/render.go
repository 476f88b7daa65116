package web

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/usercall/usercall/internal/httpkit"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/web/assets"
)

//go:embed templates/*.html
var templateFiles embed.FS

// shell is what surrounds every page.
type shell struct {
	Title    string
	Section  string // the entry of the rail that it belongs to
	Account  string // address of who is signed in; "": nobody
	Project  *research.Project
	Projects []*research.Project
	Now      time.Time
}

func (r *request) shell(title, section string) shell {
	s := shell{Title: title, Section: section, Project: r.project, Projects: r.projects, Now: r.now}
	if r.who != nil {
		s.Account = r.who.email
	}
	return s
}

// Frame is the shell itself: what a page calls by the same name hides nothing
// from the frame around it.
func (s shell) Frame() shell { return s }

// Unbuilt is the sentence to show where the program has no assets.
func (shell) Unbuilt() string {
	if assets.Built() {
		return ""
	}
	return assets.Missing
}

var pages = parse()

// parse reads every page at start, so that a broken one never ships: each is
// the frame and the parts, and its own file.
func parse() map[string]*template.Template {
	frame := template.Must(template.New("").Funcs(functions).ParseFS(templateFiles, "templates/frame.html", "templates/parts.html"))
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		panic(err) // the embedded folder is there
	}
	all := map[string]*template.Template{}
	for _, f := range files {
		name, _ := strings.CutSuffix(f.Name(), ".html")
		if name != "frame" && name != "parts" {
			all[name] = template.Must(template.Must(frame.Clone()).ParseFS(templateFiles, "templates/"+f.Name()))
		}
	}
	return all
}

// render writes a page whole or not at all.
func (d *dashboard) render(w http.ResponseWriter, status int, name string, page any) error {
	var b bytes.Buffer
	if err := pages[name].ExecuteTemplate(&b, "frame", page); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(visible(b.Bytes())) // whoever asked may be gone
	return nil
}

// fragment writes a part of a page, for a script that puts it into the page.
func (d *dashboard) fragment(w http.ResponseWriter, page, part string, data any) error {
	var b bytes.Buffer
	if err := pages[page].ExecuteTemplate(&b, part, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(visible(b.Bytes())) // whoever asked may be gone
	return nil
}

// visible replaces what a reader cannot see but is fooled by: control
// characters, and those that turn the direction of what follows. It works on
// the whole page, so that no field can be forgotten.
func visible(page []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if hidden(r) {
			return utf8.RuneError
		}
		return r
	}, page)
}

func hidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t' || r == '\r':
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0: // C0, DEL, C1
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // embeddings, overrides, isolates
		return true
	}
	return false
}

// problem is the page of an error.
type problem struct {
	shell
	Status  int
	Heading string
	Message string
	SignIn  bool
}

var headings = map[int]string{
	http.StatusBadRequest:            "That could not be done",
	http.StatusUnauthorized:          "You are signed out",
	http.StatusForbidden:             "That was refused",
	http.StatusNotFound:              "There is nothing here",
	http.StatusConflict:              "Something else came first",
	http.StatusRequestEntityTooLarge: "That was too much at once",
	http.StatusTooManyRequests:       "A moment, that was too often",
	http.StatusServiceUnavailable:    "Not available at the moment",
	http.StatusInternalServerError:   "The server has a fault",
}

// nothingHere is the message of every 404, so that an id of another project
// cannot be told from one that never was.
const nothingHere = "The address may be mistyped, what it showed may have been deleted, or it belongs to another project, which you can switch to from Home."

// failure is the ErrorWriter of the dashboard.
func (d *dashboard) failure(w http.ResponseWriter, r *http.Request, err error) {
	status := httpkit.Status(err)
	page := problem{shell: shell{Title: headings[status], Now: d.Now()}, Status: status, Heading: headings[status],
		Message: httpkit.Message(err), SignIn: status == http.StatusUnauthorized}
	if status == http.StatusNotFound {
		page.Message = nothingHere
	}
	if status == http.StatusInternalServerError {
		page.Message = "This page could not be made. Nothing was lost; the server's log has the reason. Try again in a moment."
	}
	httpkit.SetRetryAfter(w, err)
	if err := d.render(w, status, "problem", page); err != nil {
		d.Log.Error("the error page could not be made", "err", err)
		http.Error(w, page.Message, status)
	}
}

func (d *dashboard) nowhere(http.ResponseWriter, *request) error {
	return research.Errorf(research.NotFound, "%s", nothingHere)
}

type noProject struct{ shell }
