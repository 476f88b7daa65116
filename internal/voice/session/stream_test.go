package session_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

// listener is a recogniser that runs, and reads the sound of the tests.
type listener struct {
	mu     sync.Mutex
	begun  int
	closed int
	broken bool // no session begins
	breaks bool // a session ends at the first Finalize
	hangs  bool // Finalize is not answered
}

func (l *listener) Listen(context.Context, string) (provider.Session, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun++
	if l.broken {
		return nil, research.Errorf(research.Unavailable, "The running recogniser does not work.")
	}
	return &listening{of: l, results: make(chan provider.Heard, 64)}, nil
}

type listening struct {
	of      *listener
	results chan provider.Heard
	pcm     []byte
	told    string
	over    bool
	err     error
}

func (s *listening) Write(pcm []byte) error {
	s.pcm = append(s.pcm, pcm...)
	if text := read(s.pcm); text != s.told && !s.over {
		s.told = text
		s.results <- provider.Heard{Text: text}
	}
	return nil
}

func (s *listening) Finalize() error {
	switch {
	case s.over || s.of.hangs:
		return nil
	case s.of.breaks:
		s.over, s.err = true, research.Errorf(research.Unavailable, "It broke off.")
		close(s.results)
		return nil
	}
	s.results <- provider.Heard{Text: read(s.pcm), Final: true}
	s.pcm, s.told = nil, ""
	return nil
}

func (s *listening) Results() <-chan provider.Heard { return s.results }
func (s *listening) Err() error                     { return s.err }

func (s *listening) Close() error {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	if s.of.closed++; !s.over {
		s.over = true
		close(s.results)
	}
	return nil
}

// TestRunning: words come while somebody speaks, over several pauses, and the
// stored turn has each of them once.
func TestRunning(t *testing.T) {
	l := &listener{}
	bubble(t, func(_ *rig, c *session.Config) { c.Listener = l }, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.say("we moved all of our reports and")
		time.Sleep(1200 * ms)
		r.say("then nobody could find them so")
		if n := count[session.Partial](r); n < 6 {
			t.Errorf("%d captions\n%s", n, r)
		}
		time.Sleep(700 * ms)
		r.say("we all went home in the end")
		r.phase(turn.Speaking, 10*time.Second)
		r.want("we moved all of our reports and then nobody could find them so we all went home in the end")
		r.phase(turn.Listening, 10*time.Second)
		r.say("and this is another answer of some words")
		r.phase(turn.Speaking, 10*time.Second)
		if got := r.mind.answers(); len(got) != 2 || got[1] != "and this is another answer of some words" {
			t.Errorf("stored %q", got)
		}
		r.stt.mu.Lock()
		defer r.stt.mu.Unlock()
		if r.stt.calls > 0 || l.begun != 1 {
			t.Errorf("the other recogniser was asked %d times, this one begun %d times", r.stt.calls, l.begun)
		}
	})
	if l.closed != l.begun {
		t.Errorf("%d of %d are closed", l.closed, l.begun)
	}
}

// TestRunningRests: a pause closes it, and afterwards it knows what was said before.
func TestRunningRests(t *testing.T) {
	l := &listener{}
	bubble(t, func(_ *rig, c *session.Config) { c.Listener, c.STT = l, nil }, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.say("we moved all of our reports and")
		r.s.Do(session.Command{Do: session.Pause, On: true})
		time.Sleep(time.Minute)
		if l.closed != 1 {
			t.Errorf("closed %d times in a pause", l.closed)
		}
		r.s.Do(session.Command{Do: session.Pause})
		time.Sleep(100 * ms)
		r.say("then nobody could find them any more")
		r.phase(turn.Speaking, 10*time.Second)
		r.want("we moved all of our reports and then nobody could find them any more")
	})
}

// TestRunningFails: whatever becomes of it, the other recogniser has the words.
func TestRunningFails(t *testing.T) {
	for name, l := range map[string]*listener{"never begins": {broken: true}, "breaks": {breaks: true}, "hangs": {hangs: true}} {
		bubble(t, func(_ *rig, c *session.Config) { c.Listener = l }, func(r *rig) {
			r.phase(turn.Listening, 10*time.Second)
			r.say(answer)
			r.phase(turn.Speaking, 15*time.Second)
			synctestWant(r, name, answer)
			if !slices.Contains(r.watch.failed, "stt") {
				t.Errorf("%s: nobody was told", name)
			}
		})
	}
}

func synctestWant(r *rig, name, want string) {
	r.t.Helper()
	time.Sleep(100 * ms)
	if got := strings.Join(r.mind.answers(), "|"); got != want {
		r.t.Errorf("%s: stored %q\n%s", name, got, r)
	}
}
