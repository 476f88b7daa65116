package providertest

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Options is how fast the services are. The zero value answers at once.
type Options struct {
	Hear      time.Duration // a transcript
	FirstWord time.Duration // the first token of a chat model
	NextWord  time.Duration // each one after it
	Speak     time.Duration // the first sound
	Forget    bool          // requests are not kept: a benchmark makes too many
}

// Usual is what hosted services take, for measuring what the program adds.
var Usual = Options{Hear: 150 * time.Millisecond, FirstWord: 200 * time.Millisecond, NextWord: 10 * time.Millisecond, Speak: 120 * time.Millisecond}

// Rate is that of the sound, in samples a second.
const Rate = 24000

// Server is the services. Its methods may be called while it serves.
type Server struct {
	*httptest.Server
	o Options

	mu       sync.Mutex
	said     []string
	objects  []string
	faults   []Fault
	requests []Request
	arrived  chan struct{}
	sockets  []*websocket.Conn
}

// Request is one that came in.
type Request struct {
	Path   string
	Header http.Header
	Form   map[string]string // of a transcription, without the file
	File   string            // its name
	Audio  int               // bytes of the file
	Body   []byte            // of the others
}

// Start serves until Close. The base URL for a provider is its field URL.
func Start(o Options) *Server {
	s := &Server{o: o, arrived: make(chan struct{}, 4096)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/audio/transcriptions", s.hear)
	mux.HandleFunc("POST /v1/audio/speech", s.speak)
	mux.HandleFunc("POST /v1/chat/completions", s.word)
	mux.HandleFunc("GET /v1/listen", s.listen)
	s.Server = httptest.NewServer(mux)
	return s
}

// Say queues what the next recordings say; after that each says "".
func (s *Server) Say(texts ...string) { s.add(&s.said, texts) }

// Word queues the next answers of the chat model; after that each is {}.
func (s *Server) Word(answers ...string) { s.add(&s.objects, answers) }

func (s *Server) add(to *[]string, texts []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*to = append(*to, texts...)
}

// Arrived receives once for each request, when it is there.
func (s *Server) Arrived() <-chan struct{} { return s.arrived }

// Requests are all that came in, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

func (s *Server) next(from *[]string, otherwise string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(*from) == 0 {
		return otherwise
	}
	text := (*from)[0]
	*from = (*from)[1:]
	return text
}

// took notes a request and tells the fault that it meets.
func (s *Server) took(r Request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.o.Forget {
		s.requests = append(s.requests, r)
	}
	select {
	case s.arrived <- struct{}{}:
	default: // nobody counts them
	}
	if len(s.faults) == 0 {
		return Fault{}
	}
	f := s.faults[0]
	s.faults = s.faults[1:]
	return f
}

// wait is a delay that ends with the request.
func wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return r.Context().Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (s *Server) hear(w http.ResponseWriter, r *http.Request) {
	q := Request{Path: r.URL.Path, Header: r.Header, Form: map[string]string{}}
	form, err := r.MultipartReader()
	for err == nil {
		part, e := form.NextPart()
		if err = e; err != nil {
			break
		}
		b, e := io.ReadAll(part)
		if err = e; part.FileName() != "" {
			q.File, q.Audio, q.Body = part.FileName(), len(b), b
		} else {
			q.Form[part.FormName()] += string(b)
		}
	}
	if err != io.EOF {
		http.Error(w, "no form", http.StatusBadRequest)
		return
	}
	if s.took(q).happens(w, r) || !wait(r, s.o.Hear) {
		return
	}
	text := s.next(&s.said, "")
	if q.Form["stream"] == "true" {
		s.streamText(w, text)
		return
	}
	reply(w, map[string]any{"text": text, "segments": []map[string]any{{"text": text, "start": 0, "end": float64(q.Audio-44) / 32000, "no_speech_prob": 0.01}}})
}

func (s *Server) streamText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/event-stream")
	for _, word := range strings.SplitAfter(text, " ") {
		event(w, map[string]any{"type": "transcript.text.delta", "delta": word})
	}
	event(w, map[string]any{"type": "transcript.text.done", "text": text})
}

// speak answers with a tone of 60 ms a character.
func (s *Server) speak(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var asked struct{ Input string }
	if err != nil || json.Unmarshal(body, &asked) != nil {
		http.Error(w, "no object", http.StatusBadRequest)
		return
	}
	if s.took(Request{Path: r.URL.Path, Header: r.Header, Body: body}).happens(w, r) || !wait(r, s.o.Speak) {
		return
	}
	w.Header().Set("Content-Type", "audio/pcm")
	tone := Tone(time.Duration(len([]rune(asked.Input))) * 60 * time.Millisecond)
	for len(tone) > 0 && r.Context().Err() == nil {
		n := min(4801, len(tone)) // an odd number: pieces end inside of samples
		if _, err := w.Write(tone[:n]); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		tone = tone[n:]
	}
}

// Tone is that sound: 440 Hz at a quarter of the loudest.
func Tone(d time.Duration) []byte {
	b := make([]byte, 0, 2*int(d.Seconds()*Rate))
	for i := range int(d.Seconds() * Rate) {
		v := int16(8000 * math.Sin(2*math.Pi*440*float64(i)/Rate))
		b = append(b, byte(v), byte(uint16(v)>>8))
	}
	return b
}

func (s *Server) word(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	if s.took(Request{Path: r.URL.Path, Header: r.Header, Body: body}).happens(w, r) || !wait(r, s.o.FirstWord) {
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for _, token := range strings.SplitAfter(s.next(&s.objects, "{}"), " ") {
		event(w, map[string]any{"choices": []any{map[string]any{"index": 0, "delta": map[string]any{"content": token}, "finish_reason": nil}}})
		if !wait(r, s.o.NextWord) {
			return
		}
	}
	event(w, map[string]any{"choices": []any{map[string]any{"index": 0, "delta": map[string]any{}, "finish_reason": "stop"}}})
	fmt.Fprint(w, "data: [DONE]\n\n")
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write(b) // nobody is there to read it, then
}

func event(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(w, "data: %s\n\n", b)
	w.(http.Flusher).Flush()
}
