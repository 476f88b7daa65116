package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// way is how a page has analytics-next, with the key and the host of nobody
// but us. Batching is its own: "" or a strategy as JSON.
type way struct {
	head func(t *testing.T, f *field, key, strategy string) string
	old  bool // a release that sends its key in the body only
}

var ways = map[string]way{
	"our snippet":       {head: ourSnippet},
	"Segment's snippet": {head: segmentsSnippet},
	"npm": {head: func(t *testing.T, f *field, key, s string) string {
		return npmModule(t, f, key, s, "@segment/analytics-next")
	}},
	"Segment's snippet, 1.76.1": {head: segmentsSnippet, old: true},
	"npm, 1.76.1": {head: func(t *testing.T, f *field, key, s string) string {
		return npmModule(t, f, key, s, "analytics-next-1-76")
	}, old: true},
}

var strategies = map[string]string{
	"":           "",
	", batching": `{"strategy":"batching","config":{"size":4,"timeout":200}}`,
}

// documented is a block of the reference, with the field's host and key in it.
func (f *field) documented(t *testing.T, heading, language, key string) string {
	t.Helper()
	text, err := os.ReadFile("../docs/reference/segment.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "\n### "+heading+"\n")
	_, after, ok := strings.Cut(after, "\n```"+language+"\n")
	if !ok {
		t.Fatalf("segment.md has no %s under %q", language, heading)
	}
	block, _, _ := strings.Cut(after, "\n```")
	return strings.NewReplacer("WRITE_KEY", key, "HOST", f.gateway.host()).Replace(block)
}

func ourSnippet(t *testing.T, f *field, key, strategy string) string {
	options := ""
	if strategy != "" {
		options = fmt.Sprintf(`<script>analytics._loadOptions={integrations:{"Segment.io":{deliveryStrategy:%s}}}</script>`, strategy)
	}
	return f.documented(t, "By snippet", "html", key) + options
}

// segmentsSnippet is what Segment gives out, with our host in it.
func segmentsSnippet(t *testing.T, f *field, key, strategy string) string {
	options := map[string]any{"host": f.gateway.host(), "apiKey": key}
	if strategy != "" {
		options["load"] = map[string]any{"integrations": map[string]any{"Segment.io": map[string]any{"deliveryStrategy": json.RawMessage(strategy)}}}
	}
	text, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	return "<script>" + node(t, `console.log(require("@segment/snippet").max(JSON.parse(process.argv[1])))`, string(text)) + "</script>"
}

func npmModule(t *testing.T, f *field, key, strategy, pkg string) string {
	module := f.documented(t, "From npm", "js", key)
	module = strings.Replace(module, `"@segment/analytics-next"`, fmt.Sprintf("%q", pkg), 1)
	if strategy != "" {
		module = strings.Replace(module, `/v1" }`, `/v1", deliveryStrategy: `+strategy+` }`, 1)
	}
	return "<script>" + bundle(t, module+"\nwindow.analytics = analytics; analytics.page()") + "</script>"
}

// recorder writes down, in the page's own storage, each message that the page
// made, as the library will send it.
const recorder = `<script>(function () {
	var keep = function (ctx) {
		var e = ctx.event, sent = JSON.parse(localStorage.sent || "[]");
		sent.push({type: e.type, event: e.event, name: e.name, messageId: e.messageId, userId: e.userId, anonymousId: e.anonymousId});
		localStorage.sent = JSON.stringify(sent);
		return ctx;
	};
	analytics.register({name: "Recorder", type: "enrichment", version: "1", isLoaded: function () { return true }, load: function () { return Promise.resolve() },
		track: keep, page: keep, identify: keep, group: keep, alias: keep, screen: keep});
})()</script>`

// loaded is true once the library has taken the stub's place.
const loaded = `window.analytics && !Array.isArray(analytics)`

// visit is two people at one machine, one after the other.
const visit = `(async () => {
	await analytics.identify("user-1", {plan: "pro"});
	await analytics.track("Order Completed", {total: 12.5});
	await analytics.track("Order Completed", {total: 12.5});
	await analytics.group("acme", {seats: 4});
	await analytics.screen("Home");
	await analytics.page("Docs", "Pricing");
	await analytics.alias("user-1b");
	await analytics.reset();
	await analytics.identify("user-2", {plan: "free"});
	await analytics.track("Signed Up");
	return true;
})()`

// sent is what the recorder wrote down, each message once.
func (p *tab) sent() []message {
	p.t.Helper()
	var all, unique []message
	if err := json.Unmarshal([]byte(eval[string](p, `localStorage.sent || "[]"`)), &all); err != nil {
		p.t.Fatal(err)
	}
	for _, m := range all {
		if !slices.ContainsFunc(unique, func(u message) bool { return u.MessageID == m.MessageID }) {
			unique = append(unique, m)
		}
	}
	return unique
}

// arrive waits until everything that the tab has sent is acknowledged.
func (f *field) arrive(t *testing.T, p *tab, keys projectKeys) {
	t.Helper()
	sent := p.sent()
	eventually(t, fmt.Sprintf("all %d messages are acknowledged", len(sent)), func() bool {
		acked := f.gateway.acknowledged(t, keys.WriteKey)
		return !slices.ContainsFunc(sent, func(m message) bool { return acked[m.MessageID] == nil })
	})
}

// TestAnalyticsNext lets Segment's real library deliver from a real page of
// another origin, in each way that a page can have it, with no host but us.
func TestAnalyticsNext(t *testing.T) {
	f := newField(t, caseNames()...)
	for name, way := range ways {
		for suffix, strategy := range strategies {
			t.Run(name+suffix, func(t *testing.T) {
				if way.old {
					f.serveOldLibrary(t)
				}
				keys := f.keys[name+suffix]
				before := len(f.gateway.to(http.MethodOptions, "/v1/"))
				p := f.visitor(t)
				p.open(f.site.page("/visit", way.head(t, f, keys.WriteKey, strategy)+recorder))
				p.until(loaded + " && localStorage.sent")
				f.arrive(t, p, keys) // the page's own page(), which would take the user of an identify that overtakes it
				eval[bool](p, visit)
				f.arrive(t, p, keys)
				checkVisit(t, p.sent(), f.checkStored(t, keys))
				f.checkWire(t, way, strategy, keys, len(f.gateway.to(http.MethodOptions, "/v1/"))-before)
				f.checkHosts(t, p)
			})
		}
	}
}

func caseNames() (names []string) {
	for name := range ways {
		for suffix := range strategies {
			names = append(names, name+suffix)
		}
	}
	return names
}

// serveOldLibrary has the gateway serve the release before Authorization at
// the addresses of ours.
func (f *field) serveOldLibrary(t *testing.T) {
	t.Helper()
	const dir = "../node_modules/analytics-next-1-76/dist/umd/"
	f.gateway.with(t, func(w http.ResponseWriter, r *http.Request, _ func(http.ResponseWriter)) bool {
		switch {
		case strings.HasPrefix(r.URL.Path, "/analytics.js/"):
			http.ServeFile(w, r, dir+"standalone.js")
		case strings.HasPrefix(r.URL.Path, "/analytics-next/bundles/"):
			http.ServeFile(w, r, dir+path.Base(r.URL.Path))
		default:
			return false
		}
		return true
	})
}

// checkVisit compares what the page made with what is stored.
func checkVisit(t *testing.T, sent []message, stored map[string]storedRow) {
	t.Helper()
	types := map[string]int{}
	anonymous := map[string]map[string]bool{}
	for _, m := range sent {
		types[m.Type]++
		row := stored[m.MessageID]
		if row.Type != m.Type || row.Event != m.Event || row.Name != m.Name || row.UserID != m.UserID || row.AnonymousID != m.AnonymousID {
			t.Errorf("the page made %+v, stored is %+v", m, row)
		}
		if anonymous[m.UserID] == nil {
			anonymous[m.UserID] = map[string]bool{}
		}
		anonymous[m.UserID][m.AnonymousID] = true
	}
	if want := map[string]int{"page": 2, "identify": 2, "track": 3, "group": 1, "screen": 1, "alias": 1}; !maps.Equal(types, want) {
		t.Errorf("the page made %v, want %v", types, want)
	}
	for id := range anonymous["user-2"] {
		if anonymous["user-1"][id] {
			t.Error("two people share an anonymousId across reset()")
		}
	}
	if len(stored) != len(sent) {
		t.Errorf("%d messages made, %d stored", len(sent), len(stored))
	}
}

// checkWire makes sure that the client did what this test is there for: new
// releases ask before they send, old ones do not, and batches are batches.
func (f *field) checkWire(t *testing.T, w way, strategy string, keys projectKeys, preflights int) {
	t.Helper()
	posts := slices.DeleteFunc(f.gateway.to(http.MethodPost, "/v1/"), func(e exchange) bool { return !strings.Contains(string(e.Body), keys.WriteKey) })
	for _, e := range posts {
		if (e.Header.Get("Authorization") == "") != w.old || !strings.HasPrefix(e.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s came with %v", e.Path, e.Header)
		}
		if batch := e.Path == "/v1/b"; batch != (strategy != "") {
			t.Errorf("%s with the strategy %q", e.Path, strategy)
		}
	}
	if (preflights == 0) != w.old {
		t.Errorf("%d preflights", preflights)
	}
	if strategy != "" && len(posts) > 6 {
		t.Errorf("%d requests for ten messages are no batches", len(posts))
	}
}

var loadedFrom = regexp.MustCompile(`^https?://[^/]+`)

// checkHosts finds requests of a page to anybody else.
func (f *field) checkHosts(t *testing.T, p *tab) {
	t.Helper()
	for _, url := range eval[[]string](p, `performance.getEntriesByType("resource").map(e => e.name).filter(n => n.startsWith("http"))`) {
		if from := loadedFrom.FindString(url); from != f.gateway.URL && from != f.site.URL {
			t.Errorf("the page asked for %s", url)
		}
	}
}
