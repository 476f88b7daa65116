package participant_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/web/assets"
)

// client is a participant's page without a screen.
type client struct {
	t    *testing.T
	conn *websocket.Conn
	got  []frame
}

// frame is any frame of the server.
type frame struct {
	Type, Name, Text, Question, Code, Reason, ID, Mode string
	Turn                                               int
	Retryable                                          bool
	Progress                                           float64
}

func (w *world) ticket(t *testing.T, token string) string {
	t.Helper()
	answer, err := http.Post(w.url+"/i/"+token+"/ticket", "", nil)
	must(t, err)
	defer answer.Body.Close()
	var body struct{ Ticket string }
	must(t, json.NewDecoder(answer.Body).Decode(&body))
	if answer.StatusCode != http.StatusOK || body.Ticket == "" {
		t.Fatalf("no ticket: %s", answer.Status)
	}
	return body.Ticket
}

// dial opens a socket and says hello.
func (w *world) dial(t *testing.T, token string, after int) *client {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), w.url+"/i/socket", &websocket.DialOptions{
		Subprotocols: []string{"usercall.interview.v1"}, HTTPHeader: http.Header{"Origin": {w.url}}})
	must(t, err)
	t.Cleanup(func() { conn.CloseNow() })
	c := &client{t: t, conn: conn}
	c.send(map[string]any{"type": "hello", "ticket": w.ticket(t, token), "after": after})
	return c
}

func (c *client) send(v any) {
	c.t.Helper()
	b, err := json.Marshal(v)
	must(c.t, err)
	must(c.t, c.conn.Write(c.t.Context(), websocket.MessageText, b))
}

// next is the next frame, pings left out.
func (c *client) next() (frame, error) {
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Minute) // some tests let time pass
	defer cancel()
	for {
		_, b, err := c.conn.Read(ctx)
		if err != nil {
			return frame{}, err
		}
		var f frame
		must(c.t, json.Unmarshal(b, &f))
		if f.Type != "ping" {
			c.got = append(c.got, f)
			return f, nil
		}
	}
}

// until reads up to a frame of that type and returns it.
func (c *client) until(kind string) frame {
	c.t.Helper()
	for {
		f, err := c.next()
		if err != nil {
			c.t.Fatalf("waiting for %s: %v (got %v)", kind, err, c.got)
		}
		if f.Type == kind {
			return f
		}
	}
}

// begin gives consent and returns the first turn.
func (c *client) begin() frame {
	c.t.Helper()
	if s := c.until("state"); s.Name != "consent" {
		c.t.Fatalf("a new interview is %q", s.Name)
	}
	c.send(map[string]any{"type": "consent", "accepted": true})
	first := c.until("agent_turn")
	c.until("state")
	return first
}

// answer says something and returns the number of its turn.
func (c *client) answer(id, text string) int {
	c.t.Helper()
	c.send(map[string]any{"type": "answer", "id": id, "text": text})
	f := c.until("accepted")
	if f.ID != id {
		c.t.Fatalf("accepted %q, not %q", f.ID, id)
	}
	return f.Turn
}

func withAssets(h http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/i/", h)
	mux.Handle("/assets/", assets.Handler())
	return mux
}

// page fetches a link's page.
func (w *world) page(t *testing.T, token string) (*http.Response, string) {
	t.Helper()
	answer, err := http.Get(w.url + "/i/" + token)
	must(t, err)
	defer answer.Body.Close()
	var b strings.Builder
	_, err = io.Copy(&b, answer.Body)
	must(t, err)
	return answer, b.String()
}
