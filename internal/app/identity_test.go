package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/usercall/usercall/internal/research"
)

// of is the site's project as it stands.
func (s *site) of(k Keys) *research.Project {
	s.t.Helper()
	p, err := s.app.Project(s.t.Context(), k.Project)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *site) rotate(k Keys, kind research.KeyKind) NewKey {
	s.t.Helper()
	made, err := s.app.RotateKey(s.t.Context(), s.of(k), kind, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

func (s *site) identity(k Keys, mode research.IdentityMode) *research.Project {
	s.t.Helper()
	if err := s.app.SetIdentity(s.t.Context(), s.of(k), mode); err != nil {
		s.t.Fatal(err)
	}
	return s.of(k)
}

// tokenOf is what a customer's server signs.
func tokenOf(k NewKey, user string) string {
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": user, "aud": k.Project,
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()})
	t.Header["kid"] = k.KID
	text, err := t.SignedString([]byte(k.IdentitySecret))
	if err != nil {
		panic(err)
	}
	return text
}

func TestVerify(t *testing.T) {
	s := start(t, "")
	other := s.project("Other", origin1)
	first, foreign := s.rotate(s.keys, research.KeyIdentity), s.rotate(other, research.KeyIdentity)
	s.identity(other, research.IdentityRequired)
	second := s.rotate(s.keys, research.KeyIdentity)
	borrowed := second
	borrowed.KID = foreign.KID
	for _, c := range []struct {
		name  string
		mode  research.IdentityMode
		event research.Event
		want  bool
	}{
		{"off", research.IdentityOff, research.Event{UserID: "ann", Token: tokenOf(second, "ann")}, false},
		{"good", research.IdentityWhenPresent, research.Event{UserID: "ann", Token: tokenOf(second, "ann")}, true},
		{"the key before", research.IdentityRequired, research.Event{UserID: "ann", Token: tokenOf(first, "ann")}, true},
		{"another user", research.IdentityRequired, research.Event{UserID: "bob", Token: tokenOf(second, "ann")}, false},
		{"nobody", research.IdentityRequired, research.Event{AnonymousID: "a", Token: tokenOf(second, "ann")}, false},
		{"another project", research.IdentityRequired, research.Event{UserID: "ann", Token: tokenOf(foreign, "ann")}, false},
		{"another project's kid", research.IdentityRequired, research.Event{UserID: "ann", Token: tokenOf(borrowed, "ann")}, false},
		{"none", research.IdentityRequired, research.Event{UserID: "ann"}, false},
		{"said and not shown", research.IdentityRequired, research.Event{UserID: "ann", Verified: true}, false},
		{"signed", research.IdentityRequired, research.Event{UserID: "ann", Signed: true}, true},
		{"signed, with a bad token", research.IdentityOff, research.Event{UserID: "ann", Signed: true, Token: "x"}, true},
	} {
		p := s.identity(s.keys, c.mode)
		token := c.event.Token
		s.app.Verify(p, &c.event, time.Now())
		if c.event.Verified != c.want || c.event.Token != "" {
			t.Errorf("%s: verified %v, token kept %v", c.name, c.event.Verified, c.event.Token != "")
		}
		if token != "" && strings.Contains(s.log.String(), token) {
			t.Errorf("%s: the token is in the log", c.name)
		}
	}
	s.app.tally.Flush(t.Context())
	counted := map[string]int{}
	counts, err := s.app.db.Reports().Counts(t.Context(), s.of(s.keys).ID, time.Time{})
	for _, c := range counts {
		counted[c.Kind+" "+c.Why] = c.N
	}
	if err != nil || counted["refused token_key"] != 2 || len(counted) != 1 {
		t.Errorf("counted %v, %v", counted, err)
	}
	if !strings.Contains(s.log.String(), "identity tokens were refused") {
		t.Error("nobody is told that tokens were refused")
	}
}

func TestAKeyOfTheCustomers(t *testing.T) {
	s := start(t, "")
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	made, err := s.app.RotateKey(t.Context(), s.of(s.keys), research.KeyIdentity, public)
	if err != nil || made.Algorithm != "ES256" || made.IdentitySecret != "" {
		t.Fatalf("%+v, %v", made, err)
	}
	p := s.identity(s.keys, research.IdentityRequired)
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"sub": "ann", "aud": p.Key, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()})
	token.Header["kid"] = made.KID
	text, err := token.SignedString(private)
	if err != nil {
		t.Fatal(err)
	}
	e := research.Event{UserID: "ann", Token: text}
	if s.app.Verify(p, &e, time.Now()); !e.Verified {
		t.Error("not verified")
	}
	if _, err := s.app.RotateKey(t.Context(), p, research.KeyIdentity, "no key"); research.CodeOf(err) != research.Invalid {
		t.Errorf("no key: %v", err)
	}
}

