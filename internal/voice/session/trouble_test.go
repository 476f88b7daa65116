package session_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

// TestLostAndBack: a connection that is cut in the middle of an answer costs
// nothing.
func TestLostAndBack(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.say("we moved all of our reports and")
		r.disconnect()
		time.Sleep(12 * time.Second)
		r.connect()
		r.say("then nobody could find them any more")
		r.phase(turn.Speaking, 10*time.Second)
		r.want("we moved all of our reports and then nobody could find them any more")
	})
}

func TestLostInALine(t *testing.T) {
	bubble(t, long, func(r *rig) {
		r.speaking()
		r.disconnect()
		time.Sleep(10 * time.Second)
		r.connect()
		r.after(0, "resume", time.Second, func(m session.Message) bool { x, ok := m.(session.Resume); return ok && x.From > time.Second })
		r.phase(turn.Listening, 10*time.Second)
	})
}

// TestGone: after half a minute the session ends, with everything that was said
// and a question to come back to.
func TestGone(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.say("we moved all of our reports and")
		r.disconnect()
		time.Sleep(40 * time.Second)
		<-r.ended
		r.want("we moved all of our reports and")
		last := r.mind.asked[len(r.mind.asked)-1]
		if !last.Plain || !slices.Equal(r.mind.overs, []turn.Reason{turn.Gone}) || r.mind.turns[len(r.mind.turns)-1][:2] != "I:" || r.err != nil {
			t.Errorf("%+v, %v, %v", last, r.mind, r.err)
		}
	})
}

// TestRestart: what was said until the server stops is stored, and a new session
// goes on with the same interview.
func TestRestart(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.say(answer)
		r.cancel(session.ErrRestarting)
		<-r.ended
		if !errors.Is(r.err, session.ErrRestarting) || !r.noticed(session.NoticeRestarting) || r.shown() == turn.Ended || len(r.mind.overs) > 0 {
			t.Errorf("%v\n%s", r.err, r)
		}
		r.want(answer)
		close(r.quit)
		r.live.Wait()

		r.start(session.Config{Mind: r.mind, Params: turn.Normal.Params(), Language: "en", STT: r.stt, TTS: r.tts, OutRate: outRate,
			Detector: &voice{}, Record: &r.tape, Start: 20 * time.Second, Resumed: true})
		r.connect()
		r.phase(turn.Listening, 10*time.Second)
		if last := r.mind.asked[len(r.mind.asked)-1]; last.What != turn.Begin || !last.Resumed {
			t.Errorf("asked %+v", last)
		}
		r.say("and then we all went home to our families")
		r.phase(turn.Speaking, 10*time.Second)
		r.want(answer, "and then we all went home to our families")
		var heard session.Heard
		for _, m := range r.all() {
			if h, ok := m.(session.Heard); ok {
				heard = h
			}
		}
		if heard.Start < 20*time.Second || heard.End-heard.Start < 2800*ms || heard.End-heard.Start > 3400*ms {
			t.Errorf("stands from %v to %v", heard.Start, heard.End)
		}
	})
}

// TestDeaf: a recogniser that fails is told, typing works, and it is used again
// when it works.
func TestDeaf(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.stt.fails = 100
		r.say(answer)
		r.until("told", 5*time.Second, func(m session.Message) bool { return m == session.Notice{Code: session.NoticeNoEars} })
		time.Sleep(3 * time.Second)
		r.s.Do(session.Command{Do: session.Answer, ID: "a", Text: "typed then"})
		r.until("acknowledged", 5*time.Second, func(m session.Message) bool { a, ok := m.(session.Accepted); return ok && a.ID == "a" })
		r.phase(turn.Listening, 10*time.Second)
		r.stt.fails = 0
		r.say("and now it hears me again I hope")
		r.phase(turn.Speaking, 10*time.Second)
		r.want("typed then", "and now it hears me again I hope")
		if !r.noticed(session.NoticeVoiceBack) || !slices.Contains(r.watch.failed, "stt") {
			t.Errorf("%v\n%s", r.watch.failed, r)
		}
	})
}

// TestDumb: without a voice lines are read, and the interview goes on.
func TestDumb(t *testing.T) {
	bubble(t, func(r *rig, _ *session.Config) { r.tts.fails = 3 }, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		line, _ := r.lastLine()
		if line.Spoken || !r.noticed(session.NoticeNoVoice) {
			t.Errorf("%+v\n%s", line, r)
		}
		r.tts.fails = 0
		r.say(answer)
		r.phase(turn.Speaking, 10*time.Second)
		r.want(answer)
		time.Sleep(time.Second)
		if line, _ = r.lastLine(); !line.Spoken || !r.noticed(session.NoticeVoiceBack) {
			t.Errorf("%+v\n%s", line, r)
		}
	})
}

