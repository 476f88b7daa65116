package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/mewkiz/flac"

	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/provider/providertest"
	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

// answer is what the recogniser understands, whatever is said.
const answer = "we could not find the export button any more"

// ideal is what the three services take one after the other: a transcript, a line
// of one token, and the first sound.
var ideal = providertest.Usual.Hear + providertest.Usual.FirstWord + providertest.Usual.NextWord + providertest.Usual.Speak

// world is what all sessions share: the services, and something to say.
type world struct {
	services *providertest.Server
	http     *http.Client
	stt, tts *provider.OpenAI
	chat     *provider.OpenAI
	speech   []int16 // it begins with a word
}

func newWorld() (*world, error) {
	speech, err := recorded()
	if err != nil {
		return nil, err
	}
	usual := providertest.Usual
	usual.Forget = true
	s := providertest.Start(usual)
	all := make([]string, 100_000)
	for i := range all {
		all[i] = answer
	}
	s.Say(all...)
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 512}}
	service := func(name string) *provider.OpenAI {
		return &provider.OpenAI{Name: name, URL: s.URL, Model: "any", Voice: "any", HTTP: c}
	}
	return &world{services: s, http: c, stt: service("The recogniser"), tts: service("The voice"), chat: service("The model"), speech: speech}, nil
}

func (w *world) close() {
	w.http.CloseIdleConnections()
	w.services.Close()
}

// recorded is speech with pauses, of the tests of the voice detector.
func recorded() ([]int16, error) {
	dir, err := root()
	if err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(dir, "internal/voice/vad/testdata/speech.flac"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	stream, err := flac.New(f)
	if err != nil {
		return nil, err
	}
	var out []int16
	for uint64(len(out)) < stream.Info.NSamples {
		frame, err := stream.ParseNext()
		if err != nil {
			return nil, err
		}
		for _, s := range frame.Subframes[0].Samples {
			if len(out) > 0 || s > 500 || s < -500 {
				out = append(out, int16(s))
			} else {
				stream.Info.NSamples--
			}
		}
	}
	return out, nil
}

// thinks is an interview whose lines a model words, of which nothing is stored.
type thinks struct {
	chat provider.Chat
	line string
	mu   sync.Mutex
	n    int
}

func (m *thinks) Reply(ctx context.Context, a session.Ask) (*session.Reply, error) {
	if _, err := m.chat.Object(ctx, provider.Question{System: "Ask on.", Messages: []provider.Message{{Role: "user", Content: a.Text}}}); err != nil {
		return nil, err
	}
	return &session.Reply{Text: m.line, Question: m.line, Open: true}, nil
}

func (m *thinks) Store(_ context.Context, s session.Said, r *session.Reply) (k session.Kept, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.Text != "" {
		m.n++
		k.Heard = &session.Stored{Turn: m.n, ID: s.ID, Text: s.Text}
	}
	if r != nil {
		m.n++
		k.Says = &session.Stored{Turn: m.n, Text: r.Text}
	}
	return k, nil
}

func (m *thinks) Over(context.Context, turn.Reason) (session.Kept, error) {
	return session.Kept{Reason: "over"}, nil
}

// timed is a recogniser that remembers when it answered last.
type timed struct {
	provider.STT
	mu sync.Mutex
	at time.Time
}

func (t *timed) Transcribe(ctx context.Context, r provider.Recording) (provider.Transcript, error) {
	out, err := t.STT.Transcribe(ctx, r)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.at = time.Now()
	return out, err
}

func (t *timed) last() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.at
}

// control makes the calls of an exchange with nothing around them.
func (w *world) control(ctx context.Context, sound []byte) (time.Duration, error) {
	begun := time.Now()
	t, err := w.stt.Transcribe(ctx, provider.Recording{PCM: sound, Rate: 16000, Partial: func(string) {}})
	if err != nil {
		return 0, err
	}
	if t.Text != answer {
		return 0, fmt.Errorf("the recogniser understood %q", t.Text)
	}
	if _, err := w.chat.Object(ctx, provider.Question{System: "Ask on.", Messages: []provider.Message{{Role: "user", Content: t.Text}}}); err != nil {
		return 0, err
	}
	s, err := w.tts.Speak(ctx, provider.Line{Text: "And then?"})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if _, err := s.Read(make([]byte, 8<<10)); err != nil {
		return 0, err
	}
	return time.Since(begun), nil
}
