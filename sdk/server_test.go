package sdk_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const project = "prj_test"

// A request as the SDK sent it.
type request struct {
	Path    string
	Body    map[string]any
	Raw     string
	Headers http.Header
}

func (r request) batch() []map[string]any {
	var batch []map[string]any
	for _, message := range asList(r.Body["batch"]) {
		batch = append(batch, message.(map[string]any))
	}
	return batch
}

// A stub speaks the server's side of the wire and keeps what it was sent.
type stub struct {
	*httptest.Server
	mu       sync.Mutex
	requests []request
	// config is what triggers read.
	config map[string]any
	// decide answers a request with events or a question; nil: nothing is open.
	decide func(request) map[string]any
	// taken says that the invite is answered elsewhere.
	taken atomic.Bool
	// streams is the pages that are open, by what ends them.
	streams map[chan struct{}]struct{}
	// fail, if not nil, answers in its place.
	fail func(w http.ResponseWriter, r *http.Request) bool
}

func newStub(t *testing.T) *stub {
	t.Helper()
	files, _ := built(t)
	s := &stub{streams: map[chan struct{}]struct{}{}, config: reading(map[string]any{"type": "track", "name": "cancelled", "properties": []string{"properties.plan"}, "anyone": true})}
	mux := http.NewServeMux()
	mux.Handle("GET /sdk/{file}", http.StripPrefix("/sdk", http.FileServerFS(files)))
	mux.HandleFunc("GET /sdk/v1/config", s.serveConfig)
	mux.HandleFunc("POST /sdk/v1/{call}", s.serveCall)
	mux.HandleFunc("POST /sdk/v1/stream", s.serveStream)
	mux.HandleFunc("POST /v1/", func(w http.ResponseWriter, r *http.Request) { s.json(w, r, map[string]any{"success": true}) })
	mux.HandleFunc("OPTIONS /v1/", s.preflight)
	mux.HandleFunc("GET /v1/projects/{key}/settings", s.settings)
	mux.HandleFunc("GET /i/{token}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<!doctype html><title>interview</title>")
	})
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.fail != nil && s.fail(w, r) {
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

// reading makes a config from what triggers read.
func reading(events ...map[string]any) map[string]any {
	return map[string]any{"events": events, "signed": false, "delivery": "tab", "per_session": 1,
		"dialog_selector": "dialog[open],[role=dialog],[aria-modal=true]"}
}

func (s *stub) serveConfig(w http.ResponseWriter, r *http.Request) {
	s.keep(request{Path: r.URL.Path, Headers: r.Header})
	if r.FormValue("project") != project {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		http.Error(w, `{"code":"not_found"}`, http.StatusNotFound)
		return
	}
	s.json(w, r, s.config)
}

func (s *stub) serveCall(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	got := request{Path: r.URL.Path, Raw: string(raw), Headers: r.Header}
	_ = json.Unmarshal(raw, &got.Body)
	s.keep(got)
	answer := map[string]any{"ok": !s.taken.Load()}
	if call := r.PathValue("call"); call == "events" || call == "ask" {
		answer = map[string]any{"invite": nil, "ask_at": nil, "open": false}
		s.mu.Lock()
		decide := s.decide
		s.mu.Unlock()
		if decide != nil {
			if decided := decide(got); decided != nil {
				answer = decided
			}
		}
	}
	s.json(w, r, answer)
}

// serveStream has the page ask when it opens, and then whenever say is called.
func (s *stub) serveStream(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	got := request{Path: r.URL.Path, Raw: string(raw), Headers: r.Header}
	_ = json.Unmarshal(raw, &got.Body)
	s.keep(got)
	say := make(chan struct{}, 9)
	say <- struct{}{}
	s.mu.Lock()
	none := s.streams == nil
	if !none {
		s.streams[say] = struct{}{}
	}
	s.mu.Unlock()
	if none {
		http.Error(w, "{}", http.StatusServiceUnavailable)
		return
	}
	defer func() {
		s.mu.Lock()
		delete(s.streams, say)
		s.mu.Unlock()
	}()
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		select {
		case <-say:
			fmt.Fprint(w, "data: ask\n\n")
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// say tells every open page to ask.
func (s *stub) say() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for say := range s.streams {
		say <- struct{}{}
	}
}

// open is how many streams are open.
func (s *stub) open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.streams)
}

func (s *stub) json(w http.ResponseWriter, r *http.Request, value any) {
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func (s *stub) preflight(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Retry-Count")
	w.WriteHeader(http.StatusNoContent)
}

// settings is Segment's document that lets its library start and send to us.
func (s *stub) settings(w http.ResponseWriter, r *http.Request) {
	sink := map[string]any{"apiKey": "w", "apiHost": strings.TrimPrefix(s.URL, "http://") + "/v1", "protocol": "http"}
	s.json(w, r, map[string]any{
		"integrations": map[string]any{"Segment.io": sink},
		"plan":         map[string]any{"track": map[string]any{"__default": map[string]any{"enabled": true, "integrations": map[string]any{}}}},
		"metrics":      map[string]any{"sampleRate": 0},
	})
}

func (s *stub) keep(r request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
}

// to lists the requests to a path so far.
func (s *stub) to(path string) []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []request
	for _, r := range s.requests {
		if r.Path == path {
			found = append(found, r)
		}
	}
	return found
}

// messages lists what came as events, in order, without our own identify and group.
func (s *stub) messages() []map[string]any {
	var found []map[string]any
	for _, r := range s.to("/sdk/v1/events") {
		for _, message := range r.batch() {
			if message["via"] != nil {
				found = append(found, message)
			}
		}
	}
	return found
}

// states lists the reports about an invite, as "state" or "state reason".
func (s *stub) states() []string {
	var found []string
	for _, r := range s.to("/sdk/v1/state") {
		reason, _ := r.Body["reason"].(string)
		found = append(found, strings.TrimSpace(fmt.Sprint(r.Body["state"], " ", reason)))
	}
	return found
}

// waitMessages waits for n events and fails if more come.
func (s *stub) waitMessages(t *testing.T, n int) []map[string]any {
	t.Helper()
	eventually(t, func() bool { return len(s.messages()) >= n }, func() string { return fmt.Sprintf("%d of %d events", len(s.messages()), n) })
	return s.messages()
}

func (s *stub) waitState(t *testing.T, state string) {
	t.Helper()
	eventually(t, func() bool { return slices.Contains(s.states(), state) }, func() string { return fmt.Sprintf("no %q in %q", state, s.states()) })
}

// then changes what the stub answers, while a page may be asking.
func (s *stub) then(decide func(request) map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.decide = decide
}

// invites makes the stub answer each event with an invite.
func (s *stub) invites(invite map[string]any) {
	s.then(func(r request) map[string]any {
		return map[string]any{"invite": invite, "ask_at": nil, "open": true}
	})
}

func (s *stub) invite() map[string]any {
	return map[string]any{
		"id": "inv_1", "link": s.URL + "/i/token", "lang": "en", "page": nil,
		"title":  "You just cancelled. Could you tell us why?",
		"body":   "An AI interviewer asks, you talk or type. About 3 minutes.\nIt does not change your cancellation.",
		"accept": "Tell us", "decline": "No thanks", "later": "Not now", "never": "Don’t ask again", "close": "Close", "dir": "ltr",
		"expires_at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
	}
}

func eventually(t *testing.T, done func() bool, why func() string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatal("timed out: " + why())
}

func asList(value any) []any {
	list, _ := value.([]any)
	return list
}
