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

	"github.com/usercall/usercall/internal/identity"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// stub is everything behind the surface. It believes the token "of u_1".
type stub struct {
	invite.Store
	mode   research.IdentityMode
	traits string // that the token says
	stored []research.Event

	unproved int // pages that were refused without a wrong token
}

func (s *stub) Unproved(*research.Project) { s.unproved++ }

func (s *stub) ByPageKey(context.Context, string) (*research.Project, error) {
	return &research.Project{ID: 1, Key: "prj_1", Open: true, Settings: research.Settings{Identity: s.mode}}, nil
}

func (s *stub) Prove(p *research.Project, token string, _ time.Time) (*identity.Claims, error) {
	switch {
	case p.Settings.Identity == research.IdentityOff || token == "":
		return nil, nil
	case token != "of u_1":
		return nil, identity.Expired
	}
	return &identity.Claims{UserID: "u_1", Traits: json.RawMessage(s.traits), IssuedAt: noon.Add(-time.Minute)}, nil
}

func (s *stub) Write(_ context.Context, events []research.Event) ([]bool, error) {
	s.stored = append(s.stored, events...)
	fresh := make([]bool, len(events))
	for i := range fresh {
		fresh[i] = true
	}
	return fresh, nil
}

func (s *stub) Decide(context.Context, []research.Event) (bool, error)              { return true, nil }
func (s *stub) Needs(research.ProjectID) []trigger.EventNeed                        { return nil }
func (s *stub) Signed(research.ProjectID) bool                                      { return true }
func (s *stub) OptOut(context.Context, research.ProjectID, []byte, time.Time) error { return nil }
func (s *stub) Offer(research.ProjectID, research.TriggerID) (*trigger.Rule, bool) {
	return nil, false
}

// send posts what a page sends, and returns the answer.
func (s *stub) send(t *testing.T, path, token, messages string) *httptest.ResponseRecorder {
	t.Helper()
	surface := New(Config{Projects: s, Writer: s, Engine: s, Invites: s, Identity: s, Now: func() time.Time { return noon },
		NewID: func() string { return "made" }, Assets: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler)})
	w := httptest.NewRecorder()
	surface.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path,
		strings.NewReader(`{"project":"prj_1","identity_token":"`+token+`","batch":[`+messages+`]}`)))
	return w
}

const (
	byUser     = `{"type":"track","event":"left","messageId":"m1","userId":"u_1"}`
	byOther    = `{"type":"track","event":"left","messageId":"m2","userId":"u_2"}`
	byNobody   = `{"type":"track","event":"left","messageId":"m3","anonymousId":"a"}`
	identifies = `{"type":"identify","messageId":"m4","userId":"u_1","traits":{"plan":"enterprise","role":"admin"}}`
)

func TestIdentityOnThePage(t *testing.T) {
	const off, present, required = research.IdentityOff, research.IdentityWhenPresent, research.IdentityRequired
	for _, c := range []struct {
		name            string
		mode            research.IdentityMode
		token, messages string
		status          int
		verified        string // of each event that was stored: y or n
	}{
		{"off", off, "of u_1", byUser, 200, "n"},
		{"when present, good", present, "of u_1", byUser, 200, "y"},
		{"when present, bad", present, "bad", byUser, 200, "n"},
		{"when present, none", present, "", byUser, 200, "n"},
		{"when present, another user", present, "of u_1", byUser + "," + byOther, 200, "yn"},
		{"required, good", required, "of u_1", byUser, 200, "y"},
		{"required, bad", required, "bad", byUser, 401, ""},
		{"required, none", required, "", byUser, 401, ""},
		{"required, another user", required, "of u_1", byUser + "," + byOther, 401, ""},
		{"required, anonymous with none", required, "", byNobody, 200, "n"},
		{"required, anonymous with a bad one", required, "bad", byNobody, 200, "n"},
		{"required, anonymous beside the user", required, "of u_1", byNobody + "," + byUser, 200, "ny"},
		{"required, nothing", required, "bad", "", 200, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &stub{mode: c.mode}
			w := s.send(t, "/sdk/v1/events", c.token, c.messages)
			got := ""
			for _, e := range s.stored {
				got += map[bool]string{true: "y", false: "n"}[e.Verified]
			}
			if w.Code != c.status || got != c.verified {
				t.Errorf("%d, stored %q, want %d, %q: %s", w.Code, got, c.status, c.verified, w.Body)
			}
			if c.status == http.StatusUnauthorized && (!strings.Contains(w.Body.String(), `"code":"unauthenticated"`) || strings.Contains(w.Body.String(), "u_")) {
				t.Errorf("refused with %s", w.Body)
			}
		})
	}
}

