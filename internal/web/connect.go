package web

import (
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	texttemplate "text/template"

	"github.com/usercall/usercall/internal/report"
)

// connectView is what to put where, filled in.
type connectView struct {
	shell
	Last    *report.Event
	Library string // "analytics.js 1.84", as the event says of itself
	Snips   []snippet
	Refused bool // no origin is on the list, so browsers are refused
}

// snippet is code to copy.
type snippet struct {
	ID, Title, Hint, Code string
}

var snippets = texttemplate.Must(texttemplate.New("").Parse(`
{{define "stub"}}<script>(function(w,u,m){u=w.usercall=w.usercall||[];m="init identify bindSegment trigger reset on open optOut".split(" ");m.forEach(function(k){u[k]=u[k]||function(){u.push([k,[].slice.call(arguments)])}})})(window)</script>
<script async src="{{.Host}}/sdk/usercall.js"></script>{{end}}
{{define "calls"}}usercall.init({ projectId: {{.Key}} })
usercall.identify({ userId: user.id, email: user.email, traits: { plan: "pro" } })
usercall.bindSegment(analytics){{end}}
{{define "setup"}}window.__usercallSetup = { projectId: {{.Key}}, bindSegment: true }{{end}}
{{define "tag"}}<script async src="{{.Host}}/sdk/usercall.js" data-project-id="{{.ID}}" data-bind-segment></script>{{end}}
{{define "next"}}import { AnalyticsBrowser } from "@segment/analytics-next"

const analytics = AnalyticsBrowser.load(
  { writeKey: {{.WriteKey}}, cdnURL: "{{.Host}}" },
  { integrations: { "Segment.io": { apiHost: "{{.Bare}}/v1"{{if .Plain}}, protocol: "http"{{end}} } } },
){{end}}
{{define "node"}}import { Analytics } from "@segment/analytics-node"

const analytics = new Analytics({ writeKey: {{.WriteKey}}, host: "{{.Host}}", path: "/v1/batch" }){{end}}
`))

func (d *dashboard) snippets(r *request) []snippet {
	values := map[string]any{"Host": strings.TrimRight(d.PublicURL.String(), "/"), "Bare": d.PublicURL.Host,
		"Plain": d.PublicURL.Scheme == "http", "ID": template.HTMLEscapeString(r.project.Key),
		"Key": quoted(r.project.Key), "WriteKey": quoted(string(r.project.WriteKey))}
	all := []snippet{
		{"stub", "Put this into every page", "Beside Segment's snippet, before or after it.", ""},
		{"calls", "Connect it to Segment", "Where your own script knows the user. With Segment's identify already in place, the second line can go.", ""},
		{"setup", "Or configure it in one line", "Instead of the three calls: it takes the user from Segment.", ""},
		{"tag", "Or with no script of your own", "One tag, for pages that allow no inline script.", ""},
		{"next", "Send browser events here", "analytics-next with this server as its address.", ""},
		{"node", "Send server events here", "analytics-node. For events that should count as signed, use the server key in place of the write key.", ""},
	}
	for i := range all {
		var b strings.Builder
		if err := snippets.ExecuteTemplate(&b, all[i].ID, values); err == nil {
			all[i].Code = b.String()
		}
	}
	return all
}

// quoted is a string of JavaScript.
func quoted(s string) string {
	b, _ := json.Marshal(s) // a string always marshals
	return string(b)
}

func (d *dashboard) connect(w http.ResponseWriter, r *request) error {
	last, err := d.Reports.LastEvent(r.Context(), r.project.ID)
	if err != nil {
		return err
	}
	return d.render(w, http.StatusOK, "connect", connectView{shell: r.shell("Connect", "Connect"), Last: last, Library: library(last),
		Snips: d.snippets(r), Refused: len(r.project.Origins) == 0 && !r.project.Open})
}

// library is what the event says it was sent by.
func library(e *report.Event) string {
	if e == nil {
		return ""
	}
	var context struct {
		Library struct{ Name, Version string }
	}
	if json.Unmarshal(e.Context, &context) != nil { // a stranger's word; any shape may come
		return ""
	}
	if version, next := strings.CutPrefix(strings.TrimPrefix(context.Library.Version, "npm:"), "next-"); next {
		return "analytics-next " + version // its own name for itself is that of its predecessor
	}
	return strings.TrimSpace(context.Library.Name + " " + context.Library.Version)
}
