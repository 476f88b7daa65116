package participant_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/pcm/pcmtest"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/provider/providertest"
	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/web/assets"
	"github.com/usercall/usercall/internal/web/participant"
)

// spokenAnswers are said in the tests, by espeak-ng.
var spokenAnswers = []string{
	"The export to our accounting tool broke in March and nobody could tell us why it had stopped.",
	"We had to copy every invoice by hand into a spreadsheet on Friday evening.",
	"My manager wanted one tool instead of two and that settled it for all of us.",
}

// voices are the answers as sound, at the rate of a microphone.
var voices = sync.OnceValues(func() (map[string][]int16, error) {
	all := map[string][]int16{}
	for _, text := range spokenAnswers {
		sound, err := pcmtest.Say(text, "en", 16000)
		if err != nil {
			return nil, err
		}
		all[text] = sound
	}
	return all, nil
})

// scribe is a speech-to-text server that knows what is being said, and writes down
// as many of its words as it gets of its sound.
type scribe struct {
	mu     sync.Mutex
	text   string
	energy float64
	asked  int
	status int // to answer with, where it does not work
}

func (e *scribe) listenFor(text string, sound []int16) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.text, e.energy = text, energy(sound)
}

func (e *scribe) fail(status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status = status
}

func (e *scribe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, _, err := r.FormFile("file")
	if err != nil {
		http.Error(w, "no file", http.StatusBadRequest)
		return
	}
	wav, _ := io.ReadAll(file)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.asked++; e.status != 0 {
		http.Error(w, "broken", e.status)
		return
	}
	words := strings.Fields(e.text)
	var d pcm.Decoder
	share := min(energy(d.Append(nil, wav[44:]))/max(e.energy, 1), 1)
	text := strings.Join(words[:int(share*float64(len(words))+0.5)], " ")
	_ = json.NewEncoder(w).Encode(map[string]any{"text": text})
}

func energy(samples []int16) (sum float64) {
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return sum
}

// speech is participant.Sessions with services that are reached in memory.
type speech struct {
	stt     provider.STT
	tts     provider.TTS
	budget  func(ctx context.Context, seconds int) error
	err     error
	mu      sync.Mutex
	started []session.Config
	ended   []*interview.Record
}

func (s *speech) Session(_ context.Context, _ *interview.Record, c session.Config) (*session.Session, func(context.Context, *interview.Record), error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.STT, c.TTS, c.Budget = s.stt, s.tts, s.budget
	s.started = append(s.started, c)
	return session.New(c), func(_ context.Context, rec *interview.Record) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ended = append(s.ended, rec)
	}, s.err
}

func (s *speech) sessions() (started, ended int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.started), len(s.ended)
}

// spokenWorld is a world with a surface that hears and speaks, all of it in
// memory, so that a test's own time passes.
type spokenWorld struct {
	*world
	scribe  *scribe
	speech  *speech
	pipes   *pipes
	surface *participant.Surface
	// For the next serve: how many may be spoken, and whether there are no services.
	mostSpoken int
	silent     bool
}

// newSpokenWorld must be called in the test's bubble. What the study offers is
// voice, text or choice.
func newSpokenWorld(t *testing.T, target, offers string, tts http.Handler) *spokenWorld {
	t.Helper()
	w := &spokenWorld{world: newWorld(t, target), scribe: &scribe{}}
	w.room.Voice, w.room.Recordings = true, true
	w.offer(offers)
	services := http.NewServeMux()
	services.Handle("POST /v1/audio/transcriptions", w.scribe)
	services.Handle("POST /v1/audio/speech", tts)
	client := inMemory(t, services)
	openai := &provider.OpenAI{Name: "The speech service", URL: "http://speech.test/v1", Model: "small", HTTP: client}
	w.speech = &speech{stt: openai, tts: openai}
	w.serve(t)
	return w
}

// offer is what the study offers from now on.
func (w *spokenWorld) offer(mode string) {
	w.room.Plan = func([]byte) (interview.Plan, error) {
		return interview.Plan{GuideID: "cancellation", Minutes: 4, Mode: mode, Record: true}, nil
	}
}

// serve starts a server on the store, as after a restart.
func (w *spokenWorld) serve(t *testing.T) {
	t.Helper()
	public := &url.URL{Scheme: "http", Host: "usercall.test"}
	c := participant.Config{Room: w.room, PublicURL: public, Asset: assets.URL, Log: w.room.Log, MostSpoken: w.mostSpoken,
		Sessions: w.speech, Speech: participant.Speech{Kind: participant.VoiceServer, Recordings: true}}
	if w.silent {
		c.Sessions, c.Speech.Kind = nil, participant.VoiceBrowser
	}
	w.surface = participant.New(c)
	w.pipes = &pipes{ready: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{Handler: w.surface}
	go server.Serve(w.pipes)
	surface := w.surface
	t.Cleanup(func() {
		must(t, surface.Shutdown(context.Background()))
		must(t, server.Close())
	})
}

func inMemory(t *testing.T, h http.Handler) *http.Client {
	p := &pipes{ready: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{Handler: h}
	go server.Serve(p)
	transport := &http.Transport{DialContext: p.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		must(t, server.Close())
	})
	return &http.Client{Transport: transport}
}

// eachSpoken runs a test in a bubble, with an own time.
func eachSpoken(t *testing.T, test func(t *testing.T, w *spokenWorld)) {
	t.Helper()
	t.Parallel()
	said, err := voices()
	if err != nil || len(said) == 0 {
		t.Fatalf("espeak-ng speaks for the participant; make deps installs it: %v", err)
	}
	voice := providertest.Start(providertest.Options{Speak: 120 * time.Millisecond}) // only its handler is used
	t.Cleanup(voice.Close)
	target := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) { test(t, newSpokenWorld(t, target, "choice", voice.Config.Handler)) })
}
