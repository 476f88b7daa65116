package web

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

// coming is a stream of what comes in to a site.
type coming struct {
	*site
	tally   *ingest.Tally
	project research.ProjectID
}

// coming begins a stream to the site's first project.
func (s *site) coming() *coming {
	s.t.Helper()
	all, err := s.db.Projects(s.t.Context())
	if err != nil || len(all) == 0 {
		s.t.Fatal(err)
	}
	return &coming{s, ingest.NewTally(s.db, func() time.Time { return s.now }, slog.New(slog.DiscardHandler)), all[0].ID}
}

func (c *coming) event(kind research.EventType, name, properties string, source research.Source, fresh bool) {
	c.eventAt(c.now.Add(-3*time.Second), kind, name, properties, source, fresh)
}

func (c *coming) eventAt(at time.Time, kind research.EventType, name, properties string, source research.Source, fresh bool) {
	e := research.Event{Project: c.project, Type: kind, Name: name, UserID: "u", Source: source, ReceivedAt: at.UTC(), Properties: json.RawMessage(properties),
		Context: json.RawMessage(`{"library":{"name":"analytics-node","version":"3.1.0"}}`)}
	c.tally.Stored([]research.Event{e}, []bool{fresh})
}

// everything is each thing that can go wrong, and some that go well.
func (c *coming) everything() {
	for _, r := range []ingest.Refusal{{Why: "unknown_key", Key: "prj_0193a7f2"}, {Why: "unknown_key", Key: "Xb71kdLqPw"}, {Why: "no_key"}, {Why: "bad_gzip"}} {
		r.Source = research.FromServer
		c.tally.Refused(r)
	}
	for _, why := range []string{"bad_signature", "no_webhook_token", "not_an_event", "too_large", "too_fast", "bad_json"} {
		c.tally.Refused(ingest.Refusal{Project: c.project, Source: research.FromWebhook, Why: why, Names: map[string][]string{"not_an_event": {"person", "event", "<b>x</b>"}}[why]})
	}
	c.tally.Dropped(c.project, research.FromBrowser, map[ingest.Reason]int{ingest.NoIdentity: 31, ingest.NoEvent: 2, ingest.NoType: 1, "consent": 4, "own_event": 2, "integrations": 9})
	ahead := research.Event{Project: c.project, Type: research.Identify, UserID: "u", Source: research.FromServer, ReceivedAt: c.now.UTC(), Skew: time.Hour, Traits: json.RawMessage(`{"plan":"pro","email":"ada@example.com","address":{"city":"Bonn"}}`)}
	c.tally.Stored([]research.Event{ahead}, []bool{true})
	c.event(research.Track, "Order Completed", `{"plan":"pro","total":12.5,"trial":false,"coupon":null,"items":[1],"who":"ada@example.com","shipping":{"method":"post","address":{"street":"Main St"}}}`, research.FromWebhook, true)
	c.event(research.Track, "Order Completed", `{"plan":"team"}`, research.FromWebhook, false)
	for i := range 70 { // of each day, 20 are looked into
		if i%20 == 19 {
			c.tally.Flush(c.t.Context())
		}
		c.eventAt(c.now.AddDate(0, 0, i/20-3).Add(-3*time.Second), research.Track, "feature_opened", fmt.Sprintf(`{"n":%d,"feature":"f%d"}`, i, i%8), research.FromBrowser, true)
	}
	c.tally.Flush(c.t.Context())
}

// first is one event, by the webhook.
func (c *coming) first() {
	c.event(research.Track, "Order Completed", `{"plan":"pro"}`, research.FromWebhook, true)
	c.tally.Flush(c.t.Context())
}

func (c *coming) many() {
	for i := range 1200 {
		c.event(research.Track, fmt.Sprintf("Ergebnisberichterstattungsgeschwindigkeit %d viewed", i), fmt.Sprintf(`{"p%d":true}`, i), []research.Source{research.FromBrowser, research.FromWebhook}[i%2], true)
		if i%150 == 0 {
			c.tally.Flush(c.t.Context())
		}
	}
	c.event(research.Track, "עומר 🙂 <script>alert(1)</script> opened", `{"b<i>ad":"<i>"}`, research.FromBrowser, true)
	c.tally.Flush(c.t.Context())
}

