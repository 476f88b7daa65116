package turn_test

import (
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/turn"
)

// TestComplaints is what people report about voice agents, each as a test: what
// they complain about must not happen here.
func TestComplaints(t *testing.T) {
	normal := turn.Normal.Params()
	for _, c := range []struct {
		name string
		run  func(t *testing.T)
	}{
		{"talks over slow speakers and their um", func(t *testing.T) {
			m := asked(t, normal)
			m.say(pause(900*ms), words("well I was going to um"), pause(1800*ms), words("invite my whole team and then"), pause(1700*ms), words("it asked for a card"))
			m.run(20 * time.Second)
			m.wantStored("well I was going to um invite my whole team and then it asked for a card")
		}},
		{"one setting cannot be patient and easy to interrupt", func(t *testing.T) {
			for _, p := range []turn.Patience{turn.Quick, turn.Normal, turn.Patient} {
				m := speaking(t, p.Params())
				from := m.now
				m.say(words("no wait that is not what I meant at all"))
				m.run(5 * time.Second)
				duck, flush := m.since(turn.Duck, from), m.since(turn.Flush, from)
				if duck > 250*ms || flush > 1200*ms {
					t.Errorf("%s: ducked after %v, flushed after %v", p, duck, flush)
				}
			}
		}},
		{"numbers and addresses are cut", func(t *testing.T) {
			for _, groups := range [][]string{
				{"my number is four one five", "five five five", "twenty three eleven is it"},
				{"it is jane dot", "doe at", "example dot com you see it there"},
				{"the code was A B", "C D", "and that was all of it"},
			} {
				m := asked(t, normal)
				m.say(words(groups[0]), pause(1300*ms), words(groups[1]), pause(1300*ms), words(groups[2]))
				m.run(15 * time.Second)
				m.wantStored(groups[0] + " " + groups[1] + " " + groups[2])
			}
		}},
		{"a false interruption is never taken up again", func(t *testing.T) {
			m := speaking(t, normal)
			before := len(m.all(turn.Play))
			m.say(noise(1100 * ms))
			m.run(4 * time.Second)
			flush, resume := m.all(turn.Flush), m.all(turn.Resume)
			if len(flush) != 1 || len(resume) != 1 || flush[0].Gen != resume[0].Gen || resume[0].From != flush[0].From || resume[0].From < 1400*ms {
				t.Fatalf("flushed %v, resumed %v\n%s", flush, resume, m)
			}
			m.until(turn.Listening, 10*time.Second)
			if len(m.all(turn.Play)) != before {
				t.Errorf("the line was said twice\n%s", m)
			}
		}},
		{"a cough before the reply and it never comes", func(t *testing.T) {
			m := asked(t, normal)
			m.say(words("the price was too high for us"))
			m.until(turn.Thinking, 6*time.Second)
			m.run(200 * ms)
			m.say(cough())
			m.until(turn.Speaking, 6*time.Second)
			m.wantStored("the price was too high for us")
		}},
		{"speaking but silent after an interruption", func(t *testing.T) {
			m := speaking(t, normal)
			m.say(words("sorry I meant the other plan not this one"))
			m.run(8 * time.Second)
			plays, ducks, unducks := m.all(turn.Play), m.all(turn.Duck), m.all(turn.Unduck)
			if len(plays) != 2 || len(ducks) != len(unducks) || plays[1].Gen != m.s.Live() {
				t.Errorf("after the interruption no line is heard\n%s", m)
			}
			m.until(turn.Listening, 10*time.Second)
		}},
		{"goes on talking after an interruption", func(t *testing.T) {
			m := speaking(t, normal)
			gen := m.s.Live()
			m.say(words("stop stop let me say something about that"))
			m.until(turn.UserSpeaking, 3*time.Second)
			log := len(m.log)
			for _, late := range []turn.Kind{turn.Sent, turn.Played, turn.ReplyReady, turn.PlayedAll, turn.ReplyFailed} {
				m.send(turn.Event{Kind: late, Gen: gen, Length: 4 * time.Second})
			}
			if len(m.log) != log || m.s.Phase() != turn.UserSpeaking {
				t.Errorf("late reports of a cancelled line did something: %v", m.log[log:])
			}
		}},
		{"a noise without words leaves nobody to break the silence", func(t *testing.T) {
			m := asked(t, normal)
			from := m.now
			for range 5 {
				m.say(noise(400 * ms))
				m.run(1400 * ms)
			}
			m.run(4 * time.Second)
			silences := m.commits(turn.Silence)
			if len(silences) != 1 || silences[0].at-from > 9*time.Second {
				t.Errorf("the silence was not broken\n%s", m)
			}
		}},
		{"a stale verdict speaks while somebody has gone on", func(t *testing.T) {
			m := asked(t, normal)
			m.say(words("it was the price I think that we had to pay"), pause(1400*ms), words("and then also the support was slow"))
			m.until(turn.Thinking, 6*time.Second)
			gen := m.s.Live()
			m.until(turn.UserSpeaking, 2*time.Second)
			m.send(turn.Event{Kind: turn.ReplyReady, Gen: gen})
			if m.s.Phase() != turn.UserSpeaking {
				t.Errorf("the reply of generation %d was said\n%s", gen, m)
			}
			m.run(6 * time.Second)
			m.wantStored("it was the price I think that we had to pay and then also the support was slow")
		}},
		{"speaking follows what was sent, not what is heard", func(t *testing.T) {
			m := newSim(t, normal)
			m.line = 9 * time.Second
			m.send(turn.Event{Kind: turn.Ready, On: true})
			m.until(turn.Speaking, 3*time.Second)
			m.run(8 * time.Second) // everything was sent after 0.1 s
			if m.s.Phase() != turn.Speaking {
				t.Errorf("listens while the line is still heard\n%s", m)
			}
			m.until(turn.Listening, 2*time.Second)
		}},
	} {
		t.Run(c.name, c.run)
	}
}

// wantStored fails unless exactly these words were kept, a turn each.
func (m *sim) wantStored(want ...string) {
	m.t.Helper()
	got := m.stored()
	if len(got) != len(want) {
		m.t.Fatalf("stored %q, want %q\n%s", got, want, m)
	}
	for i := range want {
		if got[i] != want[i] {
			m.t.Errorf("turn %d is %q, want %q\n%s", i, got[i], want[i], m)
		}
	}
}

// since is how long after a time something was first done.
func (m *sim) since(do turn.Do, from time.Duration) time.Duration {
	for _, a := range m.all(do) {
		if a.at >= from {
			return a.at - from
		}
	}
	return time.Hour
}
