package web

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

func (n *noted) DeliverySetup(context.Context, *research.Project) (DeliverySetup, error) {
	return DeliverySetup{From: n.from, Used: map[research.Channel]int{research.ByWebhook: 2}}, nil
}

func (n *noted) SaveEndpoint(_ context.Context, p *research.Project, c research.Channel, address string) (string, error) {
	if strings.HasPrefix(address, "http://") {
		return "", research.Errorf(research.Invalid, "The address has to begin with https://.")
	}
	n.told = append(n.told, fmt.Sprintf("endpoint %d %s %q", p.ID, c, address))
	if strings.HasSuffix(address, "/first") {
		return "whsec_0123456789", nil
	}
	return "", nil
}

func (n *noted) RotateDelivery(_ context.Context, p *research.Project) (string, error) {
	n.told = append(n.told, fmt.Sprintf("rotate delivery %d", p.ID))
	return "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IDEyMw==", nil
}

func (n *noted) ResumeDelivery(_ context.Context, p *research.Project, c research.Channel) error {
	n.told = append(n.told, fmt.Sprintf("resume %d %s", p.ID, c))
	return nil
}

func (n *noted) SendAgain(_ context.Context, p *research.Project, id string) error {
	n.told = append(n.told, fmt.Sprintf("again %d %s", p.ID, id))
	switch id {
	case "dlv_2":
		return research.Errorf(research.Conflict, "The person has another <invite> by now.")
	case "dlv_other":
		return research.Errorf(research.NotFound, "There is no such delivery.")
	}
	return nil
}

func (n *noted) TestDelivery(_ context.Context, p *research.Project, c research.Channel, to string) (report.DeliveryAttempt, error) {
	n.told = append(n.told, fmt.Sprintf("test %d %s %s", p.ID, c, to))
	if c == research.BySlack {
		return report.DeliveryAttempt{}, research.Errorf(research.Conflict, "There is no Slack webhook to send to. Add one under Settings, Delivery.")
	}
	return report.DeliveryAttempt{N: 1, Took: 84 * time.Millisecond, Status: 503, Error: "it answered 503"}, nil
}

