package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/config"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store/storetest"
)

// sentBy is the study with a trigger that sends by a channel.
func sentBy(channel string) string {
	return strings.Replace(leaving, "left } }", "left }, invite: { delivery: "+channel+" } }", 1)
}

type received struct {
	header http.Header
	body   []byte
}

// fits checks the signature of Standard Webhooks.
func (r received) fits(secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(r.header.Get("webhook-id") + "." + r.header.Get("webhook-timestamp") + "."))
	mac.Write(r.body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, got := range strings.Fields(r.header.Get("webhook-signature")) {
		if hmac.Equal([]byte(got), []byte(want)) {
			return true
		}
	}
	return false
}

// next is what arrives next; the test ends where nothing does.
func next(t *testing.T, arrived chan received) received {
	t.Helper()
	select {
	case r := <-arrived:
		return r
	case <-time.After(20 * time.Second):
		t.Fatal("nothing arrived")
		return received{}
	}
}

func TestAnInviteByWebhookFromEventToUnsubscribing(t *testing.T) {
	arrived := make(chan received, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		arrived <- received{r.Header, body}
	}))
	defer receiver.Close()
	for engine, database := range map[string]string{"sqlite": "", "postgres": storetest.Postgres(t)} {
		t.Run(engine, func(t *testing.T) {
			s := startWith(t, database, func(c *config.Config) { c.PrivateWebhooks = true })
			do := commands{s.app}
			p, err := s.app.Project(t.Context(), s.keys.Project)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.app.ApplyStudy(t.Context(), p, []byte(sentBy("webhook")), true); research.CodeOf(err) != research.Invalid || !strings.Contains(err.Error(), "There is no webhook to send to") {
				t.Fatalf("without an address: %v", err)
			}
			secret, err := do.SaveEndpoint(t.Context(), p, research.ByWebhook, receiver.URL+"/hook?token=secret-path")
			if err != nil || !strings.HasPrefix(secret, "whsec_") {
				t.Fatalf("%q %v", secret, err)
			}
			if again, err := do.SaveEndpoint(t.Context(), p, research.ByWebhook, receiver.URL+"/other"); err != nil || again != "" {
				t.Errorf("another address shows %q, %v", again, err)
			}
			s.study(s.keys, sentBy("webhook"))
			status, _ := s.ask(http.MethodPost, "/v1/track", map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(s.keys.ServerKey+":"))},
				object{"event": "left", "userId": "ann", "messageId": "m1", "type": "track"})
			if status != http.StatusOK {
				t.Fatalf("the event is answered %d", status)
			}
			got := next(t, arrived)
			var said struct {
				Data struct {
					Link, Invite, Title string
					Person              struct {
						UserID string `json:"user_id"`
					}
				}
			}
			if err := json.Unmarshal(got.body, &said); err != nil || !got.fits(secret) || got.header.Get("webhook-id") != research.DeliveryID(said.Data.Invite) ||
				said.Data.Person.UserID != "ann" || said.Data.Title == "" {
				t.Errorf("arrived %s with %v, %v", got.body, got.header, err)
			}
			rotated, err := do.RotateDelivery(t.Context(), p)
			if err != nil || rotated == secret {
				t.Fatalf("%q %v", rotated, err)
			}
			if a, err := do.TestDelivery(t.Context(), p, research.ByWebhook, ""); err != nil || a.Error != "" || a.Status != 200 {
				t.Errorf("the test: %+v %v", a, err)
			}
			if test := next(t, arrived); !test.fits(secret) || !test.fits(rotated) || !strings.Contains(string(test.body), `"type":"test"`) {
				t.Errorf("after a rotation: %v %s", test.header, test.body)
			}
			s.unsubscribes(p, said.Data.Link)
			if setup, err := do.DeliverySetup(t.Context(), p); err != nil || setup.From != "" || setup.Used[research.ByWebhook] != 1 {
				t.Errorf("%+v %v", setup, err)
			}
			if log := s.log.String(); strings.Contains(log, "secret-path") || strings.Contains(log, secret) || strings.Contains(log, strings.TrimPrefix(said.Data.Link, s.url+"/i/")) {
				t.Error("the log has a secret")
			}
		})
	}
}