func TestConnectSaysWhatGoesWrong(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	s.coming().everything()
	body := s.get("/connect?part=live").Body.String()
	for _, words := range []string{"This is a project id", "<bdi>prj_0193</bdi>…", "write key of a source in Segment", "signature is wrong", "it ends with the token", "no Segment messages",
		"<bdi>person</bdi>", "neither a userId nor an anonymousId", "31 times", "Track messages have no name", "500 KiB", "faster than this project may send", "Requests are not JSON",
		"clocks of some senders", "counted once", "came back, and were ignored", "did not consent", "good to know",
		"<bdi>Order Completed</bdi></a>", "from <bdi>analytics-node 3.1.0</bdi>. <strong class=\"meaning good\">You are connected"} {
		if !strings.Contains(body, words) {
			t.Errorf("/connect does not say %q", words)
		}
	}
	for _, never := range []string{"ada@example.com", "<b>x</b>", "Bonn", "a-secret-of"} {
		if strings.Contains(body, never) {
			t.Errorf("/connect says %q", never)
		}
	}
}

// TestConnectHandsOutTheFunctionOfTheReference, which is run elsewhere.
func TestConnectHandsOutTheFunctionOfTheReference(t *testing.T) {
	reference, err := os.ReadFile("../../docs/reference/segment.md")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	if err := snippets.ExecuteTemplate(&code, "function", nil); err != nil || !strings.Contains(string(reference), "```js\n"+code.String()+"\n```") {
		t.Errorf("the reference has another function: %v", err)
	}
}

