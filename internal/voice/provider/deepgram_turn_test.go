package provider_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/provider"
)

// hears is a server that answers every recording the same, and what it was asked last.
func hears(t *testing.T, status int, answer string) (*provider.Deepgram, *http.Request) {
	asked := new(http.Request)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = *r
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(s.Close)
	return &provider.Deepgram{URL: "ws" + strings.TrimPrefix(s.URL, "http"), Key: canary}, asked
}

func TestDeepgramOfARecording(t *testing.T) {
	d, asked := hears(t, 200, `{"metadata":{"duration":2},"results":{"channels":[{"alternatives":[{"transcript":"It broke. Twice.","confidence":0.9,
		"words":[{"word":"it","start":0.1,"end":0.3,"punctuated_word":"It"},{"word":"broke","start":"0.3","end":0.9,"punctuated_word":"broke."},{"word":"twice","start":1.2,"end":1.9}]}]}]}}`)
	got, err := d.Transcribe(t.Context(), provider.Recording{PCM: make([]byte, 64000), Rate: 16000, Language: "en", WordTimes: true})
	if err != nil {
		t.Fatal(err)
	}
	ms := time.Millisecond
	want := provider.Transcript{Text: "It broke. Twice.", NoSpeech: -1, Words: []provider.Word{{Text: "It", Start: 100 * ms, End: 300 * ms}, {Text: "broke.", Start: 300 * ms, End: 900 * ms}, {Text: "twice", Start: 1200 * ms, End: 1900 * ms}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	q := asked.URL.Query()
	if asked.Method != "POST" || asked.URL.Path != "/v1/listen" || q.Get("model") != "nova-3" || q.Get("language") != "en" || q.Has("encoding") || q.Has("interim_results") ||
		asked.Header.Get("Authorization") != "Token "+canary || asked.Header.Get("Content-Type") != "audio/wav" || asked.ContentLength != 64044 {
		t.Errorf("asked %s %s %v", asked.Method, asked.URL, asked.ContentLength)
	}
}

// TestDeepgramOfNothing: what cannot be words is not sent, and what comes back for silence is nothing.
func TestDeepgramOfNothing(t *testing.T) {
	d, asked := hears(t, 200, `{"results":{"channels":[]}}`)
	if got, err := d.Transcribe(t.Context(), provider.Recording{PCM: make([]byte, 6400), Rate: 16000}); err != nil || got.Text != "" || asked.Method != "" {
		t.Errorf("%+v %v, asked %q", got, err, asked.Method)
	}
	if got, err := d.Transcribe(t.Context(), provider.Recording{PCM: make([]byte, 64000), Rate: 16000}); err != nil || got.Text != "" || asked.Method != "POST" {
		t.Errorf("%+v %v, asked %q", got, err, asked.Method)
	}
}

func TestDeepgramFailsWithoutAWordOfIt(t *testing.T) {
	for answer, c := range map[string]struct {
		status int
		code   research.Code
	}{
		`{"err_code":"INVALID_AUTH","err_msg":"` + canary + `"}`: {401, research.Invalid},
		`nothing ` + canary:          {502, research.Unavailable},
		`{"text":"` + canary + `"}`:  {200, research.Unavailable},
		`<html>` + canary + `</html`: {200, research.Unavailable},
	} {
		d, _ := hears(t, c.status, answer)
		_, err := d.Transcribe(t.Context(), provider.Recording{PCM: make([]byte, 64000), Rate: 16000})
		if research.CodeOf(err) != c.code || strings.Contains(err.Error(), canary) {
			t.Errorf("%d: %v", c.status, err)
		}
	}
}

// TestTheVoiceOfALine: a study's voice goes before the one that was set up.
func TestTheVoiceOfALine(t *testing.T) {
	p, s := openAI(t)
	for _, voice := range []string{"", "nova"} {
		got, err := p.Speak(t.Context(), provider.Line{Text: "So.", Voice: voice})
		if err != nil {
			t.Fatal(err)
		}
		got.Close()
	}
	for i, want := range []string{`"voice":"alloy"`, `"voice":"nova"`} {
		if body := string(s.Requests()[i].Body); !strings.Contains(body, want) {
			t.Errorf("asked %s, want %s", body, want)
		}
	}
}