func TestNobodyProvesWhoTheyAreToBeLeftAlone(t *testing.T) {
	s := &stub{mode: research.IdentityRequired}
	if w := s.send(t, "/sdk/v1/opt-out", "bad", byUser); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestPagesThatProveNothingAreCounted(t *testing.T) {
	s := &stub{mode: research.IdentityRequired}
	for _, c := range []struct {
		token, messages string
		want            int
	}{{"", byUser, 1}, {"of u_1", byOther, 2}, {"of u_1", byUser, 2}, {"bad", byUser, 2}, {"", byNobody, 2}} {
		if s.send(t, "/sdk/v1/events", c.token, c.messages); s.unproved != c.want {
			t.Errorf("%q with %s: counted %d, want %d", c.token, c.messages, s.unproved, c.want)
		}
	}
}

func TestWhatTheTokenSaysGoesBeforeWhatThePageSays(t *testing.T) {
	s := &stub{mode: research.IdentityWhenPresent, traits: `{"plan":"pro"}`}
	s.send(t, "/sdk/v1/events", "of u_1", byNobody+","+identifies)
	s.send(t, "/sdk/v1/events", "of u_1", byUser)
	if len(s.stored) != 5 {
		t.Fatalf("stored %d events", len(s.stored))
	}
	said, own := s.stored[0], s.stored[2]
	if said.Type != research.Identify || string(said.Traits) != `{"plan":"pro"}` || !said.Verified || said.UserID != "u_1" ||
		said.AnonymousID != "" || !said.Timestamp.Equal(noon.Add(-time.Minute)) {
		t.Errorf("first is %+v", said)
	}
	if string(own.Traits) != `{"plan":"pro","role":"admin"}` {
		t.Errorf("the page's identify says %s", own.Traits)
	}
	if again := s.stored[3]; again.MessageID != said.MessageID || !strings.HasPrefix(said.MessageID, "idt-") {
		t.Errorf("message %q, then %q: it is stored twice", said.MessageID, again.MessageID)
	}
	for _, e := range []string{byNobody, byOther} {
		s := &stub{mode: research.IdentityWhenPresent, traits: `{"plan":"pro"}`}
		if s.send(t, "/sdk/v1/events", "of u_1", e); len(s.stored) != 1 {
			t.Errorf("with %s came %d events", e, len(s.stored))
		}
	}
}

func TestAPublicKeyBringsOnlySoMuch(t *testing.T) {
	now := noon
	c := Config{Now: func() time.Time { return now }, limits: newLimits(10, 20)}
	v := visitor{project: &research.Project{Key: "prj_1"}}
	if err := c.admit(v, 20, now); err != nil {
		t.Fatal("the burst was refused:", err)
	}
	err := c.admit(v, 5, now)
	if research.CodeOf(err) != research.Quota {
		t.Fatalf("beyond the burst: %v", err)
	}
	if told, ok := err.(interface{ RetryAfter() time.Duration }); !ok || told.RetryAfter() != time.Second {
		t.Errorf("it does not say when to come back: %v", err)
	}
	now = now.Add(time.Second)
	if err := c.admit(v, 5, now); err != nil {
		t.Error("a second later:", err)
	}
	v.project.Open = true
	if err := c.admit(v, 5000, now); err != nil {
		t.Error("an open project has limits:", err)
	}
}

func TestABrowserAsksOnlySoOften(t *testing.T) {
	c := Config{limits: newLimits(0, 0)}
	v := visitor{project: &research.Project{Key: "prj_1"}, ticket: []byte("t")}
	for range pollBurst {
		if err := c.admitPoll(v, noon); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.admitPoll(v, noon); research.CodeOf(err) != research.Quota {
		t.Errorf("a loop is let in: %v", err)
	}
	if err := c.admitPoll(visitor{project: v.project, ticket: []byte("another")}, noon); err != nil {
		t.Error("another browser pays for it:", err)
	}
	if err := c.admitPoll(v, noon.Add(time.Second)); err != nil {
		t.Error("a second later:", err)
	}
}

func TestAnAddressHasItsShareOfInvitesWithoutAUser(t *testing.T) {
	address := "198.51.100.7"
	c := Config{Address: func(*http.Request) string { return address }, limits: newLimits(0, 0)}
	v := visitor{project: &research.Project{Key: "prj_1"}}
	quiet := func(now time.Time) [2]bool {
		events := []research.Event{{AnonymousID: "a"}, {UserID: "u", AnonymousID: "a"}}
		c.hush(nil, v, events, now)
		return [2]bool{events[0].Quiet, events[1].Quiet}
	}
	for range anonymousInvites {
		if quiet(noon) != [2]bool{} {
			t.Fatal("an event was hushed before its address had its share")
		}
		c.limits.invited(address, noon)
	}
	if got := quiet(noon); got != [2]bool{true, false} {
		t.Errorf("after the share: hushed %v, want the one without a user", got)
	}
	if quiet(noon.Add(24*time.Hour)) != [2]bool{} {
		t.Error("the next day is no new one")
	}
	address = "198.51.100.8"
	if quiet(noon) != [2]bool{} {
		t.Error("another address pays for it")
	}
}
