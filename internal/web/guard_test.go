package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// canaries is what strangers put into every text. Each is marked, so that a
// test sees whether it was shown at all.
var canaries = []string{
	`<script>alert("canary")</script>`, `"><img src=x onerror=alert(1)>`, `javascript:alert("canary")`, `' onmouseover='x`,
	"canary\u202eevil", "canary\x00nul\x1b[31m", `=HYPERLINK("http://canary")`, `{{.}}<!-- canary`, `</title><svg/onload=x>`, "canary’s ok — ünï <b>",
}

var harmful = regexp.MustCompile(`(?i)<script>alert|<img src=x|onerror=alert\(1\)>|(?:href|src|action)="?\s*javascript:|<svg/onload|<b>|' onmouseover='`)

func TestCanariesAreShownAndDoNothing(t *testing.T) {
	for i, canary := range canaries {
		s := newSite(t, "http://localhost:8080").signIn()
		stored := strings.ReplaceAll(canary, "\x00", "\uFFFD") // as ingest stores it
		s.fill(demo{tag: "a", studies: 2, interviews: 4, events: 6, say: func(what string, n int) string {
			if what == "person" {
				return fmt.Sprint(stored, n)
			}
			return stored
		}})
		for _, path := range append(paths("a"), link("people", "u:"+stored+"0"), "/people?q="+url.QueryEscape(canary), "/events?name="+url.QueryEscape(canary)) {
			w := s.get(path)
			body := w.Body.String()
			if w.Code != http.StatusOK {
				t.Errorf("canary %d: %s: %d", i, path, w.Code)
			}
			if found := harmful.FindString(body); found != "" {
				t.Errorf("canary %d is alive on %s: %s", i, path, found)
			}
			if strings.ContainsAny(body, "\x00\x1b\u202e") {
				t.Errorf("canary %d: %s has a character that fools readers", i, path)
			}
		}
		if body := s.get("/decisions").Body.String(); !strings.Contains(body, "canary") && !strings.Contains(body, "x") {
			t.Errorf("canary %d is not shown", i)
		}
	}
}