// unsubscribes presses the button of a mail program, and sees what became of it.
func (s *site) unsubscribes(p *research.Project, link string) {
	s.t.Helper()
	answered := func(method, path string) (int, string) {
		req, err := http.NewRequestWithContext(s.t.Context(), method, path, strings.NewReader("List-Unsubscribe=One-Click"))
		if err != nil {
			s.t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			s.t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			s.t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	if status, _ := answered(http.MethodGet, link); status != http.StatusOK {
		s.t.Errorf("the link is answered %d", status)
	}
	leave := strings.Replace(link, "/i/", "/unsubscribe/", 1)
	if status, page := answered(http.MethodGet, leave); status != http.StatusOK || !strings.Contains(page, "Shall we stop asking you?") {
		s.t.Errorf("%d %s", status, page)
	}
	if status, page := answered(http.MethodPost, leave); status != http.StatusOK || !strings.Contains(page, "Done. We will not ask again.") {
		s.t.Errorf("%d %s", status, page)
	}
	if status, _ := answered(http.MethodGet, link); status != http.StatusGone {
		s.t.Errorf("afterwards the link is answered %d", status)
	}
	person, err := s.app.db.Reports().Person(s.t.Context(), p.ID, research.UserKey("ann"))
	if err != nil || !person.Never {
		s.t.Errorf("they may be asked: %+v, %v", person, err)
	}
}

func TestChannelsThatAreNotSetUpAreRefused(t *testing.T) {
	s := start(t, "")
	p, err := s.app.Project(t.Context(), s.keys.Project)
	if err != nil {
		t.Fatal(err)
	}
	for channel, want := range map[string]string{"email": "USERCALL_SMTP_URL", "webhook": "no webhook to send to", "slack": "no Slack webhook to send to"} {
		if _, err := s.app.ApplyStudy(t.Context(), p, []byte(sentBy(channel)), false); research.CodeOf(err) != research.Invalid || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `"left"`) {
			t.Errorf("%s: %v", channel, err)
		}
		f, err := CheckStudy([]byte(sentBy(channel)))
		if err != nil {
			t.Errorf("the file alone: %v", err)
		}
		if warned := s.app.Undeliverable(f); (len(warned) == 1) != (channel == "email") {
			t.Errorf("%s: warned of %q", channel, warned)
		}
	}
	s.study(s.keys, sentBy("link"))
	// A command beside the server may not know its settings, so it applies the file.
	s.app.serving.Store(false)
	study, err := s.app.ApplyStudy(t.Context(), p, []byte(sentBy("email")), false)
	s.app.serving.Store(true)
	if err != nil {
		t.Fatal(err)
	}
	do := commands{s.app}
	if err := do.SetTriggerActive(t.Context(), p, study.Triggers[0].PublicID, true); research.CodeOf(err) != research.Invalid {
		t.Errorf("activated: %v", err)
	}
	if err := do.SetTriggerActive(t.Context(), p, study.Triggers[0].PublicID, false); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"http://example.com", "https://127.0.0.1/", "https://example.com:8443/"} {
		if _, err := do.SaveEndpoint(t.Context(), p, research.ByWebhook, bad); research.CodeOf(err) != research.Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := do.RotateDelivery(t.Context(), p); research.CodeOf(err) != research.Conflict {
		t.Errorf("a secret of no webhook: %v", err)
	}
	for _, c := range research.Channels {
		if _, err := do.TestDelivery(t.Context(), p, c, "ada@example.com"); research.CodeOf(err) != research.Conflict {
			t.Errorf("a test of %s: %v", c, err)
		}
	}
	n := 0
	if err := s.app.Export(t.Context(), "deliveries", p, report.Query{}, func(any) error { n++; return nil }); err != nil || n != 0 {
		t.Errorf("%d deliveries, %v", n, err)
	}
}
