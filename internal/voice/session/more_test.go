package session_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

// TestVoiceBreaksOff: a sentence that cannot be said is read, and the line ends.
func TestVoiceBreaksOff(t *testing.T) {
	bubble(t, func(r *rig, c *session.Config) { c.TTS = &breaking{mouth: r.tts} }, func(r *rig) {
		r.phase(turn.Listening, 20*time.Second)
		line, _ := r.lastLine()
		if !line.Spoken || !r.noticed(session.NoticeNoVoice) {
			t.Errorf("%+v\n%s", line, r)
		}
		r.say(answer)
		r.phase(turn.Speaking, 10*time.Second)
		r.want(answer)
	})
}

// breaking says the first sentence of a line and breaks off in the second.
type breaking struct {
	*mouth
	n int
}

type broken struct{ io.Reader }

func (broken) Close() error { return nil }

func (b *breaking) Speak(ctx context.Context, l provider.Line) (*provider.Speech, error) {
	s, err := b.mouth.Speak(ctx, l)
	if b.n++; err == nil && b.n%2 == 0 {
		s.ReadCloser = broken{io.MultiReader(io.LimitReader(s.ReadCloser, 9600), failing{})}
	}
	return s, err
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the connection broke") }

// TestPause: nothing is heard or recorded in a pause that was pressed.
func TestPause(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.s.Do(session.Command{Do: session.Pause, On: true})
		time.Sleep(100 * ms)
		r.say("this is for somebody else in the room")
		r.s.Do(session.Command{Do: session.Pause})
		r.phase(turn.Listening, time.Second)
		r.say(answer)
		r.phase(turn.Speaking, 10*time.Second)
		r.want(answer)
		r.stop()
		n := 0
		for _, v := range r.tape.tracks[0] {
			if v == number("somebody") {
				n++
			}
		}
		if n > 0 {
			t.Errorf("%d samples of what was said to somebody else are recorded", n)
		}
	})
}

// TestNobodySpeaks: nudges, then a pause that speech ends; and what ended it is
// recorded from its beginning.
func TestNobodySpeaks(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Paused, 2*time.Minute)
		lines := count[session.Says](r)
		time.Sleep(time.Minute)
		r.say(answer)
		r.phase(turn.Speaking, 10*time.Second)
		r.want(answer)
		if lines != 3 {
			t.Errorf("%d lines before the pause", lines)
		}
		r.stop()
		n := 0
		for _, v := range r.tape.tracks[0] {
			if v >= firstWord {
				n++
			}
		}
		if want := len(strings.Fields(answer)) * 5120; n < want-100 || n > want {
			t.Errorf("%d of %d samples are recorded", n, want)
		}
	})
}

// TestSilentPage: a page that says nothing of what it plays holds nothing up.
func TestSilentPage(t *testing.T) {
	bubble(t, func(r *rig, _ *session.Config) {}, func(r *rig) {
		r.page.silent = true
		r.phase(turn.Listening, 20*time.Second)
		r.say(answer)
		r.phase(turn.Speaking, 10*time.Second)
		r.want(answer)
	})
}

// TestStamps: what the exchange cost, and whose time it was.
func TestStamps(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.say(answer)
		said := r.now()
		r.phase(turn.Speaking, 10*time.Second)
		r.phase(turn.Listening, 10*time.Second)
		r.watch.mu.Lock()
		defer r.watch.mu.Unlock()
		if len(r.watch.all) != 2 {
			t.Fatalf("%+v", r.watch.all)
		}
		e := r.watch.all[1]
		if d := e.LastSpeech - said; d < -100*ms || d > 100*ms {
			t.Errorf("the last speech was at %v, and is reported %v off", said, d)
		}
		if e.What != turn.Answer || e.Turn != 3 || e.Cut || e.Overhead() > 5*ms || e.FirstHeard < e.FirstWrite || e.Heard < time.Second ||
			e.ReplyDone-e.ReplyAsked != 200*ms || e.TTSFirst-e.TTSSent != 120*ms || e.STTDone-e.STTSent != 150*ms || e.Latency() < 1200*ms || e.Latency() > 1400*ms {
			t.Errorf("%+v, overhead %v, latency %v", e, e.Overhead(), e.Latency())
		}
	})
}
