package web

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// paths is every page that reads, of the demo project with that tag.
func paths(tag string) []string {
	return []string{"/", "/studies", "/studies?state=closed", "/studies/new", "/studies/stu_" + tag + "0", "/studies/stu_" + tag + "0/interviews",
		"/studies/stu_" + tag + "0/triggers", "/studies/stu_" + tag + "0/guide", "/studies/stu_" + tag + "0/settings",
		"/studies/stu_" + tag + "0/triggers/new", "/studies/stu_" + tag + "0/triggers/trg_" + tag + "0/forecast", "/studies/stu_" + tag + "0/triggers/trg_" + tag + "0/edit", "/studies/stu_" + tag + "0/file", "/studies/stu_" + tag + "0/versions", "/studies/stu_" + tag + "0/versions/1", "/interviews",
		"/interviews?state=completed&study=stu_" + tag + "0", "/interviews/itv_" + tag + "0", "/themes", "/people", "/people?q=u", "/events",
		"/events?name=subscription_cancelled&type=track", "/decisions", "/decisions?outcome=skipped&gate=sample&trigger=trg_" + tag + "0", "/connect", "/connect?way=server", "/connect?way=webhook", "/connect?way=function", "/connect?way=other", "/connect?part=live",
		"/catalogue", "/catalogue?q=zzz", "/catalogue?sort=name&type=track", "/settings", "/settings/pacing", "/settings/delivery", "/deliveries", "/deliveries?state=failed&channel=email"}
}

var inline = regexp.MustCompile(`(?i)<style|<script[^>]*>[^<]|\sstyle=|\son[a-z]+=|(?:href|src|action)="?\s*javascript:`)

func TestEveryPageWithMuch(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 4, interviews: 12, events: 60})
	for _, path := range append(paths("a"), link("people", "u:"+plainWords("person", 0))) {
		w := s.get(path)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if found := inline.FindString(w.Body.String()); found != "" {
			t.Errorf("%s has something inline: %s", path, found)
		}
		if got := w.Header().Get("Content-Security-Policy"); got != policy {
			t.Errorf("%s: policy %q", path, got)
		}
		if !strings.HasSuffix(w.Body.String(), "</html>\n") {
			t.Errorf("%s is cut off", path)
		}
	}
}

func TestEveryPageWithNothing(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	if w := s.get("/"); !strings.Contains(w.Body.String(), "usercall project create") {
		t.Errorf("without a project: %s", w.Body)
	}
	s.fill(demo{tag: "a", studies: 1})
	for _, path := range paths("a") {
		w := s.get(path)
		if missing := strings.Contains(path, "/itv_"); missing != (w.Code == http.StatusNotFound) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestWordsOfPages(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 4, interviews: 12, events: 60})
	for path, want := range map[string][]string{
		"/":                            {"This week", "Needs you", "Listen", "asks nobody: its triggers are paused", "newest theme", "6 of 30"},
		"/studies/stu_a0":              {"<title>Why Pro customers cancel · Northdesk · usercall</title>", "12 of 12", "What is uncertain", "#t2", "built-in analysis"},
		"/studies/stu_a0/triggers":     {"When subscription_cancelled happens", "Pause trigger", "not drawn in the sample"},
		"/studies/stu_a1/triggers":     {"Forecast and activate", "While it is paused"},
		"/interviews/itv_a0":           {"<mark", "What led to it", "led to the invite", "ask.q1", "every question was asked"},
		"/decisions":                   {"not invited", "invited 4 days ago, 26 to go", "With a cooldown of 3 days"},
		"/people/u:u_4821-0":           {"invited", "Invite accepted", "Interview completed", "subscription_cancelled", "2 invites dismissed in a row"},
		"/connect":                     {"bindSegment(analytics)", "prj_a", "wk_a", "You are connected", "analytics-next 1.84.3", `from &#34;@segment/analytics-next`},
		"/connect?way=webhook":         {"/v1/webhooks/segment/prj_a/0123456789abcdef", "a-secret-of-prj_a", "Webhooks (Actions)", "Extensible"},
		"/connect?way=function":        {"RetryError", "ValidationError", "onIdentify"},
		"/connect?way=server":          {"/v1/batch", "NewWithConfig", "analytics.write_key = &#34;wk_a&#34;", "curl http://localhost:8080/v1/track -u wk_a:"},
		"/settings":                    {"https://app.example.com", "sk_AbCd…", "ada@northdesk.example", "wk_former_a", "older, valid still", "Rotate write key", "Revoke older write key", "idk_a", "webhook 1", "createHmac", "a token is required"},
		"/studies/new":                 {"Use this study", "Why people cancel"},
		"/people?only=never":           {`<option value="never" selected>`, "Nobody has opted out", "people never asked"},
		"/events?name=no":              {"No event fits"},
		"/decisions?trigger=trg_gone0": {"No decision fits"},
	} {
		body := s.get(path).Body.String()
		for _, words := range want {
			if !strings.Contains(body, words) {
				t.Errorf("%s does not say %q", path, words)
			}
		}
	}
}

func TestPercentNeverSaysAllOrNothingFalsely(t *testing.T) {
	for want, of := range map[string][2]int{"": {1, 19}, "0 %": {0, 20}, "under 1 %": {1, 101}, "1 %": {1, 100}, "50 %": {10, 20}, "99 %": {99, 100}, "over 99 %": {1999, 2000}, "100 %": {20, 20}} {
		if got := percent(of[0], of[1]); got != want {
			t.Errorf("%d of %d is %q, want %q", of[0], of[1], got, want)
		}
	}
}

// TestRoutes compares what is served with a list, so that no page for
// developers is ever left in a release.
func TestRoutes(t *testing.T) {
	var got []string
	for _, r := range (&dashboard{}).table() {
		got = append(got, fmt.Sprintf("%-5t %s", !r.open, r.pattern))
	}
	slices.Sort(got)
	text := strings.Join(got, "\n") + "\n"
	const golden = "testdata/routes.txt"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("the routes have changed; if they should, run with UPDATE=1:\n%s", text)
	}
}

func TestEveryTableHasManyRowsAndPages(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1, interviews: 120, events: 1000})
	for path, rows := range map[string]int{"/events": 1000, "/decisions": 1000, "/interviews": 120} {
		if got := s.walk(path); got != rows {
			t.Errorf("%s: its pages have %d rows together, want %d", path, got, rows)
		}
	}
}

var older = regexp.MustCompile(`<a href="([^"]+)" rel="next">`)

// walk follows "Older" to the end and counts the rows.
func (s *site) walk(path string) (rows int) {
	for range 100 {
		body := s.get(path).Body.String()
		rows += strings.Count(body, "data-row ")
		next := older.FindStringSubmatch(body)
		if next == nil {
			return rows
		}
		path = strings.ReplaceAll(next[1], "&amp;", "&")
	}
	return rows
}
