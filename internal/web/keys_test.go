package web

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/identity"
	"github.com/usercall/usercall/internal/store"
)

func TestANewKeyIsShownOnce(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1, events: 1})
	for _, c := range []struct {
		kind, public, told string
		says               []string
	}{
		{"server", "", `rotate 1 server ""`, []string{"A new server key", "sk_0123456789abcdef", "the only time"}},
		{"identity", "", `rotate 1 identity ""`, []string{"A new identity key", "is_0123456789abcdef", "&#34;idk_1&#34;", "&#34;prj_a&#34;", "createHmac", "golang-jwt"}},
		{"identity", " PEM\n", `rotate 1 identity "PEM"`, []string{"idk_1"}},
	} {
		s.commands.told = nil
		w := s.post("/settings/keys/"+c.kind, url.Values{"public_key": {c.public}})
		if w.Code != http.StatusOK || strings.Join(s.commands.told, ";") != c.told || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, told %q, %v", c.kind, w.Code, s.commands.told, w.Header())
		}
		for _, words := range c.says {
			if !strings.Contains(w.Body.String(), words) {
				t.Errorf("%s does not say %q", c.kind, words)
			}
		}
		if inline.MatchString(w.Body.String()) {
			t.Errorf("%s has something inline", c.kind)
		}
	}
	for _, page := range []string{"/settings", "/connect", "/"} {
		if body := s.get(page).Body.String(); strings.Contains(body, "0123456789abcdef") {
			t.Errorf("%s shows the secret again", page)
		}
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	for _, c := range []struct {
		path, form string
		status     int
		says       string
	}{
		{"/settings/keys/master", "", http.StatusNotFound, "nothing here"},
		{"/settings/keys/master/revoke", "", http.StatusNotFound, "nothing here"},
		{"/settings/keys/identity", "public_key=bad", http.StatusBadRequest, "This is no PEM."},
		{"/settings/identity/keys", "url=https://down.example/keys", http.StatusBadRequest, "it answered 500"},
		{"/settings/identity/keys", "url=https://down.example/keys", http.StatusBadRequest, `value="https://down.example/keys"`},
		{"/settings/identity", "mode=required", http.StatusConflict, "There is no identity key yet."},
	} {
		form, _ := url.ParseQuery(c.form)
		if w := s.post(c.path, form); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %s: %d %s", c.path, c.form, w.Code, w.Body)
		}
	}
	if len(s.commands.told) != 0 {
		t.Errorf("told %q", s.commands.told)
	}
}

func TestAKeySetInSettings(t *testing.T) {
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1})
	if w := s.post("/settings/identity/keys", url.Values{"url": {" https://login.example/keys\n"}}); w.Code != http.StatusSeeOther {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got := strings.Join(s.commands.told, ";"); got != `keys 1 "https://login.example/keys"` {
		t.Errorf("told %s", got)
	}
	s.publishedKeys("prj_a", "<b>it is down</b>")
	body := s.get("/settings").Body.String()
	for _, says := range []string{"https://login.northdesk.example/.well-known/jwks.json", "2026-11-login", "(RS256)", "&lt;b&gt;it is down", "count for a day", "Use no keys from there"} {
		if !strings.Contains(body, says) {
			t.Errorf("Settings does not say %q", says)
		}
	}
	if strings.Contains(body, "There is no identity key yet") {
		t.Error("Settings wants a key that is not needed")
	}
}

// publishedKeys gives a project a key set; wrong is what is wrong with it now.
func (s *site) publishedKeys(project, wrong string) {
	s.t.Helper()
	p, err := s.db.ProjectByKey(s.t.Context(), project)
	if err != nil {
		s.t.Fatal(err)
	}
	err = s.db.PutKeySet(s.t.Context(), store.KeySet{Project: p.ID, URL: "https://login.northdesk.example/.well-known/jwks.json", Read: noon.Add(-3 * time.Hour), Tried: noon.Add(-time.Minute), Wrong: wrong,
		Keys: []store.IdentityKey{{Project: p.ID, KID: "2026-11-login", Algorithm: "RS256", PublicKey: "-"}, {Project: p.ID, KID: "2026-05-login", Algorithm: "ES256", PublicKey: "-"}}})
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestTheCodeForNodeMakesAToken runs what Settings shows.
func TestTheCodeForNodeMakesAToken(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("there is no node here")
	}
	const secret = "is_0123456789-0123456789-0123456789-0123456789"
	code := tokenSnippets("prj_a", "idk_1")[0].Code + `; process.stdout.write(identityToken("u_1"))`
	file := filepath.Join(t.TempDir(), "token.mjs")
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.Command(node, file)
	run.Env = append(os.Environ(), "IDENTITY_SECRET="+secret)
	token, err := run.Output()
	if err != nil {
		t.Fatal(err)
	}
	key, err := identity.SecretKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := identity.Verify(string(token), identity.Keys{Audience: "prj_a", ByID: map[string]identity.Key{"idk_1": key}}, time.Now())
	if err != nil || claims.UserID != "u_1" {
		t.Errorf("%+v, %v", claims, err)
	}
}
