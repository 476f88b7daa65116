package session_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

const answer = "we moved all of our reports to the other tool last week"

// speaking waits until the middle of a line.
func (r *rig) speaking() {
	r.t.Helper()
	r.phase(turn.Speaking, 5*time.Second)
	time.Sleep(1500 * ms)
}

func long(r *rig, _ *session.Config) { r.mind.long = true }

// TestBargeIn: words over a line lower it, stop it, and are the next answer.
func TestBargeIn(t *testing.T) {
	bubble(t, long, func(r *rig) {
		r.speaking()
		from := r.now()
		go r.say("wait I know all of that already and I have an answer for you")
		duck := r.until("duck", time.Second, func(m session.Message) bool { return m == session.Duck{On: true} })
		if duck-from > 250*ms {
			t.Errorf("ducked after %v", duck-from)
		}
		r.until("flush", 2*time.Second, func(m session.Message) bool { _, ok := m.(session.Flush); return ok })
		r.phase(turn.UserSpeaking, time.Second)
		heard := r.page.played
		r.phase(turn.Speaking, 10*time.Second)
		r.want("wait I know all of that already and I have an answer for you")
		r.page.mu.Lock()
		defer r.page.mu.Unlock()
		r.watch.mu.Lock()
		defer r.watch.mu.Unlock()
		if e := r.watch.all[0]; !e.Cut || e.Heard == 0 || e.Heard > heard+500*ms || e.Turn != 1 {
			t.Errorf("reported %+v; the page had played %v", e, heard)
		}
	})
}

// TestFalseInterruption: a long noise stops the line, which then goes on where it
// was, and nothing of it is lost or heard twice.
func TestFalseInterruption(t *testing.T) {
	bubble(t, long, func(r *rig) {
		r.speaking()
		r.noise(1200 * ms)
		var from time.Duration
		r.until("resume", 5*time.Second, func(m session.Message) bool {
			x, ok := m.(session.Resume)
			from = x.From
			return ok
		})
		if from < time.Second || from > 3*time.Second {
			t.Errorf("goes on at %v", from)
		}
		r.phase(turn.Listening, 10*time.Second)
		r.say(answer)
		r.phase(turn.Speaking, 10*time.Second)
		r.want(answer)
	})
}

func TestCough(t *testing.T) {
	bubble(t, long, func(r *rig) {
		r.speaking()
		r.noise(290 * ms)
		r.phase(turn.Listening, 10*time.Second)
		if count[session.Flush](r) != 0 || count[session.Duck](r) != 2 {
			t.Errorf("a cough stops a line\n%s", r)
		}
		r.noise(290 * ms)
		r.until("a nudge", 12*time.Second, func(m session.Message) bool { _, ok := m.(session.Says); return ok })
		r.want()
	})
}

// TestEcho: a microphone that hears the first line is not listened to while lines
// are heard.
func TestEcho(t *testing.T) {
	bubble(t, long, func(r *rig) {
		r.speaking()
		go r.say("line that takes its time, since it has much to say")
		r.until("a notice", 10*time.Second, func(m session.Message) bool { return m == session.Notice{Code: session.NoticeHalfDuplex} })
		r.phase(turn.Listening, 20*time.Second)
		r.say(answer)
		r.phase(turn.Speaking, 5*time.Second)
		n := count[session.Duck](r)
		r.say("much to say about everything more")
		if count[session.Duck](r) != n {
			t.Errorf("it still listens to itself")
		}
		r.want(answer)
	})
}

// TestGoesOn: who speaks again while a reply is looked for goes on with the turn.
func TestGoesOn(t *testing.T) {
	bubble(t, func(r *rig, _ *session.Config) { r.mind.takes = 800 * ms }, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.say(answer)
		r.phase(turn.Thinking, 5*time.Second)
		time.Sleep(100 * ms)
		r.say("and then we all went home")
		r.phase(turn.Speaking, 10*time.Second)
		r.want(answer + " and then we all went home")
	})
}

