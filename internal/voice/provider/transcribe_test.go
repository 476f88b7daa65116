package provider_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/provider/providertest"
)

func TestTranscribeAsks(t *testing.T) {
	p, s := openAI(t)
	s.Say("It broke.")
	got, err := p.Transcribe(t.Context(), three)
	if err != nil || got.Text != "It broke." {
		t.Fatal(got, err)
	}
	r := s.Requests()[0]
	want := map[string]string{"model": "whisper-1", "language": "en", "response_format": "verbose_json", "temperature": "0", "timestamp_granularities[]": "segmentword"}
	if fmt.Sprint(r.Form) != fmt.Sprint(want) || r.File != "turn.wav" || r.Header.Get("Authorization") != "Bearer "+canary {
		t.Errorf("asked %v for %q", r.Form, r.File)
	}
	if h := r.Body[:44]; string(h[:4]) != "RIFF" || binary.LittleEndian.Uint32(h[24:]) != 16000 || int(binary.LittleEndian.Uint32(h[40:])) != len(three.PCM) || r.Audio != 44+len(three.PCM) {
		t.Errorf("the file begins %q", h)
	}
}

// TestLessIsAsked of a server that refuses: first without times, then without
// streaming, and from then on.
func TestLessIsAsked(t *testing.T) {
	p, s := openAI(t)
	s.Break(providertest.Fault{Status: 400, Body: "verbose_json is not supported"})
	s.Say("It broke.", "Again.")
	for _, want := range []string{"It broke.", "Again."} {
		if got, err := p.Transcribe(t.Context(), three); err != nil || got.Text != want {
			t.Fatal(got, err)
		}
	}
	var formats []string
	for _, r := range s.Requests() {
		formats = append(formats, r.Form["response_format"])
	}
	if fmt.Sprint(formats) != "[verbose_json json json]" {
		t.Errorf("asked for %v", formats)
	}
	p.Model = "gpt-4o-mini-transcribe"
	if _, err := p.Transcribe(t.Context(), three); err != nil {
		t.Error(err)
	}
}

func TestStreamedTranscript(t *testing.T) {
	p, s := openAI(t)
	s.Say("it broke on Monday")
	var parts []string
	r := three
	r.Partial = func(text string) { parts = append(parts, text) }
	got, err := p.Transcribe(t.Context(), r)
	if err != nil || got.Text != "it broke on Monday" || len(parts) != 4 || parts[1] != "it broke" {
		t.Error(got, parts, err)
	}
}

// TestMadeUpForSilence is the filter: what recognisers write where nobody spoke.
func TestMadeUpForSilence(t *testing.T) {
	for _, c := range []struct {
		text     string
		noSpeech string
		voiced   time.Duration
		want     string
	}{
		{"Thank you.", "0.9", 500 * time.Millisecond, ""},
		{"Thank you.", "null", 500 * time.Millisecond, ""},
		{"Thank you.", "0.05", 500 * time.Millisecond, "Thank you."}, // it is sure
		{"Thank you.", "0.9", 2 * time.Second, "Thank you."},         // and so are we
		{"Because of the price.", "0.7", 600 * time.Millisecond, ""},
		{"Because of the price.", "0.5", 600 * time.Millisecond, "Because of the price."},
		{"Thanks for watching!", "0.1", 1500 * time.Millisecond, ""},
		{"Untertitel der Amara.org-Community", "null", 900 * time.Millisecond, ""},
		{"Sous-titres réalisés par la communauté d'Amara.org", "null", 900 * time.Millisecond, ""},
		{"[BLANK_AUDIO]", "null", 900 * time.Millisecond, ""},
		{"I told them thanks for watching my screen and left", "0.1", 3 * time.Second, "I told them thanks for watching my screen and left"},
	} {
		p, s := openAI(t)
		s.Break(providertest.Fault{Type: "application/json", Body: fmt.Sprintf(`{"text":%q,"segments":[{"text":"x","no_speech_prob":%s}]}`, c.text, c.noSpeech)})
		r := three
		r.Voiced = c.voiced
		got, err := p.Transcribe(t.Context(), r)
		if err != nil || got.Text != c.want {
			t.Errorf("%q over %v of voice, %s: %q, %v", c.text, c.voiced, c.noSpeech, got.Text, err)
		}
	}
}