func TestConnectSaysWhoseEventsTheyAre(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	c := s.coming()
	if body := s.get("/connect").Body.String(); strings.Contains(body, "Whose events they are") {
		t.Error("a share of no events")
	}
	named := func(n int, source research.Source, verified bool, ago time.Duration) {
		for range n {
			c.tally.Stored([]research.Event{{Project: c.project, Type: research.Track, Name: "a", UserID: "u", Source: source, Verified: verified, ReceivedAt: c.now.Add(-ago)}}, []bool{true})
		}
		c.tally.Flush(t.Context())
	}
	says := func(mode research.IdentityMode, words ...string) {
		t.Helper()
		p := s.only()
		p.Settings.Identity = mode
		if err := s.db.UpdateProject(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		body := s.get("/connect?part=live").Body.String()
		for _, w := range words {
			if !strings.Contains(body, w) {
				t.Errorf("%q: does not say %q", mode, w)
			}
		}
	}
	named(30, research.FromServer, true, time.Hour)
	named(5, research.FromBrowser, false, 9*24*time.Hour)
	says(research.IdentityOff, "<p>30 of 30 · 100 % of the events with a userId were verified.</p>", "it would stop none of them")
	says(research.IdentityRequired, "have to show a signed identity.")
	named(10, research.FromBrowser, false, 6*24*time.Hour)
	says(research.IdentityOff, "30 of 40 · 75 % of the events with a userId were verified, 10 not.", "came with the public write key: anybody", `<td class="main">browser</td><td class="n">10</td><td class="n">0</td>`, `<td class="n">30 · 100 %</td>`)
	says(research.IdentityWhenPresent, "no token that proves", "such events invite nobody")
	says(research.IdentityRequired, "What was not verified invited nobody as a user", "usercallToken")
}

func TestConnectWaitsAndGoesStale(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	c := s.coming()
	if body := c.get("/connect?way=webhook").Body.String(); strings.Count(body, "Waiting for the first event…") != 2 || strings.Contains(body, "What goes wrong") {
		t.Error("a server and a webhook that nothing came by do not wait") // the demo has one event from a browser
	}
	c.event(research.Track, "a", "", research.FromWebhook, true)
	c.tally.Flush(t.Context())
	c.now = c.now.Add(26 * time.Hour)
	if err := s.db.Accounts().TouchSession(t.Context(), tokenHash("token"), c.now); err != nil {
		t.Fatal(err)
	}
	if body := c.get("/connect").Body.String(); strings.Count(body, "Nothing since.") != 2 || strings.Contains(body, "You are connected") {
		t.Error("what came two days ago counts as connected")
	}
}

func TestCatalogue(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	s.coming().everything()
	for path, want := range map[string][]string{
		"/catalogue":                           {"feature_opened", "Order Completed", "identify", "webhook 2", `aria-sort="descending"`, "3 events"},
		"/catalogue?q=ORDER":                   {"Order Completed", "1 event"},
		"/catalogue/track/Order%20Completed":   {"properties.<wbr>shipping.<wbr>method", "&#34;post&#34;", "12.5", "true or false", "not kept: could be personal", "on: { event: &#34;Order Completed&#34; }"},
		"/catalogue/track/feature_opened":      {"many", "and 3 more", "number"},
		"/catalogue/identify/":                 {"traits.<wbr>address.<wbr>city", "&#34;pro&#34;"},
		"/catalogue?format=csv":                {`"track","feature_opened","70","70","0","0","0","2"`},
		"/catalogue/identify/?format=csv":      {`"traits.plan","text","1","""pro"""`},
		"/catalogue.json?prefix=order":         {`{"items":[{"type":"track","event":"Order Completed","count":2}]}`},
		"/catalogue.json?prefix=nothing":       {`{"items":[]}`},
		"/catalogue?q=feature&type=identify":   {"fits these filters"},
		"/catalogue/track/never%20seen":        {"nothing here"},
		"/catalogue/page/Order%20Completed":    {"nothing here"},
		"/events?name=Order+Completed":         {"Event catalogue"},
		"/catalogue?sort=name&from=9999":       {"feature_opened"},
		"/catalogue?sort=nonsense&from=banana": {"feature_opened"},
	} {
		body := s.get(path).Body.String()
		for _, words := range want {
			if !strings.Contains(strings.ToLower(body), strings.ToLower(words)) {
				t.Errorf("%s does not say %q", path, words)
			}
		}
		for _, never := range []string{"ada@example.com", "Main St", "Bonn"} {
			if strings.Contains(body, never) {
				t.Errorf("%s says %q", path, never)
			}
		}
	}
}

func TestCatalogueOfAnotherProject(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	s.coming().everything()
	s.fill(demo{tag: "b", studies: 1})
	for _, path := range []string{"/catalogue", "/catalogue.json", "/catalogue/track/feature_opened", "/connect"} {
		r := httptest.NewRequest("GET", path, nil)
		r.AddCookie(&http.Cookie{Name: projectCookie, Value: "prj_b"})
		if body := s.do(r).Body.String(); strings.Contains(body, "feature_opened") || strings.Contains(body, "signature is wrong") {
			t.Errorf("%s shows what belongs to another project", path)
		}
	}
}

func TestCatalogueHasPages(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	s.coming().many()
	if got := s.walk("/catalogue"); got != ingest.MaxNames+1 {
		t.Errorf("its pages have %d rows together", got)
	}
	body := s.get("/catalogue?sort=name&q=ergebnis").Body.String()
	if !strings.Contains(body, "1 to 50 of 1") || strings.Contains(body, "<script>alert") {
		t.Error("the first page does not say where it stands")
	}
	if body := s.get("/catalogue/other/").Body.String(); !strings.Contains(body, "room for 1,000 names") {
		t.Error("the page of all others does not say why")
	}
}

// TestConnectComesAlive waits in a real browser for the first event.
func TestConnectComesAlive(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	c := s.coming()
	server := httptest.NewServer(s.handler)
	defer server.Close()
	ctx, cancel := context.WithTimeout(browser(t), 30*time.Second)
	defer cancel()
	_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: s.cookie.Name, Value: s.cookie.Value, URL: server.URL})
	must(t, true, err)
	must(t, true, chromedp.Do(ctx, chromedp.Navigate(server.URL+"/connect?way=webhook"), chromedp.WaitVisible(chromedp.CSS("#ways"))))
	shown := must2(chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector("#s-secret").checkVisibility()`)))
	if shown {
		t.Error("the secret is shown without having been asked for")
	}
	c.event(research.Track, "Order Completed", "", research.FromWebhook, true)
	c.tally.Refused(ingest.Refusal{Project: c.project, Source: research.FromWebhook, Why: "bad_signature"})
	c.tally.Flush(t.Context())
	must(t, true, chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS(".way:nth-of-type(3).connected")), chromedp.WaitVisible(chromedp.CSS("#troubles li"))))
	still := must2(chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector("#code pre") !== null && !document.querySelector("#s-secret").checkVisibility()`)))
	if !still {
		t.Error("what is alive took the code with it")
	}
}
