package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// site is a running server with one project, whose pages are at origin.
type site struct {
	t    *testing.T
	app  *App
	url  string
	keys Keys
	log  *words
}

// words is what a server logged.
type words struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

const origin1 = "https://app.example"

// each runs a test against a server on every engine.
func each(t *testing.T, test func(t *testing.T, s *site)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, start(t, "")) })
	t.Run("postgres", func(t *testing.T) { test(t, start(t, storetest.Postgres(t))) })
}

func start(t *testing.T, database string) *site {
	t.Helper()
	return startWith(t, database, func(*config.Config) {})
}

func startWith(t *testing.T, database string, set func(*config.Config)) *site {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, log: &words{}}
	cfg := config.Config{Addr: listener.Addr().String(), DataDir: t.TempDir(), DatabaseURL: database, Secret: config.Secret(storetest.Key)}
	set(&cfg)
	s.url = cfg.URL()
	if s.app, err = Open(t.Context(), cfg, slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))); err != nil {
		t.Fatal(err)
	}
	s.app.past.Patience = 0 // there is no other process
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.app.serveOn(ctx, listener, func(Ready) { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := s.app.Close(); err != nil {
			t.Error(err)
		}
	})
	s.keys = s.project("Northdesk", origin1)
	s.study(s.keys, leaving)
	return s
}

const leaving = `
usercall: 1
study: { key: why, name: Why people leave }
guide: cancellation
triggers: [{ key: left, on: { event: left } }]
`

func (s *site) project(name, origin string) Keys {
	s.t.Helper()
	k, err := s.app.CreateProject(s.t.Context(), NewProject{Name: name, Origins: []string{origin}})
	if err != nil {
		s.t.Fatal(err)
	}
	return k
}

func (s *site) study(k Keys, file string) {
	s.t.Helper()
	p, err := s.app.Project(s.t.Context(), k.Project)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.app.ApplyStudy(s.t.Context(), p, []byte(file), true); err != nil {
		s.t.Fatal(err)
	}
	s.ready(p)
}

// ready waits until the project's triggers went over the stored events.
func (s *site) ready(p *research.Project) {
	s.t.Helper()
	for range 1000 {
		studies, err := s.app.db.Studies(s.t.Context(), p.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		left := slices.ContainsFunc(studies, func(of *research.Study) bool {
			return slices.ContainsFunc(of.Triggers, func(t research.Trigger) bool { return t.Replay.Running })
		})
		if !left {
			return
		}
		if err := s.app.past.Once(s.t.Context()); err != nil { // the loop's next round may be half a second away
			s.t.Fatal(err)
		}
		<-time.After(10 * time.Millisecond) // or it is at work
	}
	s.t.Fatal("a trigger never got ready")
}

type object = map[string]any

// ask sends a request of a page, or a program, and decodes what comes back.
func (s *site) ask(method, path string, header map[string]string, body any) (int, object) {
	s.t.Helper()
	packed, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader(packed))
	if err != nil {
		s.t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var out object
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &out); err != nil {
			s.t.Fatalf("%s %s answered %d %s", method, path, res.StatusCode, raw)
		}
	}
	return res.StatusCode, out
}

// page sends what the SDK sends from a page of the origin.
func (s *site) page(path string, body object) (int, object) {
	s.t.Helper()
	return s.ask(http.MethodPost, path, map[string]string{"Origin": origin1, "Content-Type": "text/plain"}, body)
}

func (s *site) sees(ticket, message, user string) object {
	s.t.Helper()
	status, answer := s.page("/sdk/v1/events", object{"project": s.keys.Project, "ticket": ticket,
		"batch": []object{{"type": "track", "event": "left", "messageId": message, "userId": user}}})
	if status != http.StatusOK {
		s.t.Fatalf("events: %d %v", status, answer)
	}
	return answer
}

func inviteOf(answer object) string {
	i, _ := answer["invite"].(object)
	id, _ := i["id"].(string)
	return id
}

func TestTheAnswerToAnEventIsTheInvite(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		first := s.sees("ticket-1", "m1", "ann")
		id := inviteOf(first)
		if !strings.HasPrefix(id, "inv_") || first["open"] != true {
			t.Fatalf("answer %v", first)
		}
		for _, key := range []string{"outcome", "gate", "detail", "remedy", "trigger", "study"} {
			if _, told := first["invite"].(object)[key]; told {
				t.Errorf("the page is told %s", key)
			}
		}
		if again := s.sees("ticket-1", "m1", "ann"); inviteOf(again) != id {
			t.Errorf("a duplicate is answered with %v", again)
		}
		if other := s.sees("ticket-2", "m1", "ann"); inviteOf(other) != "" {
			t.Errorf("another browser that knows the message gets the invite: %v", other)
		}
		if other := s.sees("ticket-2", "m2", "ann"); inviteOf(other) != "" {
			t.Errorf("a second browser of the same person gets a second card: %v", other)
		}
		link, _ := first["invite"].(object)["link"].(string)
		res, err := http.Get(link)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("the link answers %d", res.StatusCode)
		}
	})
}

func TestSegmentsClientMayBringTheMessageFirst(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		status, answer := s.ask(http.MethodPost, "/v1/t", nil, object{"writeKey": s.keys.WriteKey, "event": "left", "messageId": "m1", "userId": "ann"})
		if status != http.StatusOK || fmt.Sprint(answer) != "map[success:true]" {
			t.Fatalf("%d %v", status, answer)
		}
		if id := inviteOf(s.sees("ticket-1", "m1", "ann")); id == "" {
			t.Error("the page that saw the event gets no card")
		}
		if id := inviteOf(s.sees("ticket-2", "m1", "ann")); id != "" {
			t.Error("a second page gets one too")
		}
	})
}