func TestCSVIsNoFormula(t *testing.T) {
	for _, formula := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", ` "=1`, "'=1", "＝1", "\u00a0=1"} {
		s := newSite(t, "http://localhost:8080").signIn()
		s.fill(demo{tag: "a", studies: 1, interviews: 4, events: 4, say: func(what string, n int) string {
			if what == "person" {
				return fmt.Sprint(formula, n)
			}
			return formula
		}})
		for _, path := range []string{"/decisions", "/events", "/interviews", "/studies/stu_a0/interviews", "/people", "/themes", "/studies"} {
			w := s.get(path + "?format=csv")
			if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
				t.Errorf("%s: %d %v", path, w.Code, w.Header())
			}
			want := `"'` + strings.ReplaceAll(formula, `"`, `""`)
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %q is a formula in %s", path, formula, w.Body)
			}
		}
	}
}

// TestOtherProjectsAreAsIfTheyWereNot asks for every kind of id of another
// project, and for one that never was: the answers are the same bytes.
func TestOtherProjectsAreAsIfTheyWereNot(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 2, interviews: 4, events: 6})
	s.fill(demo{tag: "b", studies: 2, interviews: 4, events: 6, say: func(what string, n int) string {
		if what == "person" {
			return fmt.Sprint("only-in-b", n)
		}
		return "other " + what
	}})
	form := url.Values{"do": {"activate"}}
	for _, c := range []struct{ method, theirs, nobodys string }{
		{"GET", "/studies/stu_b0", "/studies/stu_x0"}, {"GET", "/studies/stu_b0/interviews", "/studies/stu_x0/interviews"},
		{"GET", "/studies/stu_b0/triggers", "/studies/stu_x0/triggers"}, {"GET", "/studies/stu_b0/guide", "/studies/stu_x0/guide"},
		{"GET", "/studies/stu_b0/settings", "/studies/stu_x0/settings"}, {"GET", "/interviews/itv_b0", "/interviews/itv_x0"},
		{"GET", "/people/u:only-in-b0", "/people/u:nobody"}, {"POST", "/people/u:only-in-b0/erase", "/people/u:nobody/erase"},
		{"GET", "/people/u:only-in-b0?before=zz", "/people/u:nobody?before=zz"},
		{"POST", "/studies/stu_b0/state", "/studies/stu_x0/state"}, {"POST", "/studies/stu_b0/triggers/trg_b0", "/studies/stu_x0/triggers/trg_x0"},
		{"POST", "/studies/stu_a0/triggers/trg_b0", "/studies/stu_a0/triggers/trg_x0"}, {"POST", "/studies/stu_a0/triggers/trg_a1", "/studies/stu_a0/triggers/trg_x0"},
		{"GET", "/studies/stu_b0/triggers/new", "/studies/stu_x0/triggers/new"}, {"GET", "/studies/stu_b0/triggers/trg_b0/edit", "/studies/stu_x0/triggers/trg_x0/edit"},
		{"GET", "/studies/stu_a0/triggers/trg_b0/edit", "/studies/stu_a0/triggers/trg_x0/edit"}, {"GET", "/studies/stu_a0/triggers/trg_a1/edit", "/studies/stu_a0/triggers/trg_x0/edit"},
		{"POST", "/studies/stu_b0/triggers/trg_b0/edit", "/studies/stu_x0/triggers/trg_x0/edit"}, {"POST", "/studies/stu_a0/triggers/trg_b0/edit", "/studies/stu_a0/triggers/trg_x0/edit"},
		{"POST", "/studies/stu_b0/triggers/trg_b0/preview", "/studies/stu_x0/triggers/trg_x0/preview"}, {"POST", "/studies/stu_b0/triggers/new", "/studies/stu_x0/triggers/new"},
		{"POST", "/studies/stu_b0/about", "/studies/stu_x0/about"}, {"GET", "/studies/stu_b0/file", "/studies/stu_x0/file"}, {"POST", "/studies/stu_b0/file", "/studies/stu_x0/file"}, {"GET", "/studies/stu_b0/versions", "/studies/stu_x0/versions"},
		{"GET", "/studies/stu_b0/versions/1", "/studies/stu_x0/versions/1"}, {"POST", "/studies/stu_b0/versions/1/restore", "/studies/stu_x0/versions/1/restore"}, {"GET", "/studies/stu_a0/versions/7", "/studies/stu_a0/versions/x"},
		{"GET", "/themes/thm_b0", "/themes/thm_x0"}, {"GET", "/interviews/%00", "/interviews/%ff"},
	} {
		ask := s.get
		if c.method == "POST" {
			ask = func(path string) *httptest.ResponseRecorder { return s.post(path, form) }
		}
		theirs, nobodys := ask(c.theirs), ask(c.nobodys)
		if theirs.Code != http.StatusNotFound || theirs.Body.String() != nobodys.Body.String() || fmt.Sprint(theirs.Header()) != fmt.Sprint(nobodys.Header()) {
			t.Errorf("%s %s: %d, which can be told from %s: %d", c.method, c.theirs, theirs.Code, c.nobodys, nobodys.Code)
		}
	}
	for _, list := range []string{"/", "/studies", "/interviews", "/themes", "/people", "/events", "/decisions", "/people?q=only", "/interviews?study=stu_b0", "/decisions?trigger=trg_b0", "/themes?study=stu_b0", "/events?name=other+event", "/settings", "/connect"} {
		body := s.get(list).Body.String()
		for _, leak := range []string{"only-in-b", "itv_b", "stu_b0", "other study", "wk_b", "other answer"} {
			typed := leak == "stu_b0" && strings.Contains(list, leak)
			if strings.Contains(body, leak) && !typed {
				t.Errorf("%s shows %q of another project", list, leak)
			}
		}
	}
	if len(s.commands.told) != 0 {
		t.Errorf("commands were given: %q", s.commands.told)
	}
}

func TestSwitchingProjects(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	key := s.fill(demo{tag: "b", studies: 1})
	w := s.post("/project", url.Values{"project": {key}})
	r := httptest.NewRequest("GET", "/studies/stu_b0", nil)
	for _, c := range w.Result().Cookies() {
		r.AddCookie(c)
	}
	if w := s.do(r); w.Code != http.StatusOK {
		t.Errorf("the project was not switched: %d", w.Code)
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	for _, route := range (&dashboard{}).table() {
		path, isPost := strings.CutPrefix(route.pattern, "POST ")
		if !isPost {
			continue
		}
		path = strings.NewReplacer("{study}", "stu_a0", "{trigger}", "trg_a0", "{token}", "x", "{version}", "1").Replace(path)
		for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			r := httptest.NewRequest("POST", path, strings.NewReader("do=activate&name=x&password=a+long+password"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(name, value)
			if w := s.do(r); w.Code != http.StatusForbidden {
				t.Errorf("%s with %s: %s: %d", path, name, value, w.Code)
			}
		}
	}
	if len(s.commands.told) != 0 {
		t.Errorf("commands were given: %q", s.commands.told)
	}
}

func TestForms(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 2})
	for _, c := range []struct{ path, form, told, to string }{
		{"/studies/stu_a0/triggers/trg_a0", "do=pause", "trigger 1 trg_a0 false", "/studies/stu_a0/triggers"},
		{"/studies/stu_a1/triggers/trg_a1", "do=activate", "trigger 1 trg_a1 true", "/studies/stu_a1/triggers"},
		{"/studies/stu_a0/state", "do=close", "study 1 stu_a0 false", "/studies/stu_a0/settings"},
		{"/studies", "ready=why-cancel", "create 1 1", "/studies/stu_new/triggers"},
		{"/studies", "name=+Why+they+left+", `start 1 "Why they left" ada@northdesk.example`, "/studies/stu_new/triggers/new"},
		{"/interviews/itv_a0/erase", "", "erase 1 itv_a0", "/interviews/itv_a0"},
		{"/people/u:u_4821-0/erase", "", "erase 1 u:u_4821-0", "/people?done=erased"},
		{"/settings/name", "name=New", "project 1 New [https://app.example.com]", "/settings?done=name"},
		{"/settings/origins", "origins=https://a.example%0Ahttps://b.example", "project 1 Northdesk [https://a.example https://b.example]", "/settings?done=origins"},
		{"/settings/keys/write/revoke", "", "revoke 1 write", "/settings?done=keys"},
		{"/settings/recordings", "days=+30+", "recordings 1 30", "/settings?done=voice"},
		{"/settings/consent", "category=+C2+", `consent 1 "C2"`, "/settings?done=consent"},
		{"/settings/identity", "mode=when_present", `identity 1 "when_present"`, "/settings?done=identity"},
	} {
		form, _ := url.ParseQuery(c.form)
		s.commands.told = nil
		w := s.post(c.path, form)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != c.to || strings.Join(s.commands.told, ";") != c.told {
			t.Errorf("%s %s: %d to %s, told %q", c.path, c.form, w.Code, w.Header().Get("Location"), s.commands.told)
		}
	}
	if w := s.post("/settings/name", url.Values{"name": {""}}); w.Code != 400 || !strings.Contains(w.Body.String(), "A name has 1 to 120") {
		t.Errorf("an empty name: %d", w.Code)
	}
	for _, days := range []string{"", "a week", "-1", "1e3", "99999999999999999999"} {
		if w := s.post("/settings/recordings", url.Values{"days": {days}}); w.Code != 400 || !strings.Contains(w.Body.String(), `name="days" value="`+days+`"`) || !strings.Contains(w.Body.String(), "ecordings") {
			t.Errorf("recordings kept for %q days: %d", days, w.Code)
		}
	}
	for name, want := range map[string]string{"": "A study needs a name", "!": "A name has letters."} {
		if w := s.post("/studies", url.Values{"name": {name}}); w.Code != 400 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("a study called %q: %d", name, w.Code)
		}
	}
	if w := s.post("/settings/origins", url.Values{"origins": {strings.Repeat("x", maxBody)}}); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("an endless form: %d", w.Code)
	}
}

func TestLocal(t *testing.T) {
	for path, want := range map[string]string{"/studies?state=open": "/studies?state=open", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example": "/",
		"javascript:alert(1)": "/", "": "/", "studies": "/", "/\t/evil.example": "/", "/%2f/evil": "/"} {
		if got := local(path); got != want && !(path == "/%2f/evil" && strings.HasPrefix(got, "/%2f")) {
			t.Errorf("local(%q) = %q, want %q", path, got, want)
		}
	}
}