// sendSome gives the first invites of the project deliveries of every kind, and
// its endpoints a history.
func (s *site) sendSome(invites int) {
	s.t.Helper()
	s.commands.from = "hello@northdesk.example"
	tries := []int{1, 2, 0, 1, 0, 8}
	ways := []struct{ channel, state, reason string }{
		{"webhook", "sent", ""}, {"webhook", "waiting", ""}, {"email", "failed", "No e-mail address is known: the person has no trait email. Send one with identify from your server."},
		{"slack", "sent", ""}, {"email", "cancelled", "The invite expired before it could be sent."}, {"webhook", "failed", "Given up after 8 attempts. The last time, it answered 500."}}
	err := s.db.InTx(s.t.Context(), func(tx *sql.Tx) error {
		f := &filler{t: s.t, tx: tx}
		project := f.put("SELECT min(id) FROM projects")
		f.exec("INSERT INTO endpoints (project_id, channel, target, host, failures, failing_since, paused_at, pause_reason) VALUES ($1, 'webhook', $2, 'hooks.northdesk.example', 10, $3, $4, $5)",
			project, []byte("sealed"), ago2(30), ago2(2), "Nothing got through for an hour or more. The last time: it answered 503.")
		f.exec("INSERT INTO endpoints (project_id, channel, target, host) VALUES ($1, 'slack', $2, 'hooks.slack.com')", project, []byte("sealed"))
		first := f.put("SELECT min(id) FROM invitations")
		for i := range invites {
			w, made := ways[i%len(ways)], tries[i%len(tries)]
			var ended any
			if w.state != "waiting" {
				ended = ago2(i)
			}
			id := f.put(`INSERT INTO deliveries (public_id, project_id, channel, invite_id, state, reason, attempts, created_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
				fmt.Sprint("dlv_", i), project, w.channel, first+int64(i), w.state, w.reason, made, ago2(i), ended)
			for n := range made {
				status, why := 503, "it answered 503"
				if n == made-1 && w.state == "sent" {
					status, why = 200, ""
				}
				f.exec("INSERT INTO delivery_attempts (project_id, delivery_id, n, began_at, ended_at, status, error) VALUES ($1, $2, $3, $4, $5, $6, $7)",
					project, id, n+1, ago2(i)+int64(n)*30_000, ago2(i)+int64(n)*30_000+84, status, why)
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func sendingSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t, "http://localhost:8080").signIn()
	s.fill(demo{tag: "a", studies: 1, interviews: 6, events: 30})
	s.sendSome(6)
	return s
}

func TestDeliveryPages(t *testing.T) {
	s := sendingSite(t)
	for path, want := range map[string][]string{
		"/settings/delivery":     {"hello@northdesk.example", "Send a test to ada@northdesk.example", "Goes to <strong>hooks.northdesk.example</strong>", "Resume webhook", "1 invite waits", "Make a new secret", "2 active triggers send this way", "it answered 503"},
		"/deliveries":            {"sent", "no trait email", "its channel is paused", "2 attempts", "it answered 503, after 84 ms", "taken with 200, after 84 ms", "Given up after 8 attempts", `action="/deliveries/dlv_5/again"`},
		"/deliveries?done=again": {"tried again in a moment"},
		"/":                      {"The webhook is paused, and 1 invite waits for it.", `href="/settings/delivery"`, "2 invites could not be sent in the last 24 hours.", `href="/deliveries?state=failed"`},
		"/settings":              {`href="/settings/delivery"`},
	} {
		body := s.get(path).Body.String()
		for _, words := range want {
			if !strings.Contains(body, words) {
				t.Errorf("%s does not say %q", path, words)
			}
		}
		if n := strings.Count(body, "Send again</button>"); strings.HasPrefix(path, "/deliveries") && n != 2 {
			t.Errorf("%s offers to send %d again, and 2 failed", path, n)
		}
		if strings.Contains(body, "sealed</") {
			t.Errorf("%s shows an address", path)
		}
	}
	if rows := strings.Count(s.get("/deliveries?state=failed&channel=email").Body.String(), "<tr><td"); rows != 1 {
		t.Errorf("filtered, there are %d", rows)
	}
	csv := s.get("/deliveries?format=csv").Body.String()
	if strings.Count(csv, "\r\n") != 7 || !strings.Contains(csv, `"No e-mail address is known`) {
		t.Errorf("as CSV: %s", csv)
	}
}

func TestDeliveryForms(t *testing.T) {
	s := sendingSite(t)
	for _, c := range []struct {
		path, form, told string
		status           int
		says             string
	}{
		{"/settings/delivery/webhook", "address=https://x.example/hook", `endpoint 1 webhook "https://x.example/hook"`, 303, ""},
		{"/settings/delivery/webhook", "address=https://x.example/first", `endpoint 1 webhook "https://x.example/first"`, 200, "whsec_0123456789"},
		{"/settings/delivery/slack", "remove=1", `endpoint 1 slack ""`, 303, ""},
		{"/settings/delivery/slack", "", "", 400, "There is no address yet."},
		{"/settings/delivery/webhook", "address=http://x.example", "", 400, "has to begin with https"},
		{"/settings/delivery/email", "address=https://x.example", "", 404, ""},
		{"/settings/delivery/pigeon", "address=https://x.example", "", 404, ""},
		{"/settings/delivery/webhook/rotate", "", "rotate delivery 1", 200, "signed with the old one too"},
		{"/settings/delivery/slack/rotate", "", "", 404, ""},
		{"/settings/delivery/webhook/resume", "", "resume 1 webhook", 303, ""},
		{"/deliveries/dlv_5/again", "", "again 1 dlv_5", 303, ""},
		{"/deliveries/dlv_2/again", "", "again 1 dlv_2", 409, "It was not sent again. The person has another &lt;invite&gt; by now."},
		{"/deliveries/dlv_other/again", "", "again 1 dlv_other", 404, ""},
		{"/settings/delivery/email/test", "to=victim@example.com", "test 1 email ada@northdesk.example", 200, "The test: it answered 503, after 84 ms."},
		{"/settings/delivery/slack/test", "", "test 1 slack ada@northdesk.example", 409, "There is no Slack webhook"},
	} {
		s.commands.told = nil
		form, err := url.ParseQuery(c.form)
		if err != nil {
			t.Fatal(err)
		}
		w := s.post(c.path, form)
		if told := strings.Join(s.commands.told, "; "); w.Code != c.status || told != c.told || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %s: %d, told %q: %.300s", c.path, c.form, w.Code, told, w.Body)
		}
		if w := s.get(c.path); w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: %d", c.path, w.Code)
		}
	}
}

func TestThePersonsPageHasTheirOpenLink(t *testing.T) {
	s := sendingSite(t)
	if err := s.db.InTx(t.Context(), func(tx *sql.Tx) error {
		(&filler{t: t, tx: tx}).exec("UPDATE invitations SET closed_at = NULL, state = 'reserved', public_id = 'inv_open' WHERE id = (SELECT min(id) FROM invitations)")
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	page := s.get(link("people", "u:"+plainWords("person", 0))).Body.String()
	if !strings.Contains(page, "https://usercall.example/i/token-of-inv_open") {
		t.Error("the link is not there")
	}
	if page := s.get(link("people", "u:"+plainWords("person", 1))).Body.String(); strings.Contains(page, "token-of") {
		t.Error("somebody without an open invite has a link")
	}
}