// TestTypedOverLine: a typed answer ends the line that is heard, is acknowledged
// after it is stored, and is stored once.
func TestTypedOverLine(t *testing.T) {
	bubble(t, long, func(r *rig) {
		r.speaking()
		for range 2 {
			r.s.Do(session.Command{Do: session.Answer, ID: "a1", Text: "I type this"})
		}
		r.s.Do(session.Command{Do: session.Answer, ID: "a2", Text: "and this"})
		r.until("acknowledged", 5*time.Second, func(m session.Message) bool { return m == session.Accepted{ID: "a2", Turn: 4} })
		r.s.Do(session.Command{Do: session.Answer, ID: "a1", Text: "I type this"})
		time.Sleep(time.Second)
		var accepted []session.Message
		for i, m := range r.all() {
			if a, ok := m.(session.Accepted); ok {
				accepted = append(accepted, a)
			}
			if f, ok := m.(session.Flush); ok && f.Gen == 1 && len(accepted) > 0 {
				t.Errorf("message %d: the line ends after the acknowledgement", i)
			}
		}
		if want := []session.Message{session.Accepted{ID: "a1", Turn: 2}, session.Accepted{ID: "a2", Turn: 4}, session.Accepted{ID: "a1", Turn: 2}}; !slices.Equal(accepted, want) {
			t.Errorf("acknowledged %v\n%s", accepted, r)
		}
		r.want("I type this", "and this")
	})
}

// TestTypedAfterSpoken: what was said before it is a part of a typed answer.
func TestTypedAfterSpoken(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.say("we moved all of our reports because")
		r.s.Do(session.Command{Do: session.Answer, ID: "a1", Text: "of the price"})
		r.phase(turn.Speaking, 5*time.Second)
		time.Sleep(time.Second)
		r.want("we moved all of our reports because of the price")
	})
}

func TestButtonsKeepWhatWasSaid(t *testing.T) {
	for _, do := range []session.Doing{session.Skip, session.Repeat, session.End, session.Commit} {
		bubble(t, nil, func(r *rig) {
			r.phase(turn.Listening, 10*time.Second)
			r.say("we moved all of our reports because")
			r.s.Do(session.Command{Do: do})
			time.Sleep(6 * time.Second)
			r.want("we moved all of our reports because")
			if do == session.End && r.shown() != turn.Ended {
				t.Errorf("%s\n%s", r.shown(), r)
			}
		})
	}
}

// TestMute: nothing is heard or recorded while the microphone is off.
func TestMute(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.s.Do(session.Command{Do: session.Mute, On: true})
		time.Sleep(100 * ms)
		r.say("this is for somebody else in the room")
		time.Sleep(3 * time.Second)
		r.want()
		r.s.Do(session.Command{Do: session.Mute})
		r.say(answer)
		at := r.now()
		r.phase(turn.Speaking, 10*time.Second)
		r.want(answer)
		r.stop()
		loud, last := 0, 0
		for n, v := range r.tape.tracks[0] {
			if v >= firstWord {
				loud++
				last = max(last, n)
			}
		}
		if words := len(strings.Fields(answer)); loud < words*5000 || loud > words*5200 {
			t.Errorf("%d samples of voice recorded of %d words", loud, words)
		}
		if d := time.Duration(last)*time.Second/16000 - at; d < -200*ms || d > 200*ms {
			t.Errorf("the last word stands %v off", d)
		}
	})
}

// TestVoiceOff: from then on it is typed, with captions, and nobody is nudged.
func TestVoiceOff(t *testing.T) {
	bubble(t, long, func(r *rig) {
		r.speaking()
		r.s.Do(session.Command{Do: session.Voice})
		r.phase(turn.Listening, 10*time.Second)
		n := len(r.tts.lines)
		time.Sleep(2 * time.Minute)
		if r.shown() != turn.Listening {
			t.Fatalf("%s", r.shown())
		}
		r.s.Do(session.Command{Do: session.Answer, ID: "a1", Text: "typed"})
		time.Sleep(3 * time.Second)
		last, ok := r.lastLine()
		if !ok || last.Spoken || len(r.tts.lines) != n {
			t.Errorf("spoken %+v", last)
		}
		r.s.Do(session.Command{Do: session.Voice, On: true})
		r.phase(turn.Listening, 10*time.Second)
		r.say(answer)
		r.phase(turn.Speaking, 10*time.Second)
		r.want("typed", answer)
		if last, _ = r.lastLine(); !last.Spoken {
			t.Error("voice is not back")
		}
	})
}

func (r *rig) lastLine() (last session.Says, ok bool) {
	for _, m := range r.all() {
		if s, is := m.(session.Says); is {
			last, ok = s, true
		}
	}
	return last, ok
}

// TestAnotherPage takes a line over where it was.
func TestAnotherPage(t *testing.T) {
	bubble(t, long, func(r *rig) {
		r.speaking()
		old, quit := r.page, r.quit
		r.connect()
		close(quit)
		r.until("resume", time.Second, func(m session.Message) bool { _, ok := m.(session.Resume); return ok })
		r.s.Detach(old) // too late to matter
		r.phase(turn.Listening, 10*time.Second)
		r.say(answer)
		r.phase(turn.Speaking, 10*time.Second)
		r.want(answer)
	})
}