// TestNoServices: nothing is set up, and the interview is typed.
func TestNoServices(t *testing.T) {
	bubble(t, func(_ *rig, c *session.Config) { c.STT, c.TTS, c.Detector = nil, nil, nil }, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.say(answer)
		r.s.Do(session.Command{Do: session.Answer, ID: "a", Text: "typed"})
		time.Sleep(5 * time.Second)
		r.want("typed")
		if !r.noticed(session.NoticeNoEars) || !r.noticed(session.NoticeNoVoice) {
			t.Errorf("%s", r)
		}
	})
}

// TestSlowMind: once more, and then what the rules say by themselves.
func TestSlowMind(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.mind.slow = 2
		r.say(answer)
		r.phase(turn.Thinking, 5*time.Second)
		from := r.now()
		r.phase(turn.Speaking, 25*time.Second)
		r.phase(turn.Listening, 10*time.Second)
		if d := r.now() - from; d < 20*time.Second || d > 26*time.Second {
			t.Errorf("goes on after %v", d)
		}
		r.want(answer)
		if last := r.mind.asked[len(r.mind.asked)-1]; !last.Plain || last.Text != answer {
			t.Errorf("asked %+v", last)
		}
		if line, _ := r.lastLine(); line.Turn != 3 {
			t.Errorf("says %+v", line)
		}
	})
}

// TestNoMind: where not even the rules answer, what was said is kept for the next
// turn.
func TestNoMind(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.mind.takes = time.Hour
		r.say(answer)
		r.until("told", 40*time.Second, func(m session.Message) bool { return m == session.Notice{Code: session.NoticeNoReply} })
		r.mind.takes = 100 * ms
		r.phase(turn.Listening, 10*time.Second)
		r.say("and then we all went home to our families")
		r.phase(turn.Speaking, 10*time.Second)
		time.Sleep(time.Second)
		r.want(answer + " and then we all went home to our families")
	})
}

// TestStoreAway: storing is tried again, and what is not stored is not told.
func TestStoreAway(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		r.mind.fails = 2
		r.say(answer)
		r.until("the line", 10*time.Second, func(m session.Message) bool { _, ok := m.(session.Says); return ok })
		r.want(answer)
	})
	for _, refuses := range []error{research.Errorf(research.Unavailable, "The database is away."), research.Errorf(research.Conflict, "It went on elsewhere.")} {
		bubble(t, nil, func(r *rig) {
			r.phase(turn.Listening, 10*time.Second)
			r.mind.refuses = refuses
			n := count[session.Says](r)
			r.say(answer)
			<-r.ended
			if !errors.Is(r.err, refuses) || count[session.Says](r) != n || count[session.Heard](r) != 0 || count[session.Ended](r) != 0 {
				t.Errorf("%v\n%s", r.err, r)
			}
			conflict := research.CodeOf(refuses) == research.Conflict
			if last := r.all()[len(r.all())-1]; last != session.Message(session.Refused{Code: string(research.CodeOf(refuses)), Retryable: !conflict}) {
				t.Errorf("told %v", last)
			}
		})
	}
}

// TestBudget: an interview is spoken where there is time for the whole of it,
// which is reserved once; what was not used is given back.
func TestBudget(t *testing.T) {
	var reserved []int
	rest := 0
	bubble(t, func(_ *rig, c *session.Config) {
		c.Params.Limit = 3 * time.Minute
		c.Budget = func(_ context.Context, seconds int) error {
			reserved = append(reserved, seconds)
			return nil
		}
		c.Unspent = func(seconds int) { rest = seconds }
	}, func(r *rig) {
		for range 8 {
			r.phase(turn.Listening, 20*time.Second)
			r.say(answer)
			time.Sleep(6 * time.Second)
		}
		r.stop()
		if !slices.Equal(reserved, []int{180}) || rest < 60 || rest > 160 {
			t.Errorf("%d reserved, %d given back", reserved, rest)
		}
	})
}

