package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// field is the program as customers meet it: behind TLS, with a site of theirs
// on another origin, and visitors in a real browser.
type field struct {
	*program
	gateway *gateway
	site    *site
	chrome  *tab                   // started for the first visitor
	keys    map[string]projectKeys // of the projects, by name
}

// newField starts the program with a project of each name.
func newField(t *testing.T, projects ...string) *field {
	t.Helper()
	p := newProgram(t)
	f := &field{program: p, gateway: newGateway(t, p), site: newSite(t), keys: map[string]projectKeys{}}
	for _, name := range projects {
		var keys projectKeys
		if err := json.Unmarshal([]byte(p.run("project", "create", "--name", name, "--open", "--json")), &keys); err != nil {
			t.Fatal(err)
		}
		f.keys[name] = keys
	}
	p.serve()
	return f
}

// visitor opens a tab of somebody new: no storage is shared.
func (f *field) visitor(t *testing.T) *tab {
	t.Helper()
	if f.chrome == nil {
		f.chrome = browser(f.t, chromedp.Flag("ignore-certificate-errors", true))
	}
	return attach(t, f.chrome.ctx, chromedp.WithNewBrowserContext())
}

// site is a customer's: pages by path.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{pages: map[string]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		page, ok := s.pages[r.URL.Path]
		s.mu.Unlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, page)
	}))
	s.URL = strings.Replace(s.URL, "127.0.0.1", "localhost", 1) // another site than usercall's
	t.Cleanup(s.Close)
	return s
}

// page puts a page on the site and returns its address.
func (s *site) page(path, head string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[path] = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>site</title><link rel="icon" href="data:,">` + head + `</head><body>site</body></html>`
	return s.URL + path
}

// eventually waits for something outside of the browser, longer than for a page: a
// library sends again when it likes to.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("never came true: %s", what)
}

// storedRow is a stored event, as it is exported.
type storedRow struct {
	Type        string    `json:"type"`
	Event       string    `json:"event"`
	Name        string    `json:"name"`
	MessageID   string    `json:"message_id"`
	UserID      string    `json:"user_id"`
	AnonymousID string    `json:"anonymous_id"`
	Timestamp   time.Time `json:"timestamp"`
	ReceivedAt  time.Time `json:"received_at"`
	Source      string    `json:"source"`
}

// checkStored compares what clients were told is stored with what is: each
// message once, with the ids, the name and the time it was sent with.
func (f *field) checkStored(t *testing.T, keys projectKeys) map[string]storedRow {
	t.Helper()
	acked := f.gateway.acknowledged(t, keys.WriteKey)
	stored := map[string]storedRow{}
	for _, row := range export[storedRow](f.program, "events", keys.Project) {
		if _, twice := stored[row.MessageID]; twice {
			t.Errorf("%s is stored twice", row.MessageID)
		}
		stored[row.MessageID] = row
		if _, ok := acked[row.MessageID]; !ok {
			t.Errorf("%s is stored and nobody was told", row.MessageID)
		}
	}
	for id, deliveries := range acked {
		row, ok := stored[id]
		if !ok {
			t.Errorf("%s was acknowledged and is not stored", id)
			continue
		}
		checkRow(t, row, deliveries)
	}
	return stored
}

func checkRow(t *testing.T, row storedRow, deliveries []message) {
	t.Helper()
	m := deliveries[0]
	if row.Type != m.Type || row.Event != m.Event || row.UserID != m.UserID || row.AnonymousID != m.AnonymousID || row.Name != m.Name {
		t.Errorf("sent %+v, stored %+v", m, row)
	}
	for _, d := range deliveries { // which of them came first is the server's to know
		if late := d.SentAt.Sub(d.Timestamp); row.ReceivedAt.Sub(row.Timestamp) == late.Round(time.Millisecond) {
			return
		}
	}
	t.Errorf("%s %s was sent at %s of %s, and stands at %s, received at %s", row.Type, row.MessageID, m.Timestamp, m.SentAt, row.Timestamp, row.ReceivedAt)
}

// node runs a line of JavaScript where the npm packages are.
func node(t *testing.T, script string, args ...string) string {
	t.Helper()
	cmd := exec.Command("node", append([]string{"-e", script}, args...)...)
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// bundle makes of a module with imports what a customer's bundler makes of it.
func bundle(t *testing.T, module string) string {
	t.Helper()
	dir, err := filepath.Abs("out") // beside node_modules, for the imports
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.CreateTemp(dir, "module-*.js")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := file.WriteString(module); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "run", "./build", "-bundle", file.Name(), "..")
	build.Dir = "../tools"
	var trouble strings.Builder
	build.Stderr = &trouble
	script, err := build.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, trouble.String())
	}
	return string(script)
}
