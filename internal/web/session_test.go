package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
)

// withPassword gives the account a password and forgets the session.
func (s *site) withPassword(password string) *site {
	s.t.Helper()
	hash, err := HashPassword(password)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.Accounts().SetPassword(s.t.Context(), s.user, hash, nil); err != nil {
		s.t.Fatal(err)
	}
	s.cookie = nil
	return s
}

func (s *site) signInAs(email, password string) *httptest.ResponseRecorder {
	return s.post("/signin", url.Values{"email": {email}, "password": {password}, "next": {"/studies"}})
}

func sessionOf(w *httptest.ResponseRecorder) *http.Cookie {
	for _, c := range w.Result().Cookies() {
		if c.Name == "usercall" || c.Name == "__Host-usercall" {
			return c
		}
	}
	return nil
}

const good = "correct horse battery"

func TestSignInWithAPassword(t *testing.T) {
	s := newSite(t, "https://usercall.example").signIn().withPassword(good)
	s.fill(demo{tag: "a"})
	w := s.signInAs(" Ada@Northdesk.example ", good)
	c := sessionOf(w)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/studies" || c == nil {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	if c.Name != "__Host-usercall" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie %+v", c)
	}
	s.cookie = c
	if w := s.get("/studies"); w.Code != http.StatusOK {
		t.Errorf("signed in, but %d", w.Code)
	}
}

func TestCookieOnPlainHTTP(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn().withPassword(good)
	if c := sessionOf(s.signInAs("ada@northdesk.example", good)); c == nil || c.Name != "usercall" || c.Secure || !c.HttpOnly {
		t.Errorf("cookie %+v", c)
	}
}

func TestAnswersAreTheSameForEveryReason(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn().withPassword(good)
	accounts := s.db.Accounts()
	if _, err := accounts.Add(t.Context(), "no-password@northdesk.example", "", noon); err != nil {
		t.Fatal(err)
	}
	var first string
	for _, email := range []string{"ada@northdesk.example", "nobody@northdesk.example", "no-password@northdesk.example", ""} {
		w := s.signInAs(email, "a wrong password")
		body := strings.ReplaceAll(w.Body.String(), `value="`+email+`"`, "")
		if first == "" {
			first = body
		}
		if w.Code != http.StatusUnauthorized || body != first || sessionOf(w) != nil {
			t.Errorf("%q can be told apart: %d\n%s\n%s", email, w.Code, body, first)
		}
	}
}

func TestALinkWorksOnceAndOnlyWhenPressed(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.cookie = nil
	link, err := NewSessions(s.db.Accounts(), must2(url.Parse("http://localhost:8080")), func() time.Time { return s.now }).Link(t.Context(), s.user)
	if err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(link, "http://localhost:8080")
	for range 3 { // scanners open it
		if w := s.get(path); w.Code != http.StatusOK || sessionOf(w) != nil {
			t.Fatalf("looking at a link: %d", w.Code)
		}
	}
	if w := s.post(path, nil); w.Code != http.StatusSeeOther || sessionOf(w) == nil {
		t.Errorf("pressing it: %d", w.Code)
	}
	again, other := s.post(path, nil), s.post("/signin/never-was", nil)
	if again.Code != http.StatusUnauthorized || again.Body.String() != other.Body.String() {
		t.Errorf("again: %d, unknown: %d", again.Code, other.Code)
	}
}

func must2[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestALinkExpires(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.cookie = nil
	if err := s.db.Accounts().PutLoginToken(t.Context(), tokenHash("old"), s.user, noon.Add(linkLife)); err != nil {
		t.Fatal(err)
	}
	s.now = noon.Add(linkLife)
	if w := s.post("/signin/old", nil); w.Code != http.StatusUnauthorized {
		t.Errorf("an old link: %d", w.Code)
	}
}

func TestSessionsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		steps []time.Duration
		want  int
	}{
		"used now and then":    {[]time.Duration{11 * time.Hour, 11 * time.Hour, 11 * time.Hour}, http.StatusOK},
		"idle for 12 h":        {[]time.Duration{12 * time.Hour}, http.StatusSeeOther},
		"14 days, ever in use": {steps(34, 10*time.Hour), http.StatusSeeOther},
	} {
		s := newSite(t, "http://localhost:8080").signIn()
		s.fill(demo{tag: "a"})
		var w *httptest.ResponseRecorder
		for _, step := range c.steps {
			s.now = s.now.Add(step)
			w = s.get("/studies")
		}
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", name, w.Code, c.want)
		}
	}
}

func steps(n int, each time.Duration) (all []time.Duration) {
	for range n {
		all = append(all, each)
	}
	return all
}

