package participant_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/voice/pcm"
)

const (
	frameTime    = 60 * time.Millisecond
	frameSamples = 960
	reportEvery  = 250 * time.Millisecond
	agentBytes   = 48 // a millisecond
)

// caller is a participant's page that hears and speaks: a microphone that never
// stops, and a player that plays at the speed of sound and says how far it is.
type caller struct {
	t    *testing.T
	w    *spokenWorld
	conn *websocket.Conn
	over chan struct{} // the socket is closed
	code websocket.StatusCode

	mu     sync.Mutex
	got    []spoken
	seen   int       // of got, by until
	news   chan bool // something came
	mouth  []int16   // to be said
	muted  bool
	seq    uint32
	gen    int
	queue  time.Duration // of the line, not played yet
	played time.Duration
	last   bool // all of the line is here
	quiet  bool // nothing is sent
}

// spoken is a frame of the server.
type spoken struct {
	frame
	Offers, Voice string
	Gen           int
	Spoken, On    bool
	Recorded      bool
	InRate        int   `json:"in_rate"`
	OutRate       int   `json:"out_rate"`
	StartMS       int64 `json:"start_ms"`
	EndMS         int64 `json:"end_ms"`
	FromMS        int64 `json:"from_ms"`
}

// call opens a link as a page with a microphone does.
func (w *spokenWorld) call(t *testing.T, token string, hello map[string]any) *caller {
	t.Helper()
	transport := &http.Transport{DialContext: w.pipes.dial}
	conn, _, err := websocket.Dial(t.Context(), "http://usercall.test/i/socket", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport}, Subprotocols: []string{"usercall.interview.v1"}})
	must(t, err)
	conn.SetReadLimit(1 << 20)
	c := &caller{t: t, w: w, conn: conn, over: make(chan struct{}), news: make(chan bool, 1)}
	t.Cleanup(func() { conn.CloseNow(); transport.CloseIdleConnections() })
	offer, err := w.room.Find(t.Context(), token)
	must(t, err)
	ticket, err := w.room.Ticket(t.Context(), offer)
	must(t, err)
	frame := map[string]any{"type": "hello", "ticket": ticket, "rate": 16000, "voice": true}
	for k, v := range hello {
		frame[k] = v
	}
	c.send(frame)
	go c.hear()
	go c.speak()
	go c.play()
	return c
}

func (c *caller) send(v any) {
	b, err := json.Marshal(v)
	must(c.t, err)
	_ = c.conn.Write(context.Background(), websocket.MessageText, b) // where it is closed, the test sees that
}

// hear takes what the server sends.
func (c *caller) hear() {
	defer close(c.over)
	for {
		kind, b, err := c.conn.Read(context.Background())
		if err != nil {
			c.code = websocket.CloseStatus(err)
			return
		}
		c.mu.Lock()
		if kind == websocket.MessageBinary {
			c.sound(b)
		} else {
			c.word(b)
		}
		c.mu.Unlock()
		select {
		case c.news <- true:
		default:
		}
	}
}

func (c *caller) sound(b []byte) {
	gen := int(binary.LittleEndian.Uint16(b[2:]))
	if gen != c.gen {
		c.gen, c.queue, c.played, c.last = gen, 0, 0, false
	}
	c.queue += time.Duration(len(b)-8) * time.Millisecond / agentBytes
	c.last = c.last || b[1]&1 != 0
}

func (c *caller) word(b []byte) {
	var f spoken
	if err := json.Unmarshal(b, &f); err != nil {
		c.t.Error(err)
	}
	switch f.Type {
	case "ping":
		return
	case "flush":
		c.queue, c.last = 0, false
	case "resume":
		c.gen, c.played, c.last = f.Gen, time.Duration(f.FromMS)*time.Millisecond, false
	}
	c.got = append(c.got, f)
}

