package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Deepgram is a [Listener] over the socket of Deepgram, or of a server that
// speaks like it.
type Deepgram struct {
	URL   string // "" is theirs; else like wss://host, with or without /v1
	Key   Secret
	Model string        // "" is nova-3
	HTTP  *http.Client  // nil: the default, which follows no redirect
	Alive time.Duration // between signs of life while nothing is written; 0: 4 s. It must be below 10 s
	Late  time.Duration // after Finalize: what is known by then is all; 0: 700 ms
}

const (
	deepgramName  = "The speech-to-text service (Deepgram)"
	longestResult = 256 << 10
	longestTurn   = 20_000 // bytes of text between two Finalize
	sendLimit     = 5 * time.Second
)

// Listen implements [Listener]. The session ends with ctx.
func (d *Deepgram) Listen(ctx context.Context, language string) (Session, error) {
	address, err := d.address(language)
	if err != nil {
		return nil, err
	}
	c := d.HTTP
	if c == nil {
		c = client
	}
	conn, answer, err := websocket.Dial(ctx, address, &websocket.DialOptions{
		HTTPClient: c, HTTPHeader: http.Header{"Authorization": {"Token " + string(d.Key)}}, CompressionMode: websocket.CompressionDisabled,
	})
	switch {
	case err != nil && answer != nil && answer.StatusCode != http.StatusSwitchingProtocols:
		return nil, refused(deepgramName, answer)
	case err != nil:
		return nil, unreachable(ctx, deepgramName, err)
	}
	conn.SetReadLimit(longestResult)
	ctx, cancel := context.WithCancel(ctx)
	s := &deepgramSession{conn: conn, ctx: ctx, cancel: cancel, late: cmp.Or(d.Late, 700*time.Millisecond),
		results: make(chan Heard, 64), asked: make(chan struct{}, 1)}
	go s.gather()
	go s.stayAlive(d.Alive)
	return s, nil
}

func (d *Deepgram) address(language string) (string, error) {
	base := d.URL
	if base == "" {
		base = "wss://api.deepgram.com"
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return "", wrong(deepgramName, "has no usable URL: write it like wss://host")
	}
	if !strings.HasSuffix(u.Path, "/listen") {
		u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/v1") + "/v1/listen"
	}
	q := url.Values{"model": {d.Model}, "encoding": {"linear16"}, "sample_rate": {"16000"}, "channels": {"1"}, "interim_results": {"true"},
		"endpointing": {"300"}, "utterance_end_ms": {"1000"}, "vad_events": {"true"}, "punctuate": {"true"}}
	if d.Model == "" {
		q.Set("model", "nova-3")
	}
	if language != "" {
		q.Set("language", language)
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// deepgramSession is one socket. Writes come from one goroutine and the signs
// of life from another, so they take turns.
type deepgramSession struct {
	conn    *websocket.Conn
	ctx     context.Context
	cancel  context.CancelFunc
	late    time.Duration
	results chan Heard
	asked   chan struct{} // Finalize was sent

	mu    sync.Mutex
	wrote time.Time
	err   error
	ended bool
}

func (s *deepgramSession) Results() <-chan Heard { return s.results }

func (s *deepgramSession) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *deepgramSession) Write(pcm []byte) error { return s.send(websocket.MessageBinary, pcm) }

func (s *deepgramSession) Finalize() error {
	if err := s.send(websocket.MessageText, []byte(`{"type":"Finalize"}`)); err != nil {
		return err
	}
	select {
	case s.asked <- struct{}{}:
	default: // it is waited for already
	}
	return nil
}

func (s *deepgramSession) send(kind websocket.MessageType, b []byte) error {
	ctx, cancel := context.WithTimeout(s.ctx, sendLimit)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return unavailable(deepgramName, "has ended this session", nil)
	}
	if err := s.conn.Write(ctx, kind, b); err != nil {
		return unreachable(s.ctx, deepgramName, err)
	}
	s.wrote = time.Now()
	return nil
}

// Close tells the service that nothing follows, and does not wait for it.
func (s *deepgramSession) Close() error {
	err := s.send(websocket.MessageText, []byte(`{"type":"CloseStream"}`))
	s.mu.Lock()
	closed := s.ended
	s.ended = true
	s.mu.Unlock()
	s.cancel()
	if closed {
		return nil
	}
	_ = s.conn.CloseNow() // what it says to that is of no interest
	return err
}

// stayAlive keeps a session open in which nobody speaks: without a sign of life
// in ten seconds it is closed.
func (s *deepgramSession) stayAlive(every time.Duration) {
	if every <= 0 {
		every = 4 * time.Second
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		idle := time.Since(s.wrote) >= every
		s.mu.Unlock()
		if idle && s.send(websocket.MessageText, []byte(`{"type":"KeepAlive"}`)) != nil {
			return // the reader learns of it and says so
		}
	}
}

// gather makes results of messages until the socket ends. A Finalize that the
// service does not answer, since nothing was left to write down, is answered
// with what is known.
func (s *deepgramSession) gather() {
	defer close(s.results)
	defer s.cancel()
	messages := make(chan []byte)
	go s.read(messages)
	var sum gathered
	var late <-chan time.Time
	for {
		var h Heard
		var ok bool
		select {
		case <-s.asked:
			late = time.After(s.late)
		case <-late:
			h, ok = sum.all(), true
		case b, open := <-messages:
			if !open {
				return
			}
			h, ok = sum.take(b)
		}
		if h.Final {
			late = nil
		}
		if !ok {
			continue
		}
		select {
		case s.results <- h:
		case <-s.ctx.Done():
		}
	}
}

// read passes messages on, and closes the channel when the socket ends.
func (s *deepgramSession) read(messages chan<- []byte) {
	defer close(messages)
	for {
		kind, b, err := s.conn.Read(s.ctx)
		if err != nil {
			s.over(err)
			return
		}
		if kind == websocket.MessageText {
			messages <- b
		}
	}
}

func (s *deepgramSession) over(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var closed websocket.CloseError
	if !s.ended && !(errors.As(err, &closed) && closed.Code == websocket.StatusNormalClosure) {
		s.err = unavailable(deepgramName, "ended the session; it is asked again", nil)
	}
	s.ended = true
}

// gathered is the text since the last Finalize: what is certain, and what may
// still change.
type gathered struct{ certain, latest string }

// all is what is known, as the answer to a Finalize.
func (g *gathered) all() Heard {
	h := Heard{Text: g.latest, Final: true}
	*g = gathered{}
	return h
}

// take reads a message; false where it says nothing about words.
func (g *gathered) take(b []byte) (Heard, bool) {
	var m struct {
		Type     string `json:"type"`
		IsFinal  bool   `json:"is_final"`
		Finalize bool   `json:"from_finalize"`
		Channel  struct {
			Alternatives list[struct {
				Transcript text `json:"transcript"`
			}] `json:"alternatives"`
		} `json:"channel"`
	}
	if json.Unmarshal(b, &m) != nil || m.Type != "Results" {
		return Heard{}, false
	}
	piece := ""
	if len(m.Channel.Alternatives) > 0 {
		piece = clean(string(m.Channel.Alternatives[0].Transcript))
	}
	sum := strings.TrimSpace(g.certain + " " + piece)
	if len(sum) > longestTurn {
		sum = clean(sum[:longestTurn])
	}
	g.latest = sum
	if m.IsFinal {
		g.certain = sum
	}
	if m.Finalize {
		return g.all(), true
	}
	return Heard{Text: sum}, piece != ""
}
