package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/httpkit"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// request is a request with whom it is from and the project they look at.
type request struct {
	*http.Request
	who      *who              // nil on open routes without a session
	project  *research.Project // nil where there is none at all
	projects []*research.Project
	now      time.Time
}

// enter finds out who asks and about which project, before a handler runs.
func (d *dashboard) enter(to route) httpkit.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		q := &request{Request: r, now: d.Now()}
		var err error
		if q.who, err = d.sessions.of(r); err != nil {
			return err
		}
		if to.open {
			return to.handle(w, q)
		}
		if q.who == nil {
			return askWho(w, r)
		}
		if q.projects, err = d.Reports.Projects(r.Context()); err != nil {
			return err
		}
		if q.project = chosen(q.projects, r); q.project == nil {
			return d.render(w, http.StatusOK, "empty", noProject{q.shell("Welcome", "")})
		}
		return to.handle(w, q)
	}
}

// askWho sends a reader to the sign-in page and back; a form that was sent
// without a session is refused.
func askWho(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return research.Errorf(research.Unauthenticated, "You are signed out, so nothing was changed. Sign in and do it again.")
	}
	to := "/signin"
	if at := r.URL.RequestURI(); at != "/" {
		to += "?next=" + url.QueryEscape(at)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

const projectCookie = "usercall_project"

// chosen is the project somebody looks at: the one they picked last, else their
// own first one, else a sample.
func chosen(all []*research.Project, r *http.Request) *research.Project {
	var first *research.Project
	c, err := r.Cookie(projectCookie)
	for _, p := range all {
		if err == nil && p.Key == c.Value {
			return p
		}
		if first == nil || first.Sample && !p.Sample {
			first = p
		}
	}
	return first
}

// text is a value of the URL or a form as it may go to a database: without NUL
// and broken UTF-8, which no stored text has.
func text(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
}

func (r *request) query(name string) string { return text(strings.TrimSpace(r.URL.Query().Get(name))) }
func (r *request) form(name string) string  { return text(r.PostFormValue(name)) }
func (r *request) path(name string) string  { return text(r.PathValue(name)) }

// window is the page of a listing that the URL asks for.
func (r *request) window() (report.Window, error) {
	c, err := report.ParseCursor(r.query("before"))
	return report.Window{Before: c}, err
}

// with is the URL of this page with parameters changed; "" removes one.
func (r *request) with(name, value string, more ...string) string {
	q := r.URL.Query()
	for pairs := append([]string{name, value}, more...); len(pairs) > 1; pairs = pairs[2:] {
		q.Del(pairs[0])
		if pairs[1] != "" {
			q.Set(pairs[0], pairs[1])
		}
	}
	u := url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: q.Encode()}
	return u.RequestURI()
}

// back answers a form with the page where its effect can be seen.
func back(w http.ResponseWriter, r *request, to string) error {
	http.Redirect(w, r.Request, to, http.StatusSeeOther)
	return nil
}

// local is a path of this server as it came from outside: one leading slash and
// nothing that a browser could read as another host. Anything else is "/".
func local(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") ||
		strings.ContainsAny(path, "\\\t\r\n") || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return u.RequestURI()
}