func TestWhatBecameOfAnInvite(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		id := inviteOf(s.sees("ticket-1", "m1", "ann"))
		report := func(ticket, state string) bool {
			status, answer := s.page("/sdk/v1/state", object{"project": s.keys.Project, "ticket": ticket, "invite": id, "state": state, "reason": "close"})
			return status == http.StatusOK && answer["ok"] == true
		}
		if report("ticket-2", "shown") {
			t.Error("a browser without the ticket moved the invite")
		}
		for range 2 { // a report that is sent again changes nothing
			if !report("ticket-1", "shown") {
				t.Error("shown is refused")
			}
		}
		_, asked := s.page("/sdk/v1/ask", object{"project": s.keys.Project, "ticket": "ticket-1"})
		if inviteOf(asked) != id {
			t.Errorf("after a reload: %v", asked)
		}
		if !report("ticket-1", "declined") || report("ticket-1", "accepted") {
			t.Error("declined is not final")
		}
		_, asked = s.page("/sdk/v1/ask", object{"project": s.keys.Project, "ticket": "ticket-1"})
		if inviteOf(asked) != "" || asked["open"] != false {
			t.Errorf("after the dismissal: %v", asked)
		}
		if status, _ := s.page("/sdk/v1/state", object{"project": s.keys.Project, "ticket": "ticket-1", "invite": id, "state": "eaten"}); status != http.StatusBadRequest {
			t.Errorf("an unknown state: %d", status)
		}
	})
}

func TestPagesOfOthersAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		body := object{"project": s.keys.Project, "ticket": "t", "batch": []object{}}
		if status, answer := s.ask(http.MethodPost, "/sdk/v1/events", map[string]string{"Origin": "https://evil.example"}, body); status != http.StatusForbidden || answer["code"] != "forbidden" {
			t.Errorf("a foreign origin: %d %v", status, answer)
		}
		if status, answer := s.page("/sdk/v1/ask", object{"project": "prj_none"}); status != http.StatusNotFound || answer["code"] != "not_found" {
			t.Errorf("an unknown project: %d %v", status, answer)
		}
		for name, bad := range map[string]string{"words": "hello", "an array": "[]", "half": `{"project":`} {
			req, _ := http.NewRequest(http.MethodPost, s.url+"/sdk/v1/events", strings.NewReader(bad))
			req.Header.Set("Origin", origin1)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusBadRequest {
				t.Errorf("%s: %d", name, res.StatusCode)
			}
			if res.Header.Get("Access-Control-Allow-Origin") != origin1 {
				t.Errorf("%s: the page cannot read why", name)
			}
		}
	})
}

func TestTheConfigSaysWhatToListenFor(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		status, config := s.ask(http.MethodGet, "/sdk/v1/config?project="+s.keys.Project, map[string]string{"Origin": origin1}, nil)
		events, _ := config["events"].([]any)
		if status != http.StatusOK || len(events) != 1 || events[0].(object)["name"] != "left" {
			t.Errorf("%d %v", status, config)
		}
	})
}

func TestAnAPIKeyOpensItsProjectOnly(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.sees("ticket-1", "m1", "ann")
		other := s.project("Other", "https://other.example")
		read := func(key, what string) (int, []any) {
			status, answer := s.ask(http.MethodGet, "/api/v1/"+what, map[string]string{"Authorization": "Bearer " + key}, nil)
			items, _ := answer["items"].([]any)
			return status, items
		}
		for _, what := range []string{"events", "invites", "decisions", "people"} {
			if status, items := read(s.keys.APIKey, what); status != http.StatusOK || len(items) != 1 {
				t.Errorf("%s of its own: %d %v", what, status, items)
			}
			if status, items := read(other.APIKey, what); status != http.StatusOK || len(items) != 0 {
				t.Errorf("%s of another project: %d %v", what, status, items)
			}
		}
		if status, answer := s.ask(http.MethodGet, "/api/v1/events?limit=x", map[string]string{"Authorization": "Bearer " + s.keys.APIKey}, nil); status != http.StatusBadRequest || answer["code"] != "invalid" {
			t.Errorf("a limit that is no number: %d %v", status, answer)
		}
		for _, key := range []string{"", "uc_none", s.keys.WriteKey, s.keys.ServerKey} {
			if status, _ := read(key, "events"); status != http.StatusUnauthorized {
				t.Errorf("key %.3s…: %d", key, status)
			}
		}
		if strings.Contains(s.log.String(), s.keys.APIKey) || strings.Contains(s.log.String(), "ann") {
			t.Error("the log tells a key or a person")
		}
	})
}

func TestHealth(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for _, path := range []string{"/healthz", "/readyz"} {
			if status, _ := s.ask(http.MethodGet, path, nil, nil); status != http.StatusOK {
				t.Errorf("%s: %d", path, status)
			}
		}
	})
}

func TestCheckStudyRefusesWhatCannotBeHonoured(t *testing.T) {
	for name, file := range map[string]string{
		"a pigeon":        strings.Replace(leaving, "left } }", "left }, invite: { delivery: pigeon } }", 1),
		"a leading guide": strings.Replace(leaving, "guide: cancellation", `guide: { questions: [{ id: q1, must: true, ask: "Was it the price?" }] }`, 1),
		"no guide":        strings.Replace(leaving, "guide: cancellation", "guide: nonsense", 1),
	} {
		if _, err := CheckStudy([]byte(file)); research.CodeOf(err) != research.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
