package segment

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

// projects is one project with two keys, and one that is open.
type projects struct{ settings research.Settings }

func (p projects) all() map[string]*research.Project {
	return map[string]*research.Project{
		"wk":     {ID: 7, Key: "prj_seven", WriteKey: "wk", Settings: p.settings},
		"wk_two": {ID: 7, Key: "prj_seven", WriteKey: "wk_two", Settings: p.settings},
		"open":   {ID: 8, Key: "prj_eight", WriteKey: "open", Open: true},
	}
}

func (p projects) ByWriteKey(_ context.Context, key research.WriteKey) (*research.Project, error) {
	if found := p.all()[string(key)]; found != nil {
		return found, nil
	}
	return nil, research.Errorf(research.NotFound, "none")
}

func (p projects) ByServerKey(_ context.Context, key research.ServerKey) (*research.Project, error) {
	if key == "sk_1" {
		return p.all()["wk"], nil
	}
	return nil, research.Errorf(research.NotFound, "none")
}

func (p projects) ByProjectKey(_ context.Context, key string) (*research.Project, error) {
	switch key {
	case "prj_new": // made a moment ago
		return &research.Project{ID: 9, Key: key}, nil
	case "prj_gone":
		return nil, research.Errorf(research.NotFound, "none")
	}
	return p.Known(key), nil
}

func (p projects) Known(key string) *research.Project {
	if key == "prj_seven" {
		return p.all()["wk"]
	}
	return nil
}

// sink keeps what was written, or fails.
type sink struct {
	events []research.Event
	err    error
}

func (s *sink) Write(_ context.Context, events []research.Event) ([]bool, error) {
	if s.err != nil {
		return nil, s.err
	}
	s.events = append(s.events, events...)
	return make([]bool, len(events)), nil
}

// watcher keeps what it was told.
type watcher struct {
	ingest.Unwatched
	mu      sync.Mutex
	dropped map[ingest.Reason]int
	refused []ingest.Refusal
}

func (w *watcher) Dropped(_ research.ProjectID, _ research.Source, reasons map[ingest.Reason]int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dropped == nil {
		w.dropped = map[ingest.Reason]int{}
	}
	for why, n := range reasons {
		w.dropped[why] += n
	}
}

func (w *watcher) Refused(r ingest.Refusal) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refused = append(w.refused, r)
}

func config(s *sink) Config {
	return Config{Projects: projects{}, Writer: s, Watch: &watcher{}, Stored: func() {}, Now: time.Now, NewID: func() string { return "made" },
		Host: "us.example", Scheme: "https", Log: slog.New(slog.DiscardHandler),
		Verify:         func(_ *research.Project, e *research.Event, _ time.Time) { e.Verified, e.Token = e.Token == "good", "" },
		WebhookTokens:  func(key string) []string { return []string{"old-token-of-" + key, "token-of-" + key} },
		WebhookSecrets: func(key string) []string { return []string{"old-secret-of-" + key, "secret-of-" + key} },
		Erase:          func(context.Context, *research.Project, research.UserID) error { return nil }}
}

// post sends a body with headers and is the answer.
func post(h http.Handler, path, body string, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