// TestNoBudget: where there is no time left, the interview is typed from its
// beginning.
func TestNoBudget(t *testing.T) {
	bubble(t, func(_ *rig, c *session.Config) {
		c.Budget = func(context.Context, int) error {
			return research.Errorf(research.Quota, "The time for voice of this day is used up.")
		}
		c.Unspent = func(seconds int) { t.Errorf("%d given back of nothing", seconds) }
	}, func(r *rig) {
		r.after(0, "told", 10*time.Second, func(m session.Message) bool { return m == session.Notice{Code: session.NoticeBudget} })
		r.s.Do(session.Command{Do: session.Answer, ID: "last", Text: "typed"})
		time.Sleep(5 * time.Second)
		if got := r.mind.answers(); len(got) != 1 || got[0] != "typed" {
			t.Errorf("stored %q\n%s", got, r)
		}
		if line, _ := r.lastLine(); line.Spoken {
			t.Error("spoken without a budget")
		}
		r.stop()
	})
}

// TestDiskStuck: a recording that cannot be written ends, and nothing else.
func TestDiskStuck(t *testing.T) {
	bubble(t, func(r *rig, _ *session.Config) { r.tape.stuck = make(chan struct{}) }, func(r *rig) {
		r.until("told", 30*time.Second, func(m session.Message) bool { return m == session.Notice{Code: session.NoticeNoRecord} })
		r.phase(turn.Listening, 20*time.Second)
		r.say(answer)
		r.phase(turn.Speaking, 10*time.Second)
		r.want(answer)
		close(r.tape.stuck)
	})
}

// TestNoSound: what is no sound is refused.
func TestNoSound(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		for _, bad := range [][]byte{nil, make([]byte, 3)} {
			if r.s.Mic(9000, bad) {
				t.Errorf("%d bytes are no sound", len(bad))
			}
		}
		close(r.quit)
		r.live.Wait()
	})
}

// TestEndWithWordsInTheAir: whatever ends it, what was said is stored.
func TestEndWithWordsInTheAir(t *testing.T) {
	for name, end := range map[string]func(*rig){
		"time is up": func(r *rig) { time.Sleep(30 * time.Second) },
		"stopped":    func(r *rig) { r.cancel(nil) },
	} {
		bubble(t, func(_ *rig, c *session.Config) { c.Params.Limit = 20 * time.Second }, func(r *rig) {
			r.phase(turn.Listening, 10*time.Second)
			time.Sleep(13*time.Second - r.now())
			const words = "and there is so much more to say about it all that I could go on for an hour"
			go r.say(words + " " + words)
			time.Sleep(7*time.Second - 200*ms)
			end(r)
			<-r.ended
			if got := r.mind.answers(); len(got) != 1 || len(got[0]) < 60 || got[0] != (words + " " + words)[:len(got[0])] {
				t.Errorf("%s: stored %q\n%s", name, got, r)
			}
			time.Sleep(10 * time.Second)
		})
	}
}

// TestNobodyComes: a session without a page ends by itself.
func TestNobodyComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mind{}
		s := session.New(session.Config{Mind: m, Params: turn.Normal.Params()})
		if err := s.Run(t.Context()); err != nil || !slices.Equal(m.overs, []turn.Reason{turn.TooQuiet}) {
			t.Errorf("%v, %v", err, m.overs)
		}
		s.Do(session.Command{Do: session.Skip}) // after the end nothing happens, and nothing waits
		s.Attach(&page{}, 0)
		s.Mic(0, make([]byte, 2))
	})
}

// TestRecording: both tracks stand where they were heard.
func TestRecording(t *testing.T) {
	bubble(t, nil, func(r *rig) {
		r.phase(turn.Listening, 10*time.Second)
		at := r.now()
		r.say(answer)
		r.phase(turn.Speaking, 10*time.Second)
		line := r.now()
		r.phase(turn.Listening, 10*time.Second)
		r.stop()
		lasted := r.now()
		first := func(track int, from time.Duration) time.Duration {
			for n := int(from * 16000 / time.Second); n < len(r.tape.tracks[track]); n++ {
				if r.tape.tracks[track][n] > 1000 {
					return time.Duration(n) * time.Second / 16000
				}
			}
			return time.Hour
		}
		if d := first(0, 0) - at; d < -100*ms || d > 100*ms {
			t.Errorf("the answer stands %v off", d)
		}
		if d := first(1, at) - line; d < -100*ms || d > 250*ms {
			t.Errorf("the line stands %v off", d)
		}
		if d := r.tape.closed - lasted; d < -100*ms || d > 100*ms {
			t.Errorf("it is %v long after %v", r.tape.closed, lasted)
		}
		said := len(strings.Fields(answer)) * 5120
		n := 0
		for _, v := range r.tape.tracks[0] {
			if v >= firstWord {
				n++
			}
		}
		if n != said {
			t.Errorf("%d samples of %d", n, said)
		}
	})
}
