package participant_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/web/assets"
	"github.com/usercall/usercall/internal/web/participant"
)

// TestSilence lets a quarter of an hour pass in no time: one gentle word, a
// pause, and at last the line is put down.
func TestSilence(t *testing.T) {
	target := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, target)
		c := w.dialInMemory(t)
		c.begin()
		began := time.Now()
		if f := c.until("agent_turn"); f.Question != "" || time.Since(began) != time.Minute {
			t.Errorf("after %s: %+v", time.Since(began), f)
		}
		for {
			f := c.until("state")
			if f.Name == "paused" {
				break
			}
		}
		if time.Since(began) != 5*time.Minute {
			t.Errorf("it paused after %s", time.Since(began))
		}
		if _, err := c.next(); websocket.CloseStatus(err) != websocket.StatusNormalClosure || time.Since(began) != 15*time.Minute {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		var turns int
		must(t, w.raw.QueryRow("SELECT count(*) FROM turns").Scan(&turns))
		if turns != 2 {
			t.Errorf("%d turns", turns)
		}
	})
}

// TestWordsInTheBoxAreNoSilence: nobody is hurried while they write.
func TestWordsInTheBoxAreNoSilence(t *testing.T) {
	target := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, target)
		c := w.dialInMemory(t)
		c.begin()
		c.send(map[string]any{"type": "typing", "on": true})
		began := time.Now()
		if f, err := c.next(); websocket.CloseStatus(err) != websocket.StatusNormalClosure || time.Since(began) != 15*time.Minute {
			t.Errorf("after %s: %+v %v", time.Since(began), f, err)
		}
	})
}

// TestHelloInTime: who does not say hello is not waited for.
func TestHelloInTime(t *testing.T) {
	target := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, target)
		began := time.Now()
		c := w.connectInMemory(t)
		if f, err := c.next(); err == nil || time.Since(began) != 10*time.Second {
			t.Errorf("after %s: %+v %v", time.Since(began), f, err)
		}
	})
}

// dialInMemory is dial without a network, which a test's own time cannot see.
func (w *world) dialInMemory(t *testing.T) *client {
	t.Helper()
	c := w.connectInMemory(t)
	token := w.invite(t)
	offer, err := w.room.Find(t.Context(), token)
	must(t, err)
	ticket, err := w.room.Ticket(t.Context(), offer)
	must(t, err)
	c.send(map[string]any{"type": "hello", "ticket": ticket})
	return c
}

func (w *world) connectInMemory(t *testing.T) *client {
	t.Helper()
	pipes := &pipes{ready: make(chan net.Conn), done: make(chan struct{})}
	public := &url.URL{Scheme: "http", Host: "usercall.test"}
	surface := participant.New(participant.Config{Room: w.room, PublicURL: public, Asset: assets.URL, Log: w.room.Log})
	server := &http.Server{Handler: surface}
	go server.Serve(pipes)
	transport := &http.Transport{DialContext: pipes.dial}
	conn, _, err := websocket.Dial(t.Context(), "http://usercall.test/i/socket", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport}, Subprotocols: []string{"usercall.interview.v1"}})
	must(t, err)
	t.Cleanup(func() {
		conn.CloseNow()
		must(t, surface.Shutdown(context.Background()))
		must(t, server.Close())
		transport.CloseIdleConnections()
	})
	return &client{t: t, conn: conn}
}

// pipes is a listener whose connections are in memory.
type pipes struct {
	ready chan net.Conn
	done  chan struct{}
}

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	p.ready <- theirs
	return ours, nil
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.ready:
		return conn, nil
	case <-p.done:
		return nil, errors.New("closed")
	}
}

func (p *pipes) Close() error   { close(p.done); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }
