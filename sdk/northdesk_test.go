package sdk_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/usercall/usercall/examples/northdesk"
)

// The demo product is the SDK's first customer: strict policy, Segment from npm, the three lines.
func TestNorthdesk(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	reads := map[string]any{"type": "track", "name": "subscription_cancelled", "properties": []string{"properties.plan", "properties.months"}, "traits": []string{"plan"}}
	s.config = reading(reads)
	s.invites(s.invite())
	url := serveNorthdesk(t, s)
	p := newVisitor(t)
	p.goTo(url + "/app/billing")
	p.waitFor(`document.querySelector(".danger")`)
	shot(t, p, "northdesk-before")
	eval[any](p, `document.querySelector(".danger").click();0`)
	events := s.waitMessages(t, 1)
	if events[0]["event"] != "subscription_cancelled" {
		t.Errorf("event %v", events[0])
	}
	p.waitFor(inCard)
	p.waitFor(`document.querySelector(".decision.invited")`)
	shot(t, p, "northdesk-card")
	for _, view := range []string{"inbox", "reports", "setup"} {
		eval[any](p, `document.querySelector('nav [href="/app/`+view+`"]').click();0`)
		shot(t, p, "northdesk-"+view)
	}
	eval[any](p, `document.querySelector('[data-do="somebody-else"]').click();0`)
	p.waitFor("!" + inCard)
	shot(t, p, "northdesk-signup")
}

// serveNorthdesk decides like a server would: the first cancellation invites, others cool down.
func serveNorthdesk(t *testing.T, s *stub) string {
	decisions := func(_ context.Context, person string) ([]byte, error) {
		made := []map[string]string{}
		for i, event := range s.messages() {
			decision := map[string]string{"trigger": "cancelled", "study": "why-pro-cancels", "person": person, "message_id": event["messageId"].(string), "outcome": "invited"}
			if i > 0 {
				decision["outcome"], decision["gate"] = "skipped", "cooldown"
				decision["detail"] = "asked 2 minutes ago, 30 days to go"
				decision["remedy"] = "With a cooldown of 0 this would have been an invite."
			}
			made = append(made, decision)
		}
		return json.Marshal(map[string]any{"decisions": made})
	}
	site := httptest.NewUnstartedServer(nil)
	cfg := northdesk.Config{Host: s.URL, Project: project, WriteKey: "w", Dashboard: s.URL + "/"}
	site.Config.Handler = northdesk.Handler(cfg, decisions)
	site.Start()
	t.Cleanup(site.Close)
	return strings.Replace(site.URL, "127.0.0.1", "localhost", 1)
}