func TestIdentityNeedsAKey(t *testing.T) {
	s := start(t, "")
	for _, mode := range []research.IdentityMode{research.IdentityWhenPresent, research.IdentityRequired} {
		if err := s.app.SetIdentity(t.Context(), s.of(s.keys), mode); research.CodeOf(err) != research.Conflict {
			t.Errorf("%s: %v", mode, err)
		}
	}
	if err := s.app.SetIdentity(t.Context(), s.of(s.keys), "perhaps"); research.CodeOf(err) != research.Invalid {
		t.Errorf("perhaps: %v", err)
	}
}

func TestAPageThatRequiresIdentity(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		key := s.rotate(s.keys, research.KeyIdentity)
		s.identity(s.keys, research.IdentityRequired)
		for _, c := range []struct {
			name, token string
			event       object
			status      int
		}{
			{"good", tokenOf(key, "ann"), object{"userId": "ann"}, http.StatusOK},
			{"none", "", object{"userId": "bob"}, http.StatusUnauthorized},
			{"another's", tokenOf(key, "ann"), object{"userId": "cat"}, http.StatusUnauthorized},
			{"anonymous", "", object{"anonymousId": "a1"}, http.StatusOK},
		} {
			c.event["type"], c.event["event"], c.event["messageId"] = "track", "left", c.name
			status, answer := s.page("/sdk/v1/events", object{"project": s.keys.Project, "ticket": "ticket-" + c.name,
				"identity_token": c.token, "batch": []object{c.event}})
			if status != c.status {
				t.Errorf("%s: %d %v", c.name, status, answer)
			}
			if invited := inviteOf(answer) != ""; invited != (c.name == "good") {
				t.Errorf("%s: invited %v", c.name, invited)
			}
		}
	})
}

func TestBothWriteKeysAreTakenWhileRotating(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		second := s.rotate(s.keys, research.KeyWrite).WriteKey
		s.writeKeys(map[string]bool{s.keys.WriteKey: true, second: true})
		third := s.rotate(s.keys, research.KeyWrite).WriteKey
		s.writeKeys(map[string]bool{s.keys.WriteKey: false, second: true, third: true})
		if err := s.app.RevokeOldKeys(t.Context(), s.of(s.keys), research.KeyWrite); err != nil {
			t.Fatal(err)
		}
		s.writeKeys(map[string]bool{s.keys.WriteKey: false, second: false, third: true, s.keys.Project: false})
		if err := s.app.RevokeOldKeys(t.Context(), s.of(s.keys), research.KeyWrite); research.CodeOf(err) != research.Conflict {
			t.Errorf("nothing to revoke: %v", err)
		}
	})
}

// writeKeys sends an event with each key, to Segment's path and as a page's.
func (s *site) writeKeys(valid map[string]bool) {
	s.t.Helper()
	for key, want := range valid {
		status, _ := s.ask(http.MethodPost, "/v1/track", nil, object{"writeKey": key, "event": "seen", "userId": "ann"})
		if (status == http.StatusOK) != want {
			s.t.Errorf("%s: %d", key, status)
		}
		if key == s.keys.Project {
			continue
		}
		status, _ = s.page("/sdk/v1/ask", object{"project": key, "ticket": "t"})
		if (status == http.StatusOK) != want {
			s.t.Errorf("%s on a page: %d", key, status)
		}
	}
}

func TestTheWebhookRotates(t *testing.T) {
	s := start(t, "")
	p := s.of(s.keys)
	first := s.app.Webhooks(p.Key)
	if len(first) != 1 || first[0].Secret != s.keys.WebhookSecret || s.app.webhookURL(p.Key, first[0]) != s.keys.WebhookURL ||
		first[0].Token != s.app.derived("webhook-token", p.Key) {
		t.Errorf("before: %+v", first)
	}
	made := s.rotate(s.keys, research.KeyWebhook)
	both := s.app.Webhooks(p.Key)
	if len(both) != 2 || both[0] != first[0] || both[1].Secret != made.WebhookSecret || made.WebhookSecret == first[0].Secret || made.WebhookURL == s.keys.WebhookURL {
		t.Errorf("while rotating: %+v", both)
	}
	if err := s.app.RevokeOldKeys(t.Context(), p, research.KeyWebhook); err != nil {
		t.Fatal(err)
	}
	if left := s.app.Webhooks(p.Key); len(left) != 1 || left[0] != both[1] {
		t.Errorf("after: %+v", left)
	}
}
