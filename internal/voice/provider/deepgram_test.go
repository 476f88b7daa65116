package provider_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/provider/providertest"
)

func deepgram(t *testing.T) (*provider.Deepgram, *providertest.Server) {
	s := providertest.Start(providertest.Options{})
	t.Cleanup(s.Close)
	return &provider.Deepgram{URL: "ws" + strings.TrimPrefix(s.URL, "http"), Key: canary}, s
}

func TestDeepgram(t *testing.T) {
	d, s := deepgram(t)
	s.Say("it", "it broke")
	l, err := d.Listen(t.Context(), "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"it", "it broke"} {
		if err := l.Write(make([]byte, 1920)); err != nil {
			t.Fatal(err)
		}
		if h := <-l.Results(); h.Text != want || h.Final {
			t.Fatalf("heard %+v, want %q", h, want)
		}
	}
	if err := l.Finalize(); err != nil {
		t.Fatal(err)
	}
	if h := <-l.Results(); h.Text != "it broke" || !h.Final {
		t.Fatalf("heard %+v", h)
	}
	s.Say("next turn")
	if err := l.Write(make([]byte, 1920)); err != nil {
		t.Fatal(err)
	}
	if h := <-l.Results(); h.Text != "next turn" {
		t.Errorf("heard %+v: what was finalized is still there", h)
	}
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Error(err)
	}
	for range l.Results() {
	}
	if err := l.Err(); err != nil {
		t.Errorf("a session that we closed: %v", err)
	}
	if err := l.Write(nil); research.CodeOf(err) != research.Unavailable {
		t.Errorf("wrote to a session that is over: %v", err)
	}
	r := s.Requests()[0]
	u, err := url.Parse(r.Path)
	if err != nil || r.Header.Get("Authorization") != "Token "+canary {
		t.Fatal(err, r.Header)
	}
	for k, want := range map[string]string{"model": "nova-3", "encoding": "linear16", "sample_rate": "16000", "interim_results": "true", "endpointing": "300", "utterance_end_ms": "1000", "vad_events": "true", "language": "en"} {
		if got := u.Query().Get(k); got != want {
			t.Errorf("%s=%s, want %s", k, got, want)
		}
	}
	if strings.Contains(r.Path, canary) {
		t.Error("the key stands in the URL")
	}
}

// TestDeepgramStaysAlive while nobody speaks.
func TestDeepgramStaysAlive(t *testing.T) {
	d, s := deepgram(t)
	d.Alive = 5 * time.Millisecond
	l, err := d.Listen(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	<-s.Arrived() // the session itself
	<-s.Arrived()
	if r := s.Requests(); r[1].Path != "KeepAlive" {
		t.Errorf("sent %v", r[1])
	}
}

func TestDeepgramRefuses(t *testing.T) {
	d, s := deepgram(t)
	s.Break(providertest.Fault{Status: 401, Body: canary})
	_, err := d.Listen(t.Context(), "en")
	if research.CodeOf(err) != research.Invalid || strings.Contains(err.Error(), canary) {
		t.Error(err)
	}
	s.Close()
	_, err = d.Listen(t.Context(), "en")
	if research.CodeOf(err) != research.Unavailable || strings.Contains(err.Error(), s.Listener.Addr().String()) {
		t.Error(err)
	}
}

// TestDeepgramEnds: a session whose connection breaks says so.
func TestDeepgramEnds(t *testing.T) {
	d, s := deepgram(t)
	l, err := d.Listen(t.Context(), "en")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s.Say("it")
	if err := l.Write(make([]byte, 1920)); err != nil {
		t.Fatal(err)
	}
	<-l.Results() // both sides are there
	s.HangUp()
	for range l.Results() {
	}
	if research.CodeOf(l.Err()) != research.Unavailable {
		t.Errorf("ended with %v", l.Err())
	}
}