// speak sends the microphone: silence, or what is to be said.
func (c *caller) speak() {
	tick := time.NewTicker(frameTime)
	defer tick.Stop()
	for {
		select {
		case <-c.over:
			return
		case <-tick.C:
		}
		c.mu.Lock()
		b := c.frame()
		quiet := c.quiet
		c.mu.Unlock()
		if !quiet {
			_ = c.conn.Write(context.Background(), websocket.MessageBinary, b)
		}
	}
}

func (c *caller) frame() []byte {
	samples := make([]int16, frameSamples)
	n := copy(samples, c.mouth)
	c.mouth = c.mouth[n:]
	b := []byte{1, 0, 0, 0}
	b = binary.LittleEndian.AppendUint32(b, c.seq)
	c.seq++
	return pcm.AppendBytes(b, samples)
}

// play plays what came, and tells how far it is.
func (c *caller) play() {
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		select {
		case <-c.over:
			return
		case <-tick.C:
		}
		c.mu.Lock()
		d := min(c.queue, reportEvery)
		c.queue, c.played = c.queue-d, c.played+d
		gen, played, done := c.gen, c.played, c.last && c.queue == 0
		c.mu.Unlock()
		switch {
		case done:
			c.mu.Lock()
			c.last = false
			c.mu.Unlock()
			c.send(map[string]any{"type": "playback", "gen": gen, "played_ms": played.Milliseconds()})
			c.send(map[string]any{"type": "playback_done", "gen": gen})
		case d > 0:
			c.send(map[string]any{"type": "playback", "gen": gen, "played_ms": played.Milliseconds()})
		}
	}
}

// say speaks an answer, and the server's scribe know what it will be.
func (c *caller) say(text string) {
	all, err := voices()
	must(c.t, err)
	c.w.scribe.listenFor(text, all[text])
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mouth = append(c.mouth, all[text]...)
}

// until waits for the next frame of that type that fits, and passes over the
// others.
func (c *caller) until(kind string, fits ...func(spoken) bool) spoken {
	c.t.Helper()
	patience := time.NewTimer(2 * time.Minute)
	defer patience.Stop()
	for {
		c.mu.Lock()
		for c.seen < len(c.got) {
			f := c.got[c.seen]
			c.seen++
			if f.Type == kind && (len(fits) == 0 || fits[0](f)) {
				c.mu.Unlock()
				return f
			}
		}
		c.mu.Unlock()
		select {
		case <-c.news:
		case <-c.over:
			c.t.Fatalf("waiting for %s, the socket closed with %d; %s", kind, c.code, c)
		case <-patience.C:
			c.t.Fatalf("waiting for %s; %s", kind, c)
		}
	}
}

// state waits until the conversation stands there.
func (c *caller) state(name string) {
	c.t.Helper()
	c.until("state", func(f spoken) bool { return f.Name == name })
}

// closed waits until the socket is, and returns why.
func (c *caller) closed() websocket.StatusCode {
	c.t.Helper()
	select {
	case <-c.over:
	case <-time.After(20 * time.Minute):
		c.t.Fatalf("it is not closed; %s", c)
	}
	return c.code
}

// String is what came, for whoever wonders.
func (c *caller) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	b.WriteString("it got")
	for _, f := range c.got {
		b.WriteString(" " + f.Type + "(" + f.Name + f.Code + f.Text + f.Reason + ")")
	}
	return b.String()
}

// agree gives consent to a spoken interview, and waits until it is asked.
func (c *caller) agree(record bool) spoken {
	c.t.Helper()
	c.state("consent")
	c.send(map[string]any{"type": "consent", "accepted": true, "mode": "voice", "record": record})
	first := c.until("agent_turn")
	c.state("listening")
	return first
}

// answer speaks, and waits until that is stored and the next question was asked.
func (c *caller) answer(text string) (user, agent spoken) {
	c.t.Helper()
	c.say(text)
	user = c.until("user_turn")
	agent = c.until("agent_turn")
	return user, agent
}
