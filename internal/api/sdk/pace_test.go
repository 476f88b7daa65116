package sdk

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// waiting is a server with one invite for whoever asks.
type waiting struct {
	stub
	project research.Project
	invite  research.Invite
	askAt   time.Time // for another reason
	rule    *trigger.Rule
}

func (s *waiting) ByPageKey(context.Context, string) (*research.Project, error) {
	return &s.project, nil
}

func (s *waiting) Offer(research.ProjectID, research.TriggerID) (*trigger.Rule, bool) {
	return s.rule, s.rule != nil
}

func (s *waiting) Offered(context.Context, invite.Visitor, time.Time) (*research.Invite, error) {
	return &s.invite, nil
}

func (s *waiting) Open(context.Context, research.ProjectID, []byte, time.Time) (bool, time.Time, error) {
	return true, s.askAt, nil
}

func (s *waiting) Completed(context.Context, research.ProjectID, []byte, time.Time) ([]string, error) {
	return nil, nil
}

// ask is what a page with a ticket is answered.
func (s *waiting) ask(t *testing.T, zone string, now time.Time) string {
	t.Helper()
	surface := New(Config{Projects: s, Writer: s, Engine: s, Invites: s, Identity: s, Now: func() time.Time { return now }, Link: func(string) string { return "/i/x" },
		Address: func(*http.Request) string { return "198.51.100.7" }, Assets: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler)})
	w := httptest.NewRecorder()
	surface.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/sdk/v1/ask", strings.NewReader(`{"project":"prj_1","ticket":"t","timeZone":`+zone+`}`)))
	var got struct {
		Invite *struct{ ID string }
		AskAt  string `json:"ask_at"`
		Open   bool
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK || !got.Open {
		t.Fatalf("%d %s, %v: the ticket must stay", w.Code, w.Body, err)
	}
	if got.Invite != nil {
		return strings.TrimSpace("card " + got.AskAt)
	}
	return got.AskAt
}

func TestACardKeepsToQuietHours(t *testing.T) {
	compiled, err := trigger.Load([]byte("usercall: 1\nstudy: { key: why }\ntriggers: [{ key: left, on: { event: left } }]"))
	if err != nil {
		t.Fatal(err)
	}
	night := research.Pacing{QuietFrom: 21 * 60, QuietTo: 9 * 60}
	own := night
	own.PersonZone = true
	evening := time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC) // 21:00 in Berlin, 15:00 in New York
	const morning, later = "2026-11-26T08:00:00Z", "2026-11-25T20:30:00Z"
	for _, c := range []struct {
		name   string
		change func(*waiting)
		zone   string // what the browser says
		want   string
	}{
		{"held until morning", func(*waiting) {}, `null`, morning},
		{"a minute before", func(s *waiting) { s.project.Settings.Pacing.QuietFrom++ }, `null`, "card"},
		{"the browser's clock does not count", func(*waiting) {}, `"America/New_York"`, morning},
		{"the browser's clock counts", func(s *waiting) { s.project.Settings.Pacing = own }, `"America/New_York"`, "card"},
		{"the person's clock goes first", func(s *waiting) { s.project.Settings.Pacing, s.invite.Zone = own, "Europe/Berlin" }, `"America/New_York"`, morning},
		{"a clock of nowhere", func(s *waiting) { s.project.Settings.Pacing = own }, `"Mars/Olympus"`, morning},
		{"no clock at all", func(s *waiting) { s.project.Settings.Pacing = own }, `{"a":[1]}`, morning},
		{"asked sooner for another reason", func(s *waiting) { s.askAt = evening.Add(30 * time.Minute) }, `null`, later},
		{"asked later for another reason", func(s *waiting) { s.askAt = evening.Add(30 * time.Hour) }, `null`, morning},
		{"expires before morning", func(s *waiting) { s.invite.ExpiresAt = evening.Add(time.Hour) }, `null`, ""},
		{"no card on Wednesdays", func(s *waiting) {
			s.project.Settings.Pacing = research.Pacing{Days: []time.Weekday{time.Monday}}
		}, `null`, "2026-11-29T23:00:00Z"},
		{"everything is paused", func(s *waiting) {
			s.project.Settings.Pacing, s.project.Paused = research.Pacing{}, evening.Add(-time.Hour)
		}, `null`, ""},
		{"the trigger is paused", func(s *waiting) { s.rule = nil }, `null`, ""},
	} {
		s := &waiting{project: research.Project{ID: 1, Key: "prj_1", Open: true, Settings: research.Settings{Timezone: "Europe/Berlin", Pacing: night}},
			invite: research.Invite{PublicID: "inv_1", ExpiresAt: evening.Add(7 * 24 * time.Hour)}, rule: compiled.Rules[0]}
		c.change(s)
		if got := s.ask(t, c.zone, evening); got != c.want {
			t.Errorf("%s: answered %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTheBrowsersClockIsAskedForWhereItCounts(t *testing.T) {
	for _, wanted := range []bool{false, true} {
		p := &research.Project{Settings: research.Settings{Pacing: research.Pacing{PersonZone: wanted}}}
		got, err := Config{Engine: &stub{}}.config(nil, visitor{project: p}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, asked := got.(map[string]any)["timeZone"]; asked != wanted {
			t.Errorf("asked for it: %v, want %v", asked, wanted)
		}
	}
}
