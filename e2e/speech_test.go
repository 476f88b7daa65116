package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/pcm/pcmtest"
)

const (
	micRate   = 16000 // samples a second of what the program hears
	voiceRate = 24000 // and of what it says
)

// utterance is a sentence and its sound.
type utterance struct {
	text  string
	sound []int16 // at micRate
}

// utterances are texts as somebody says them.
func utterances(t *testing.T, texts ...string) (all []utterance) {
	t.Helper()
	for _, text := range texts {
		sound, err := pcmtest.Say(text, "en-us+m3", micRate)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, utterance{text, sound})
	}
	return all
}

// speech is a speech server as OpenAI's: it says what it is given with another
// voice than the participant's, and knows what is said by comparing the sound
// with that of the answers: what it hears is the answer, or it hears nothing.
type speech struct {
	*httptest.Server

	mu     sync.Mutex
	known  []utterance
	heard  []string
	least  float64 // the worst likeness of an answer that was recognised
	failed int     // requests answered with 500
	fail   int     // requests still to fail
}

func newSpeech(t *testing.T, known []utterance) *speech {
	s := &speech{known: known, least: 1}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/audio/transcriptions", s.transcribe)
	mux.HandleFunc("POST /v1/audio/speech", s.speak)
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// settings let a program use it.
func (s *speech) settings() []string {
	return []string{"USERCALL_STT_URL=" + s.URL + "/v1", "USERCALL_STT_MODEL=ears", "USERCALL_TTS_URL=" + s.URL + "/v1",
		"USERCALL_TTS_MODEL=mouth", "USERCALL_TTS_VOICE=someone"}
}

// breakDown lets the next requests fail.
func (s *speech) breakDown(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = n
}

func (s *speech) broken(w http.ResponseWriter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail == 0 {
		return false
	}
	s.fail--
	s.failed++
	http.Error(w, "<html>out of order</html>", http.StatusInternalServerError)
	return true
}

func (s *speech) transcribe(w http.ResponseWriter, r *http.Request) {
	if s.broken(w) {
		return
	}
	file, _, err := r.FormFile("file")
	if err != nil {
		http.Error(w, "no file", http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(file)
	if err != nil {
		return // whoever asked is gone
	}
	sound, err := pcmtest.Samples(body, micRate)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer := map[string]any{"text": s.recognise(sound), "language": "english", "duration": float64(len(sound)) / micRate}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // whoever asked may be gone
}

// recognise finds the answers in a sound, in the order in which they were said.
func (s *speech) recognise(sound []int16) string {
	text := ""
	for rest := sound; ; {
		best, at, like := -1, 0, 0.0
		for i, u := range s.known {
			if a, l := pcmtest.Find(u.sound, rest); l > like {
				best, at, like = i, a, l
			}
		}
		if like < 0.8 {
			break
		}
		u := s.known[best]
		if text != "" {
			text += " "
		}
		text += u.text
		s.note(u.text, like)
		rest = rest[min(at+len(u.sound), len(rest)):]
	}
	return text
}

func (s *speech) note(text string, like float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, text)
	s.least = min(s.least, like)
}

// all is what was recognised, attempts included.
func (s *speech) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.heard)
}

func (s *speech) speak(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Input          string `json:"input"`
		ResponseFormat string `json:"response_format"`
	}
	if s.broken(w) {
		return
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.ResponseFormat != "pcm" {
		http.Error(w, fmt.Sprintf("format %q, %v", asked.ResponseFormat, err), http.StatusBadRequest)
		return
	}
	sound, err := pcmtest.Say(asked.Input, "en-us+f3", voiceRate)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "audio/pcm")
	_, _ = w.Write(pcm.AppendBytes(nil, sound)) // whoever asked may be gone
}
