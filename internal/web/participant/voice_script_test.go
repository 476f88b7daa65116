package participant_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/web/assets"
	"github.com/usercall/usercall/internal/web/participant"
)

// script is the other end of a spoken interview's socket, played by a test: the
// page, its headers and its tickets are real.
type script struct {
	*world
	t     *testing.T
	heard chan heard
	came  chan struct{} // sound

	mu    sync.Mutex
	conn  *websocket.Conn
	mode  string // of the interview, once somebody has consented
	sound []micFrame
	hello heard // the first frame of the last connection
}

// heard is a text frame of the page.
type heard struct {
	Type, Mode, Text, ID string
	Accepted, Record, On bool
	Voice, AEC           bool
	After, Gen, Turn     int
	Rate, PlayedMS       float64
	at                   time.Time
}

func (h *heard) UnmarshalJSON(b []byte) error {
	type plain heard
	var f struct {
		*plain
		PlayedMS float64 `json:"played_ms"`
	}
	f.plain = (*plain)(h)
	err := json.Unmarshal(b, &f)
	h.PlayedMS = f.PlayedMS
	return err
}

// micFrame is a binary frame of the page.
type micFrame struct {
	kind, flags byte
	gen         uint16
	seq         uint32
	pcm         []int16
	at          time.Time
}

// newScript serves a study that offers what mode says, on an installation with
// that much speech.
func newScript(t *testing.T, mode string, speech participant.Speech) *script {
	t.Helper()
	w := newWorld(t, storetest.SQLite(t))
	w.room.Voice, w.room.Recordings = true, true
	w.room.Plan = func([]byte) (interview.Plan, error) {
		return interview.Plan{GuideID: "cancellation", Minutes: 4, Mode: mode, Record: true}, nil
	}
	s := &script{world: w, t: t, heard: make(chan heard, 1000), came: make(chan struct{}, 1)}
	server := httptest.NewUnstartedServer(nil)
	w.network = &network{Listener: server.Listener, open: map[net.Conn]bool{}}
	server.Listener = w.network
	w.url = "http://" + server.Listener.Addr().String()
	public, err := url.Parse(w.url)
	must(t, err)
	w.Surface = participant.New(participant.Config{Room: w.room, PublicURL: public, Asset: assets.URL, Log: w.room.Log, Speech: speech})
	mux := http.NewServeMux()
	mux.Handle("/", withAssets(w.Surface))
	mux.HandleFunc("GET /i/socket", s.serve)
	mux.HandleFunc("GET /frame", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<iframe allow="microphone 'none'" width="700" height="900" src="%s"></iframe>`, r.URL.RawQuery)
	})
	server.Config.Handler = mux
	server.Start()
	t.Cleanup(server.Close)
	return s
}

// serve greets like the server does, and keeps what comes.
func (s *script) serve(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"usercall.interview.v1"}})
	if err != nil {
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(64 << 10)
	s.mu.Lock()
	s.conn = conn
	s.mu.Unlock()
	for {
		kind, b, err := conn.Read(context.Background())
		if err != nil {
			return
		}
		if kind == websocket.MessageBinary {
			s.keep(b)
			continue
		}
		f := heard{at: time.Now()}
		if json.Unmarshal(b, &f) != nil {
			continue
		}
		s.answer(f)
		s.heard <- f
	}
}

// answer is what any server says to these frames.
func (s *script) answer(f heard) {
	s.mu.Lock()
	if f.Type == "consent" && f.Accepted {
		s.mode = f.Mode
	}
	if f.Type == "hello" {
		s.hello = f
	}
	mode := s.mode
	s.mu.Unlock()
	if f.Type != "hello" {
		return
	}
	s.send(map[string]any{"type": "ready", "mode": mode, "voice": s.Speech.Kind, "in_rate": 16000, "out_rate": 24000,
		"limits": map[string]any{"answer_chars": 10000}})
	if mode == "" {
		s.state("consent")
	}
}

func (s *script) keep(b []byte) {
	if len(b) < 8 || len(b)%2 != 0 {
		s.t.Errorf("a binary frame of %d bytes", len(b))
		return
	}
	f := micFrame{b[0], b[1], binary.LittleEndian.Uint16(b[2:]), binary.LittleEndian.Uint32(b[4:]), make([]int16, len(b)/2-4), time.Now()}
	for i := range f.pcm {
		f.pcm[i] = int16(binary.LittleEndian.Uint16(b[8+2*i:]))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sound = append(s.sound, f)
	select {
	case s.came <- struct{}{}:
	default: // whoever waits is told already
	}
}

// wait waits until what comes as sound makes it true.
func (s *script) wait(what func() bool) {
	s.t.Helper()
	for late := time.After(30 * time.Second); !what(); {
		select {
		case <-s.came:
		case <-late:
			s.t.Fatal("it did not come about in 30 s")
		}
	}
}

// first is what the last connection began with.
func (s *script) first() heard {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hello
}

// frames are the binary frames so far.
func (s *script) frames() []micFrame {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sound
}

// until waits for a text frame of that type.
func (s *script) until(kind string) heard {
	s.t.Helper()
	late := time.After(30 * time.Second)
	for {
		select {
		case f := <-s.heard:
			if f.Type == kind {
				return f
			}
		case <-late:
			s.t.Fatalf("the page sent no %s", kind)
		}
	}
}

func (s *script) send(v any) {
	s.t.Helper()
	b, err := json.Marshal(v)
	must(s.t, err)
	s.write(websocket.MessageText, b)
}

// write does not fail the test: a connection may be cut on purpose.
func (s *script) write(kind websocket.MessageType, b []byte) {
	s.mu.Lock()
	conn := s.conn
	s.mu.Unlock()
	if err := conn.Write(context.Background(), kind, b); err != nil {
		s.t.Logf("writing to the page: %v", err)
	}
}

func (s *script) state(name string) { s.send(map[string]any{"type": "state", "name": name}) }

// say sends a line with its sound, all at once: as long as it takes, of a tone.
func (s *script) say(turn, gen int, text string, length time.Duration) {
	s.send(map[string]any{"type": "agent_turn", "turn": turn, "gen": gen, "text": text, "question": text, "progress": 0.2, "spoken": length > 0})
	s.state("speaking")
	s.tone(gen, 0, length)
}

// tone is the sound of a line, from a place in it.
func (s *script) tone(gen int, from, length time.Duration) {
	const rate, piece = 24000, 1920
	first, total := int(from.Seconds()*rate), int(length.Seconds()*rate)
	for seq := uint32(0); first < total; seq++ {
		n := min(piece, total-first)
		b := make([]byte, 8+2*n)
		b[0] = 2
		if first+n == total {
			b[1] = 1
		}
		binary.LittleEndian.PutUint16(b[2:], uint16(gen))
		binary.LittleEndian.PutUint32(b[4:], seq)
		for i := range n {
			v := int16(8000 * math.Sin(2*math.Pi*440*float64(first+i)/rate))
			binary.LittleEndian.PutUint16(b[8+2*i:], uint16(v))
		}
		s.write(websocket.MessageBinary, b)
		first += n
	}
}