func TestSigningInRotatesAndSigningOutEnds(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a"})
	old := s.cookie
	s.withPassword(good) // ends it
	s.cookie = &http.Cookie{Name: "usercall", Value: "chosen-by-somebody-else"}
	fresh := sessionOf(s.signInAs("ada@northdesk.example", good))
	if fresh == nil || fresh.Value == s.cookie.Value || fresh.Value == old.Value {
		t.Fatal("the token was not changed at sign-in")
	}
	s.cookie = fresh
	w := s.signInAs("ada@northdesk.example", good) // again, with a session
	second := sessionOf(w)
	if s.get("/").Code != http.StatusSeeOther {
		t.Error("the session before is still open")
	}
	s.cookie = second
	s.post("/signout", nil)
	if w := s.get("/"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/signin" {
		t.Errorf("signed out, but %d", w.Code)
	}
}

func TestANewPasswordEndsOtherSessions(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a"})
	if err := s.db.Accounts().PutSession(t.Context(), tokenHash("elsewhere"), s.user, noon, noon.Add(-sessionLife)); err != nil {
		t.Fatal(err)
	}
	if w := s.post("/settings/password", url.Values{"password": {"short"}}); w.Code != http.StatusBadRequest {
		t.Errorf("a short one: %d", w.Code)
	}
	if w := s.post("/settings/password", url.Values{"password": {good}}); w.Code != http.StatusSeeOther {
		t.Fatalf("the first password: %d %s", w.Code, w.Body)
	}
	if w := s.post("/settings/password", url.Values{"password": {good + "2"}, "current": {"wrong one here"}}); w.Code != http.StatusBadRequest {
		t.Errorf("with a wrong current one: %d", w.Code)
	}
	if s.get("/").Code != http.StatusOK {
		t.Error("the own session ended")
	}
	s.cookie = &http.Cookie{Name: "usercall", Value: "elsewhere"}
	if s.get("/").Code != http.StatusSeeOther {
		t.Error("the other session is still open")
	}
}

func TestGuessingGetsSlower(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn().withPassword(good)
	var last *httptest.ResponseRecorder
	for range 7 {
		last = s.signInAs("ada@northdesk.example", "a wrong password")
	}
	if last.Code != http.StatusTooManyRequests || last.Header().Get("Retry-After") == "" {
		t.Fatalf("%d", last.Code)
	}
	s.now = s.now.Add(time.Minute) // nobody is locked out for longer, whoever guesses in their name
	if w := s.signInAs("ada@northdesk.example", good); w.Code != http.StatusSeeOther {
		t.Errorf("after a minute: %d", w.Code)
	}
}

func TestAddressesFailTogether(t *testing.T) {
	b := newBackoff(2, time.Hour)
	for i := range 4 {
		wait := b.attempt(addressKey(netip.MustParseAddr("2001:db8::1").Unmap()), noon)
		if (i < 2) != (wait == 0) && i != 2 {
			t.Errorf("attempt %d waits %s", i, wait)
		}
	}
	if addressKey(netip.MustParseAddr("2001:db8::1")) != addressKey(netip.MustParseAddr("2001:db8::ffff")) {
		t.Error("one household has many addresses")
	}
	if addressKey(netip.MustParseAddr("::ffff:192.0.2.1")) != addressKey(netip.MustParseAddr("192.0.2.1")) {
		t.Error("one address has two spellings")
	}
}

func TestNobodyIsSignedInWithoutASession(t *testing.T) {
	s := newSite(t, "http://localhost:8080")
	s.fill(demo{tag: "a", studies: 1, interviews: 3, events: 3})
	for _, r := range (&dashboard{}).table() {
		method, path, ok := strings.Cut(r.pattern, " ")
		if !ok || r.open {
			continue
		}
		path = strings.NewReplacer("{$}", "", "{study}", "stu_a0", "{trigger}", "trg_a0", "{interview}", "itv_a0", "{person}", "u:u_4821-0").Replace(path)
		w := s.get(path)
		want := http.StatusSeeOther
		if method == "POST" {
			w, want = s.post(path, nil), http.StatusUnauthorized
		}
		if w.Code != want || strings.Contains(w.Body.String(), "Northdesk") {
			t.Errorf("%s: %d %s", r.pattern, w.Code, w.Body)
		}
	}
	if w := s.get("/interviews/itv_a0?x=1"); w.Header().Get("Location") != "/signin?next=%2Finterviews%2Fitv_a0%3Fx%3D1" {
		t.Errorf("to %s", w.Header().Get("Location"))
	}
}
