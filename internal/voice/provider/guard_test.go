package provider_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/provider/providertest"
)

// clock is moved by hand.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func guarded(p *provider.OpenAI, c *clock) provider.GuardedSTT {
	return provider.GuardedSTT{STT: p, Guard: &provider.Guard{Name: "The speech service", Now: c.Now}}
}

func TestOneRepetition(t *testing.T) {
	p, s := openAI(t)
	g := guarded(p, &clock{time.Unix(1e9, 0)})
	s.Break(providertest.Fault{Status: 503})
	s.Say("It broke.")
	if got, err := g.Transcribe(t.Context(), three); err != nil || got.Text != "It broke." || len(s.Requests()) != 2 {
		t.Fatal(got, err, len(s.Requests()))
	}
	for fault, calls := range map[providertest.Fault]int{
		{Status: 503}:                1 + 1,
		{Status: 401}:                1, // it would not help
		{Status: 429, RetryAfter: 5}: 1, // it asks for patience
	} {
		p, s := openAI(t)
		s.Break(fault, fault, fault)
		_, err := guarded(p, &clock{time.Unix(1e9, 0)}).Transcribe(t.Context(), three)
		if err == nil || len(s.Requests()) != calls {
			t.Errorf("%+v: asked %d times: %v", fault, len(s.Requests()), err)
		}
	}
}

// TestBreaker: after three failures nobody is asked for a while, then one call
// tries, and the rest grows where that one fails too.
func TestBreaker(t *testing.T) {
	p, s := openAI(t)
	c := &clock{time.Unix(1e9, 0)}
	g := guarded(p, c)
	g.Single = true
	ask := func(want int) {
		t.Helper()
		before := len(s.Requests())
		_, _ = g.Transcribe(t.Context(), three)
		if got := len(s.Requests()) - before; got != want {
			t.Errorf("%d requests, want %d", got, want)
		}
	}
	down := providertest.Fault{Status: 500}
	s.Break(down, down, down, down)
	for range 3 {
		ask(1)
	}
	ask(0)
	c.now = c.now.Add(9 * time.Second)
	ask(0)
	c.now = c.now.Add(2 * time.Second)
	ask(1) // still down
	c.now = c.now.Add(15 * time.Second)
	ask(0) // the rest is longer now
	c.now = c.now.Add(6 * time.Second)
	ask(1) // works
	ask(1)
	s.Break(down)
	ask(1)
	ask(1) // one failure is none
	s.Break(providertest.Fault{Status: 429, RetryAfter: 60})
	ask(1)
	c.now = c.now.Add(50 * time.Second)
	ask(0) // it asked for a minute
	c.now = c.now.Add(11 * time.Second)
	ask(1)
}

// TestOneCallTries after a rest, and the others wait for what becomes of it.
func TestOneCallTries(t *testing.T) {
	p, s := openAI(t)
	c := &clock{time.Unix(1e9, 0)}
	g := guarded(p, c)
	s.Break(providertest.Fault{Status: 429, RetryAfter: 1}, providertest.Fault{Silent: true})
	_, _ = g.Transcribe(t.Context(), three)
	<-s.Arrived()
	c.now = c.now.Add(11 * time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		_, _ = g.Transcribe(ctx, three)
		close(over)
	}()
	<-s.Arrived()
	if _, err := g.Transcribe(t.Context(), three); err == nil || !strings.Contains(err.Error(), "left alone") {
		t.Errorf("a second call: %v", err)
	}
	cancel()
	<-over
	if _, err := g.Transcribe(t.Context(), three); err != nil || len(s.Requests()) != 3 {
		t.Errorf("after a try that was given up: %v", err)
	}
}

// TestCallsThatAreGivenUp say nothing about the service.
func TestCallsThatAreGivenUp(t *testing.T) {
	p, s := openAI(t)
	g := guarded(p, &clock{time.Unix(1e9, 0)})
	for range 4 {
		ctx, cancel := context.WithCancel(t.Context())
		s.Break(providertest.Fault{Silent: true})
		go func() {
			<-s.Arrived()
			cancel()
		}()
		if _, err := g.Transcribe(ctx, three); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	s.Say("It broke.")
	if got, err := g.Transcribe(t.Context(), three); err != nil || got.Text != "It broke." {
		t.Error(got, err)
	}
}

// TestTimeLimit: whoever does not answer is given up in time.
func TestTimeLimit(t *testing.T) {
	p, s := openAI(t)
	g := guarded(p, &clock{time.Unix(1e9, 0)})
	g.Limit = 30 * time.Millisecond
	s.Break(providertest.Fault{Silent: true}, providertest.Fault{Silent: true})
	_, err := g.Transcribe(t.Context(), three)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "too long") || len(s.Requests()) != 1 {
		t.Error(err, len(s.Requests()))
	}
}

