package web

import (
	"encoding/json"
	"html/template"
	"strings"
	texttemplate "text/template"
)

// snippet is code to copy.
type snippet struct {
	ID, Title, Hint, Code string
	Folded                bool // one of several that one picks from
}

// recipe is what to do in one place, in words.
type recipe struct{ Where, Do string }

// way is one way in that Connect explains.
type way struct {
	ID    string // in the URL
	Name  string
	For   string // who takes it
	Steps []recipe
	Snips []snippet
	Note  string
}

// ways is every way in, the first three as cards. Code is filled in later.
var ways = []way{
	{ID: "browser", Name: "Browser", For: "Events of your pages, and the card on them.", Snips: []snippet{
		{ID: "stub", Title: "Put this into every page", Hint: "Beside Segment's snippet, before or after it."},
		{ID: "calls", Title: "Connect it to Segment", Hint: "Where your own script knows the user. With Segment's identify already in place, the second line can go."},
		{ID: "setup", Title: "Or configure it in one line", Hint: "Instead of the three calls: it takes the user from Segment.", Folded: true},
		{ID: "tag", Title: "Or with no script of your own", Hint: "One tag, for pages that allow no inline script.", Folded: true},
		{ID: "next", Title: "Without a Segment account: from npm", Hint: "analytics-next with this server as its only host.", Folded: true},
		{ID: "loader", Title: "Without a Segment account: as a snippet", Hint: "Segment's library from this server, which is its only host.", Folded: true},
	}},
	{ID: "server", Name: "Server", For: "Events that only your backend knows.", Snips: []snippet{
		{ID: "node", Title: "Node", Hint: "@segment/analytics-node"},
		{ID: "go", Title: "Go", Hint: "github.com/segmentio/analytics-go/v3"},
		{ID: "python", Title: "Python", Hint: "segment-analytics-python"},
		{ID: "ruby", Title: "Ruby", Hint: "analytics-ruby"},
		{ID: "curl", Title: "Anything else", Hint: "One request. It also shows at once whether this server can be reached."},
	}, Note: "Put the server key (sk_…) in the place of the write key, and the events count as signed: their ids can be believed. It is secret, and was shown once when the project was made."},
	{ID: "webhook", Name: "Webhook", For: "Everything that Segment has, with no code of yours.", Snips: []snippet{
		{ID: "hook", Title: "URL", Hint: "It holds a token of this project's. Treat it like a password."},
	}, Steps: []recipe{
		{"Webhooks (Actions)", "In Segment, add this destination to your source. In its settings, put the secret into “Shared Secret”. Add the mapping “Send”, with the URL above and POST, for the events you want. Leave “Data” as the whole event and batching off. Enable the mapping and the destination."},
		{"Webhooks (classic)", "Put the URL into “Webhook URLs” and the secret into “Shared Secret”."},
		{"Extensible Webhook", "The URL, POST and JSON. Put the secret into the shared secret, or send it as the header Authorization: Bearer."},
	}, Note: "Segment accepts only https addresses that the internet reaches, with a certificate that browsers trust."},
	{ID: "function", Name: "Destination function", For: "To pick or reshape events first.", Snips: []snippet{
		{ID: "hook", Title: "Setting webhookUrl", Hint: "A setting of the function, of type text. It holds a token: mark it as sensitive."},
		{ID: "function", Title: "The function", Hint: "In Segment: Connections, Catalog, Functions, New destination function."},
	}, Note: "Segment tries again for four hours where the function throws RetryError, and every delivery is known by its messageId."},
	{ID: "other", Name: "Other senders", For: "RudderStack, Jitsu, Hightouch, PostHog.", Snips: []snippet{
		{ID: "hook", Title: "Webhook URL", Hint: "For those who cannot sign: the webhooks of RudderStack, Jitsu, Hightouch and PostHog, with the secret below as the header Authorization: Bearer."},
		{ID: "curl", Title: "Tracking API", Hint: "For those who speak it: RudderStack's libraries and Hightouch Events take this server as their data plane or host, and the write key."},
	}, Note: "PostHog's HTTP webhook needs the header only: the body that it sends by itself is understood, and its events become tracks of the same name."},
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
{{define "loader"}}<script>
(function (w, d, key, host) {
  var a = (w.analytics = w.analytics || []);
  if (a.invoked) return;
  a.invoked = true;
  a._writeKey = key;
  a._cdn = host;
  "track page identify group alias screen reset ready on once off user debug setAnonymousId addSourceMiddleware addDestinationMiddleware register trackLink trackForm"
    .split(" ").forEach(function (m) {
      a[m] = function () {
        var args = [].slice.call(arguments);
        if (w.analytics.initialized) return w.analytics[m].apply(w.analytics, args);
        a.push([m].concat(args));
        return a;
      };
    });
  a.load = function (_key, options) {
    var s = d.createElement("script");
    s.async = true;
    s.src = host + "/analytics.js/v1/" + key + "/analytics.min.js";
    a._loadOptions = options;
    d.head.appendChild(s);
  };
  a.load(key);
  a.page();
})(window, document, {{.WriteKey}}, "{{.Host}}");
</script>{{end}}
{{define "node"}}import { Analytics } from "@segment/analytics-node"

const analytics = new Analytics({ writeKey: {{.WriteKey}}, host: "{{.Host}}", path: "/v1/batch" })
analytics.track({ userId: "u_42", event: "Order Completed", properties: { plan: "pro" } }){{end}}
{{define "go"}}client, err := analytics.NewWithConfig({{.WriteKey}}, analytics.Config{Endpoint: "{{.Host}}"})
if err != nil {
	return err
}
defer client.Close()
err = client.Enqueue(analytics.Track{UserId: "u_42", Event: "Order Completed"}){{end}}
{{define "python"}}import segment.analytics as analytics

analytics.write_key = {{.WriteKey}}
analytics.host = "{{.Host}}"
analytics.track("u_42", "Order Completed", {"plan": "pro"}){{end}}
{{define "ruby"}}analytics = Segment::Analytics.new(write_key: {{.WriteKey}}, host: "{{.Name}}"{{with .Port}}, port: {{.}}{{end}}{{if .Plain}}, ssl: false{{end}})
analytics.track(user_id: "u_42", event: "Order Completed", properties: { plan: "pro" }){{end}}
{{define "curl"}}curl {{.Host}}/v1/track -u {{.PlainKey}}: \
  -d '{"userId":"u_42","event":"Order Completed","properties":{"plan":"pro"}}'{{end}}
{{define "hook"}}{{.Webhook}}{{end}}
{{define "function"}}async function send(event, settings) {
  let res
  try {
    res = await fetch(settings.webhookUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: "Bearer " + settings.token },
      body: JSON.stringify(event),
    })
  } catch (err) {
    throw new RetryError(err.message)
  }
  if (res.status >= 500 || res.status === 429) throw new RetryError("HTTP " + res.status)
  if (res.status >= 400) throw new ValidationError("HTTP " + res.status)
}
async function onTrack(event, settings) { await send(event, settings) }
async function onIdentify(event, settings) { await send(event, settings) }
async function onPage(event, settings) { await send(event, settings) }
async function onScreen(event, settings) { await send(event, settings) }
async function onGroup(event, settings) { await send(event, settings) }
async function onAlias(event, settings) { await send(event, settings) }
async function onDelete(event, settings) { await send(event, settings) }{{end}}
`))

// filled is the code of a way for a project.
func (d *dashboard) filled(r *request, of way, webhook string) []snippet {
	at := d.PublicURL
	values := map[string]any{"Host": strings.TrimRight(at.String(), "/"), "Bare": at.Host, "Name": at.Hostname(), "Port": at.Port(),
		"Plain": at.Scheme == "http", "ID": template.HTMLEscapeString(r.project.Key), "Key": quoted(r.project.Key),
		"WriteKey": quoted(string(r.project.WriteKey)), "PlainKey": string(r.project.WriteKey), "Webhook": webhook}
	all := append([]snippet{}, of.Snips...)
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
