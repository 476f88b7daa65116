package provider_test

import (
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/provider/providertest"
)

// FuzzTranscript: whatever a server answers is text in one line with times
// inside of the recording, or an error.
func FuzzTranscript(f *testing.F) {
	f.Add("application/json", `{"text":" It broke.","words":[{"word":"It","start":"0.5","end":1}],"segments":[{"start":0,"end":1e9}]}`)
	f.Add("text/event-stream", "data: {\"type\":\"transcript.text.delta\",\"delta\":\"It\"}\n\ndata: [DONE]\n\n")
	f.Add("text/plain", "It broke.\x00\xff")
	f.Add("application/json", `[{"text":"a"}]`)
	s := providertest.Start(providertest.Options{})
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, kind, body string) {
		if strings.ContainsAny(kind, "\r\n\x00") || kind == "" {
			return
		}
		p := &provider.OpenAI{Name: "It", URL: s.URL, Model: "whisper-1"}
		s.Break(providertest.Fault{Status: 200, Type: kind, Body: body})
		got, err := p.Transcribe(t.Context(), three)
		if err != nil {
			return
		}
		if !utf8.ValidString(got.Text) || strings.ContainsAny(got.Text, "\n\r\x00\x1b") || got.NoSpeech > 1 {
			t.Errorf("%+v", got)
		}
		for _, w := range got.Words {
			if w.Start < 0 || w.End < w.Start || w.End > 3*time.Second {
				t.Errorf("%+v", w)
			}
		}
	})
}

// FuzzSound: whatever a server sends is whole samples, or an error.
func FuzzSound(f *testing.F) {
	f.Add([]byte(wav(24000, 0xffffffff, "", []byte("abcd"))))
	f.Add([]byte(wav(8000, 4, "LIST\x03\x00\x00\x00abc\x00", []byte("abc")) + wav(24000, 0, "", nil)))
	f.Add([]byte("pcm"))
	s := providertest.Start(providertest.Options{})
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, body []byte) {
		p := &provider.OpenAI{Name: "It", URL: s.URL}
		s.Break(providertest.Fault{Status: 200, Type: "audio/wav", Body: string(body)})
		sp, err := p.Speak(t.Context(), provider.Line{Text: "x"})
		if err != nil {
			return
		}
		defer sp.Close()
		b, err := io.ReadAll(sp)
		if len(b)%2 != 0 || len(b) > len(body) || sp.Rate < 8000 {
			t.Errorf("%d bytes of %d at %d: %v", len(b), len(body), sp.Rate, err)
		}
	})
}