// slow is a voice that sends so many samples after each wait, a number of times.
type slow struct {
	ctx     context.Context
	samples int
	wait    time.Duration
	times   int
}

func (s slow) Speak(ctx context.Context, _ provider.Line) (*provider.Speech, error) {
	s.ctx = ctx
	return &provider.Speech{Rate: 1000, ReadCloser: &s}, nil
}

func (s *slow) Read(p []byte) (int, error) {
	if s.times--; s.times < 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(s.wait):
		return min(len(p)&^1, 2*s.samples), nil
	case <-s.ctx.Done():
		return 0, context.Cause(s.ctx)
	}
}
func (s *slow) Close() error { return nil }

// TestSlowSound: sound that stops, or drips, is given up; sound that is long
// and comes as fast as it is played is not, however long it takes.
func TestSlowSound(t *testing.T) {
	for name, c := range map[string]struct {
		voice slow
		after time.Duration // it is given up; 0: never
	}{
		"stops":           {slow{samples: 1, wait: time.Hour, times: 1}, 5 * time.Second},
		"drips":           {slow{samples: 1, wait: time.Second, times: 1000}, 5 * time.Second},
		"as fast as life": {slow{samples: 1000, wait: time.Second, times: 40}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := provider.GuardedTTS{TTS: c.voice, Guard: &provider.Guard{Limit: 5 * time.Second}}
			s, err := g.Speak(t.Context(), provider.Line{Text: "x"})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			time.Sleep(time.Minute) // nobody reads: that is not the voice's fault
			begun := time.Now()
			_, err = io.Copy(io.Discard, s)
			took := time.Since(begun)
			if c.after == 0 && err != nil || c.after > 0 && (!errors.Is(err, context.DeadlineExceeded) || took < c.after || took > c.after+time.Second) {
				t.Errorf("%s: %v after %v", name, err, took)
			}
		})
	}
}

// ear is a listener whose sessions know their context, or one that says nothing.
type ear struct {
	provider.Session
	ctx    context.Context
	silent bool
}

func (e *ear) Listen(ctx context.Context, _ string) (provider.Session, error) {
	if e.silent {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	e.ctx = ctx
	return e, nil
}
func (e *ear) Close() error { return nil }

// TestGuardedListener: a session lives on after the limit for its beginning.
func TestGuardedListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &ear{}
		g := provider.GuardedListener{Listener: e, Guard: &provider.Guard{Limit: time.Second}}
		l, err := g.Listen(t.Context(), "en")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if e.ctx.Err() != nil {
			t.Error("the session ended with the limit for its beginning")
		}
		if err := l.Close(); err != nil || e.ctx.Err() == nil {
			t.Errorf("closed: %v, %v", err, e.ctx.Err())
		}
		e.silent = true
		begun := time.Now()
		if _, err := g.Listen(t.Context(), "en"); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("a service that says nothing: %v", err)
		}
	})
}

// TestGuardedChat: a model that fails once is asked once more.
func TestGuardedChat(t *testing.T) {
	works, s := openAI(t)
	model := provider.GuardedChat{Chat: works, Guard: &provider.Guard{}}
	s.Break(providertest.Fault{Status: 500})
	s.Word(`{"say":"a"}`)
	if got, err := model.Object(t.Context(), question); err != nil || string(got) != `{"say":"a"}` {
		t.Error(string(got), err)
	}
}

func TestFallback(t *testing.T) {
	down, broken := openAI(t)
	works, s := openAI(t)
	voices := provider.TTSs{provider.GuardedTTS{TTS: down, Guard: &provider.Guard{}}, provider.GuardedTTS{TTS: works, Guard: &provider.Guard{}}}
	broken.Break(providertest.Fault{Status: 401})
	if b := speak(t, voices, "hello"); len(b) == 0 {
		t.Error("no sound")
	}
	s.Break(providertest.Fault{Status: 401})
	broken.Break(providertest.Fault{Status: 401})
	_, err := voices.Speak(t.Context(), provider.Line{Text: "hello", Language: "en"})
	if research.CodeOf(err) != research.Unavailable || !strings.Contains(err.Error(), "None of the services") {
		t.Error(err)
	}
	asked := len(s.Requests())
	ctx, end := context.WithCancel(t.Context())
	end()
	if _, err := voices.Speak(ctx, provider.Line{Text: "hello"}); err == nil || len(s.Requests()) != asked {
		t.Errorf("after the end the next one was asked: %v", err)
	}
}
