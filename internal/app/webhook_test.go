package app

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"
)

// deliver posts a webhook's delivery, signed with the secret.
func (s *site) deliver(url, secret, body string) int {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(body))
	req.Header.Set("X-Signature", hex.EncodeToString(mac.Sum(nil)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

func TestTheWebhooksEventAndThePagesAreOne(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		body := `{"type":"track","event":"left","messageId":"m1","userId":"ann","projectId":"p","receivedAt":"2026-11-24T11:00:00Z"}`
		for range 2 { // Segment tries again when an answer is lost
			if status := s.deliver(s.keys.WebhookURL, s.keys.WebhookSecret, body); status != http.StatusOK {
				t.Fatalf("status %d", status)
			}
		}
		if id := inviteOf(s.sees("ticket-1", "m1", "ann")); id == "" {
			t.Error("the page that saw the same event gets no card")
		}
		_, answer := s.ask(http.MethodGet, "/api/v1/events", map[string]string{"Authorization": "Bearer " + s.keys.APIKey}, nil)
		items, _ := answer["items"].([]any)
		if len(items) != 1 || items[0].(object)["source"] != "webhook" {
			t.Errorf("events %v", items)
		}
	})
}

func TestADeliveryOpensItsProjectOnly(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		other := s.project("Other", "https://other.example")
		body := `{"type":"track","event":"left","messageId":"m1","userId":"canary"}`
		mixed := strings.Replace(s.keys.WebhookURL, s.keys.Project, other.Project, 1)
		for name, status := range map[string]int{
			"another's secret":          s.deliver(s.keys.WebhookURL, other.WebhookSecret, body),
			"another's token":           s.deliver(mixed, other.WebhookSecret, body),
			"the token as secret":       s.deliver(s.keys.WebhookURL, s.keys.WebhookURL[strings.LastIndex(s.keys.WebhookURL, "/")+1:], body),
			"a write key in the path":   s.deliver(strings.Replace(s.keys.WebhookURL, s.keys.Project, s.keys.WriteKey, 1), s.keys.WebhookSecret, body),
			"a project that is unknown": s.deliver(strings.Replace(s.keys.WebhookURL, s.keys.Project, "prj_none", 1), s.keys.WebhookSecret, body),
		} {
			if status != http.StatusUnauthorized {
				t.Errorf("%s: %d", name, status)
			}
		}
		for _, secret := range []string{"canary", s.keys.WebhookSecret, s.keys.WebhookURL[strings.LastIndex(s.keys.WebhookURL, "/")+1:]} {
			if strings.Contains(s.log.String(), secret) {
				t.Error("the log tells a secret or a person")
			}
		}
	})
}

// eventsOf is how many events the project has.
func (s *site) eventsOf(k Keys) int {
	s.t.Helper()
	_, answer := s.ask(http.MethodGet, "/api/v1/events", map[string]string{"Authorization": "Bearer " + k.APIKey}, nil)
	items, _ := answer["items"].([]any)
	return len(items)
}

func TestADeletionThatSegmentAsksFor(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		event := `{"type":"track","event":"left","messageId":"m1","userId":"canary-ann"}`
		both := `[` + event + `,{"type":"delete","userId":"canary-ann"},{"type":"track","event":"left","messageId":"m2","userId":"bob"}]`
		for _, body := range []string{event, both, both} { // Segment tries again when an answer is lost
			if status := s.deliver(s.keys.WebhookURL, s.keys.WebhookSecret, body); status != http.StatusOK {
				t.Fatalf("status %d", status)
			}
		}
		for wait := 0; s.eventsOf(s.keys) != 1; wait++ {
			if wait == 200 {
				t.Fatalf("there are %d events, want bob's alone", s.eventsOf(s.keys))
			}
			time.Sleep(50 * time.Millisecond)
		}
		if status := s.deliver(s.keys.WebhookURL, s.keys.WebhookSecret, event); status != http.StatusOK || s.eventsOf(s.keys) != 1 {
			t.Errorf("status %d, and the message that comes again is stored", status)
		}
		if strings.Contains(s.log.String(), "canary") {
			t.Error("the log names the person")
		}
	})
}
