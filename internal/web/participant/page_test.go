package participant_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestConsentPage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		answer, page := w.page(t, w.invite(t))
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
		csp := answer.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "frame-ancestors 'self' https://app.northdesk.example") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
			t.Errorf("the policy is %s", csp)
		}
		for _, must := range []string{"Northdesk", "AI interviewer", "minutes", "deleted", `data-uc="consent"`, `data-uc="no-consent"`, "<noscript>", "What is kept"} {
			if !strings.Contains(page, must) {
				t.Errorf("the page does not say %q", must)
			}
		}
		for _, never := range []string{"voice", "microphone", " style=", "<style", "onclick"} {
			if strings.Contains(strings.ToLower(page), never) {
				t.Errorf("the page says %q", never)
			}
		}
		var n int
		must(t, w.raw.QueryRow("SELECT (SELECT count(*) FROM interviews) + (SELECT count(*) FROM socket_tickets)").Scan(&n))
		if n != 0 {
			t.Error("a GET left something behind")
		}
	})
}

func TestUnknownLinksLookAlike(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first, one := w.page(t, "unknown")
		second, two := w.page(t, strings.Repeat("A", 200))
		if first.StatusCode != http.StatusNotFound || second.StatusCode != http.StatusNotFound || one != two {
			t.Errorf("%s and %s", first.Status, second.Status)
		}
		if !strings.Contains(first.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Error("a page of nobody may be framed")
		}
	})
}

func TestEndedPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		done, stopped, gone := w.invite(t), w.invite(t), w.invite(t)
		c := w.dial(t, done, 0)
		c.begin()
		for i := 0; i < 20 && !ended(c); i++ {
			c.answer(string(rune('a'+i)), "The export broke and nobody on our team could repair it in time.")
			c.until("state")
		}
		s := w.dial(t, stopped, 0)
		s.begin()
		s.send(map[string]any{"type": "end"})
		s.until("ended")
		_, err := w.raw.Exec("UPDATE invitations SET state = 'expired', closed_at = 1 WHERE event_seq = 3")
		must(t, err)
		for token, want := range map[string]string{done: "Your words went to the Northdesk team.", stopped: "We stopped here.", gone: "This invitation has ended."} {
			answer, page := w.page(t, token)
			if !strings.Contains(page, want) || strings.Contains(page, "<script") {
				t.Errorf("%s: no %q", answer.Status, want)
			}
			if answer, err := http.Post(w.url+"/i/"+token+"/ticket", "", nil); err != nil || answer.StatusCode != http.StatusConflict {
				t.Errorf("a ticket after the end: %v %v", answer.Status, err)
			}
		}
	})
}

func ended(c *client) bool {
	last := c.got[len(c.got)-1]
	return last.Type == "ended" || last.Name == "ended"
}
