package participant

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

// paper is a socket that writes down, or does not.
type paper struct {
	mu    sync.Mutex
	lines []string
	stuck bool
	err   error
}

func (p *paper) Write(ctx context.Context, kind websocket.MessageType, b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stuck {
		<-ctx.Done()
		return ctx.Err()
	}
	if kind == websocket.MessageBinary {
		p.lines = append(p.lines, "sound "+string(b[soundHead:]))
		return p.err
	}
	var f struct{ Type, Name, Text string }
	if err := json.Unmarshal(b, &f); err != nil {
		return err
	}
	p.lines = append(p.lines, strings.TrimSpace(f.Type+" "+f.Name+f.Text))
	return p.err
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, ", ")
}

func over() bool { return true }

// TestWordsGoAheadOfSound, which goes on where it was; what was flushed is never
// heard.
func TestWordsGoAheadOfSound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{}
		o := newOutlet(p, func(err error) { t.Error(err) }, over)
		o.Send(session.Says{Gen: 1, Stored: session.Stored{Turn: 1, Text: "hello"}, Spoken: true})
		for i, s := range []string{"a1", "b1", "c1"} {
			o.Sound(1, uint32(i), []byte(s))
		}
		o.Sound(2, 0, []byte("d2"))
		o.Send(session.Flush{Gen: 1})
		o.Send(session.Phase{Name: turn.Listening})
		go o.run(t.Context())
		synctest.Wait()
		if p.String() != "" {
			t.Errorf("before it was released it wrote %s", p)
		}
		o.release([]any{stateFrame{"state", "first"}}, 0)
		synctest.Wait()
		if want := "state first, agent_turn hello, flush, state listening, sound d2"; p.String() != want {
			t.Errorf("it wrote %s\nnot      %s", p, want)
		}
		o.Sound(2, 1, []byte("e2"))
		synctest.Wait()
		o.Send(session.Ended{Reason: "complete"})
		o.finish()
		if !strings.HasSuffix(p.String(), "sound e2, ended") {
			t.Errorf("it wrote %s", p)
		}
	})
}

// TestATurnIsNotToldTwice: what the store has, and the session says meanwhile.
func TestATurnIsNotToldTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{}
		o := newOutlet(p, func(err error) { t.Error(err) }, over)
		go o.run(t.Context())
		o.Send(session.Heard{Stored: session.Stored{Turn: 2, Text: "twice"}})
		o.Send(session.Heard{Stored: session.Stored{Turn: 4, Text: "once"}})
		o.release([]any{userFrame{"user_turn", 2, "a", "twice"}}, 3)
		o.finish()
		if want := "user_turn twice, user_turn once"; p.String() != want {
			t.Errorf("it wrote %s, not %s", p, want)
		}
	})
}

// TestAPageThatTakesNothingIsGone: after five seconds, or when too much waits.
func TestAPageThatTakesNothingIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		gone := make(chan error, 2)
		o := newOutlet(&paper{stuck: true}, func(err error) { gone <- err }, over)
		o.release(nil, 0)
		go o.run(t.Context())
		o.Send(session.Partial{Text: "one"})
		if err := <-gone; !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != writeWithin {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		<-o.done
	})
	for name, more := range map[string]func(o *outlet){
		"words": func(o *outlet) { o.Send(session.Partial{Text: "x"}) },
		"sound": func(o *outlet) { o.Sound(1, 0, []byte("xx")) },
	} {
		var err error
		o := newOutlet(&paper{}, func(e error) { err = e }, over)
		n := 0
		for ; err == nil && n < 10_000; n++ {
			more(o)
		}
		if !errors.Is(err, errSlow) || len(o.words) > mostWords || len(o.sounds) > mostSounds {
			t.Errorf("%s: %v after %d", name, err, n)
		}
	}
}

// TestNothingIsWrittenAfterTheEnd, and nobody waits for a page that is gone.
func TestNothingIsWrittenAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{err: errors.New("gone")}
		told := 0
		o := newOutlet(p, func(error) { told++ }, over)
		o.release(nil, 0)
		go o.run(t.Context())
		o.Send(session.Partial{Text: "one"})
		o.Send(session.Partial{Text: "two"})
		o.finish()
		o.Send(session.Partial{Text: "three"})
		synctest.Wait()
		if p.String() != "partial one" || told != 1 {
			t.Errorf("it wrote %s, and told %d times", p, told)
		}
	})
}

// TestASessionThatEndsIsNoInterviewThatEnds, as long as somebody may come back.
func TestASessionThatEndsIsNoInterviewThatEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{}
		o := newOutlet(p, func(err error) { t.Error(err) }, func() bool { return false })
		o.release(nil, 0)
		go o.run(t.Context())
		o.Send(session.Phase{Name: turn.Ended})
		o.Send(session.Ended{Reason: "silence"})
		o.finish()
		if p.String() != "" {
			t.Errorf("it wrote %s", p)
		}
	})
}

// TestThePhaseIsTheNewest, however many came in between.
func TestThePhaseIsTheNewest(t *testing.T) {
	o := newOutlet(&paper{}, nil, nil)
	for _, p := range []turn.Phase{turn.Speaking, turn.Listening, turn.Paused} {
		o.Send(session.Phase{Name: p})
	}
	if p := <-o.phases; p != turn.Paused {
		t.Errorf("it is %s", p)
	}
	<-o.attached
}
