package participant_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

func TestTypedInterview(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.dial(t, w.invite(t), 0)
		first := c.begin()
		if first.Turn != 1 || first.Question == "" || !strings.HasSuffix(first.Text, first.Question) {
			t.Errorf("the first turn is %+v", first)
		}
		if n := c.answer("a1", "The export to our accounting broke in March."); n != 2 {
			t.Errorf("the answer is turn %d", n)
		}
		if u := c.until("user_turn"); u.ID != "a1" || u.Turn != 2 {
			t.Errorf("the answer came back as %+v", u)
		}
		if a := c.until("agent_turn"); a.Turn != 3 || a.Question == "" || a.Progress <= first.Progress {
			t.Errorf("the next question is %+v after %+v", a, first)
		}
		if n := c.answer("a1", "The export to our accounting broke in March."); n != 2 {
			t.Errorf("the same answer is now turn %d", n)
		}
		c.send(map[string]any{"type": "end"})
		if e := c.until("ended"); e.Reason != "stop" {
			t.Errorf("it ended with %q", e.Reason)
		}
	})
}

func TestResumeWhereItWas(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.invite(t)
		c := w.dial(t, token, 0)
		c.begin()
		c.answer("a1", "The export to our accounting broke in March.")
		c.conn.CloseNow()
		back := w.dial(t, token, 1)
		if s := back.until("state"); s.Name != "listening" {
			t.Errorf("it is %s", s.Name)
		}
		var kinds []string
		for _, f := range back.got {
			kinds = append(kinds, f.Type)
		}
		if got := strings.Join(kinds, " "); got != "ready user_turn agent_turn state" {
			t.Errorf("it sent %s", got)
		}
	})
}

func TestNewerSocketTakesOver(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.invite(t)
		old := w.dial(t, token, 0)
		old.begin()
		newer := w.dial(t, token, 0)
		newer.until("state")
		if _, err := old.next(); websocket.CloseStatus(err) != 4001 {
			t.Errorf("the older socket: %v", err)
		}
		newer.answer("a1", "Nobody on the team was using it any more.")
	})
}

func TestNoConsentKeepsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.invite(t)
		c := w.dial(t, token, 0)
		c.until("state")
		c.send(map[string]any{"type": "answer", "id": "a1", "text": "before consent"})
		if f := c.until("error"); f.Code != "forbidden" {
			t.Errorf("an answer before consent: %+v", f)
		}
		c.send(map[string]any{"type": "consent", "accepted": false})
		if e := c.until("ended"); e.Reason != "no_consent" {
			t.Errorf("it ended with %q", e.Reason)
		}
		var turns int
		must(t, w.raw.QueryRow("SELECT count(*) FROM turns").Scan(&turns))
		if _, page := w.page(t, token); turns != 0 || !strings.Contains(page, "nothing was kept") {
			t.Errorf("%d turns", turns)
		}
	})
}

// TestBadFrames: whatever a page sends, the interview and the socket stay.
func TestBadFrames(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.dial(t, w.invite(t), 0)
		c.begin()
		long := strings.Repeat("x", interview.LongestAnswer+1)
		for _, v := range []struct {
			frame any
			code  string
		}{
			{map[string]any{"type": "answer", "id": "a1", "text": long}, "too_long"},
			{map[string]any{"type": "answer", "id": "", "text": "hello"}, "invalid"},
			{map[string]any{"type": "answer", "id": "a1", "text": " "}, "invalid"},
			{map[string]any{"type": "what"}, "invalid"},
			{[]int{1}, "invalid"},
		} {
			c.send(v.frame)
			if f := c.until("error"); f.Code != v.code || f.Retryable {
				t.Errorf("%.40v: %+v", v.frame, f)
			}
		}
		must(t, c.conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"answer","id":"a1","text":"\u0000<script>\u202e\ud800"}`)))
		if f := c.until("user_turn"); f.Text != "\uFFFD<script>\u202e\uFFFD" {
			t.Errorf("%q", f.Text)
		}
		must(t, c.conn.Write(t.Context(), websocket.MessageText, []byte(`{"text":"`+strings.Repeat("x", 1<<20)+`"}`)))
		for {
			if _, err := c.next(); err != nil {
				if websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
					t.Error(err)
				}
				return
			}
		}
	})
}

func TestStrangers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.invite(t)
		for _, origin := range []string{"https://evil.example", "null", w.url + ".evil.example", strings.ToUpper(w.url)} {
			h := http.Header{"Origin": {origin}}
			_, answer, err := websocket.Dial(t.Context(), w.url+"/i/socket", &websocket.DialOptions{HTTPHeader: h, Subprotocols: []string{"usercall.interview.v1"}})
			if err == nil || answer.StatusCode != http.StatusForbidden {
				t.Errorf("a socket from %s: %v", origin, err)
			}
			q, _ := http.NewRequest("POST", w.url+"/i/"+token+"/ticket", nil)
			q.Header = h
			if answer, err := http.DefaultClient.Do(q); err != nil || answer.StatusCode != http.StatusForbidden {
				t.Errorf("a ticket from %s: %v %v", origin, answer.Status, err)
			}
		}
		c := w.dial(t, token, 0)
		c.until("state")
		used, _, err := websocket.Dial(t.Context(), w.url+"/i/socket", &websocket.DialOptions{Subprotocols: []string{"usercall.interview.v1"}})
		must(t, err)
		thief := &client{t: t, conn: used}
		thief.send(map[string]any{"type": "hello", "ticket": "guess"})
		if f := thief.until("error"); f.Code != "unauthenticated" {
			t.Errorf("%+v", f)
		}
	})
}

func TestTooManyTickets(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.invite(t)
		for range 10 {
			w.ticket(t, token)
		}
		answer, err := http.Post(w.url+"/i/"+token+"/ticket", "", nil)
		must(t, err)
		defer answer.Body.Close()
		var problem struct{ Code research.Code }
		must(t, json.NewDecoder(answer.Body).Decode(&problem))
		if answer.StatusCode != http.StatusTooManyRequests || problem.Code != research.Quota || answer.Header.Get("Retry-After") == "" {
			t.Errorf("%s %s", answer.Status, problem.Code)
		}
	})
}

func TestShutdown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.dial(t, w.invite(t), 0)
		c.begin()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		go func() { // a browser answers the close, and so must we
			for {
				if _, err := c.next(); err != nil {
					cancel()
					return
				}
			}
		}()
		if err := w.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-ctx.Done()
		var state string
		must(t, w.raw.QueryRow("SELECT state FROM interviews").Scan(&state))
		if last := c.got[len(c.got)-1]; last.Code != "restarting" || state != "paused" {
			t.Errorf("it said %+v and left the interview %s", last, state)
		}
	})
}

// TestLogsTellNothing plants words that may never be logged.
func TestLogsTellNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.invite(t)
		c := w.dial(t, token, 0)
		c.begin()
		c.answer("a1", "canary-text was all we had")
		c.send(map[string]any{"type": "answer", "id": "a2", "text": ""})
		c.until("error")
		_ = w.db.Close()
		c.send(map[string]any{"type": "answer", "id": "a3", "text": "canary-text again"})
		if f := c.until("error"); !f.Retryable || f.ID != "a3" {
			t.Errorf("%+v", f)
		}
		w.page(t, token)
		if log := w.log.String(); strings.Contains(log, "canary") || strings.Contains(log, token) || !strings.Contains(log, "failed") {
			t.Errorf("the log says %s", log)
		}
	})
}