// TestTooShortIsNotSent: under 300 ms of voice nobody is asked.
func TestTooShortIsNotSent(t *testing.T) {
	p, s := openAI(t)
	short := three
	short.Voiced = 290 * time.Millisecond
	for _, r := range []provider.Recording{short, {PCM: make([]byte, 9000), Rate: 16000}} {
		if got, err := p.Transcribe(t.Context(), r); err != nil || got.Text != "" {
			t.Error(got, err)
		}
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// TestFaultsOfTranscripts: every way to fail is an error with a code that says
// what to do, and says nothing of keys, addresses or what was said.
func TestFaultsOfTranscripts(t *testing.T) {
	const said = "canary-words"
	for name, c := range map[string]struct {
		fault providertest.Fault
		code  research.Code
		tell  string
	}{
		"wrong key":        {providertest.Fault{Status: 401, Body: "bad key " + canary}, research.Invalid, "key"},
		"no such model":    {providertest.Fault{Status: 404, Body: said}, research.Invalid, "model"},
		"redirect":         {providertest.Fault{Status: 302, Body: said}, research.Invalid, "redirect"},
		"busy":             {providertest.Fault{Status: 429, Body: said}, research.Unavailable, "too often"},
		"broken":           {providertest.Fault{Status: 500, Body: said}, research.Unavailable, "does not work"},
		"a web page":       {providertest.Fault{Type: "text/html", Body: "<html>" + said}, research.Unavailable, "web page"},
		"JSON of an error": {providertest.Fault{Type: "application/json", Body: `{"error":{"message":"` + said + `"}}`}, research.Unavailable, "no transcript"},
		"cut JSON":         {providertest.Fault{Type: "application/json", Body: `{"text":"` + said}, research.Unavailable, "no transcript"},
		"cut connection":   {providertest.Fault{Type: "application/json", Body: `{"text":"` + said, Cut: true}, research.Unavailable, "cannot be reached"},
		"endless":          {providertest.Fault{Type: "application/json", Body: strings.Repeat(" ", 5<<20)}, research.Invalid, "more than"},
		"endless stream":   {providertest.Fault{Type: "text/event-stream", Body: strings.Repeat("data: x\n\n", 600_000)}, research.Invalid, "more than"},
		"failing stream":   {providertest.Fault{Type: "text/event-stream", Body: "data: {\"error\":{\"message\":\"" + said + "\"}}\n\n"}, research.Unavailable, "broke off"},
	} {
		t.Run(name, func(t *testing.T) {
			p, s := openAI(t)
			s.Break(c.fault, c.fault, c.fault)
			got, err := p.Transcribe(t.Context(), three)
			if research.CodeOf(err) != c.code || !strings.Contains(fmt.Sprint(err), c.tell) {
				t.Errorf("got %q and error %v of code %s", got.Text, err, research.CodeOf(err))
			}
			var log bytes.Buffer
			slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "error", err, "provider", fmt.Sprintf("%+v", p.Key), "key", p.Key)
			for _, secret := range []string{canary, said, s.URL, s.Listener.Addr().String()} {
				if strings.Contains(log.String()+fmt.Sprintf("%v %+v %#v", err, err, p.Key), secret) {
					t.Errorf("tells %q: %s", secret, log.String())
				}
			}
		})
	}
}

// TestNoRedirect: a key goes to the address that was set, and to no other.
func TestNoRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 307, 308} {
		p, s := openAI(t)
		_, elsewhere := openAI(t)
		s.Break(providertest.Fault{Status: status, Location: elsewhere.URL + "/v1/audio/transcriptions"})
		if _, err := p.Transcribe(t.Context(), three); research.CodeOf(err) != research.Invalid || len(elsewhere.Requests()) > 0 {
			t.Errorf("%d: %v, and %d requests elsewhere", status, err, len(elsewhere.Requests()))
		}
	}
}

func TestUnreachableTellsNothing(t *testing.T) {
	p, s := openAI(t)
	address := s.Listener.Addr().String()
	s.Close()
	_, err := p.Transcribe(t.Context(), three)
	if research.CodeOf(err) != research.Unavailable || strings.Contains(err.Error(), address) {
		t.Error(err)
	}
	p.URL = "http://user:" + canary + "@/v1"
	_, err = p.Transcribe(t.Context(), three)
	if research.CodeOf(err) != research.Invalid || strings.Contains(err.Error(), canary) {
		t.Error(err)
	}
}
