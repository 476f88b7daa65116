package participant_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/research"
)

// cut breaks the connection without a word, as a network does.
func (c *caller) cut() {
	_ = c.conn.CloseNow()
	<-c.over
}

// turns are the stored turns of a link's interview.
func (w *spokenWorld) turns(t *testing.T, token string) []research.Turn {
	t.Helper()
	offer, err := w.room.Find(t.Context(), token)
	must(t, err)
	return offer.Interview.Turns
}

// wantTurns checks that each of these answers is stored once, in that order, and
// that every question is asked once.
func (w *spokenWorld) wantTurns(t *testing.T, token string, answers ...string) {
	t.Helper()
	var said, lines []string
	for i, turn := range w.turns(t, token) {
		if turn.N != i+1 {
			t.Errorf("turn %d has number %d", i+1, turn.N)
		}
		if turn.Speaker == research.Participant {
			said = append(said, turn.Text)
		} else {
			lines = append(lines, turn.Text)
		}
	}
	if strings.Join(said, "\n") != strings.Join(answers, "\n") {
		t.Errorf("stored is\n%s\nnot\n%s", strings.Join(said, "\n"), strings.Join(answers, "\n"))
	}
	if len(lines) != len(answers)+1 {
		t.Errorf("there are %d lines of the interviewer for %d answers: %q", len(lines), len(answers), lines)
	}
}

// TestCutInTheMiddleOfAnAnswer: the session waits, nothing that was heard is
// lost, and nothing is asked twice.
func TestCutInTheMiddleOfAnAnswer(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		c.answer(spokenAnswers[0])
		c.state("listening")
		c.say(spokenAnswers[1])
		time.Sleep(2 * time.Second)
		rest := c.mouthful()
		c.cut()
		time.Sleep(5 * time.Second)
		if n := len(w.turns(t, token)); n != 3 {
			t.Errorf("while the line was away %d turns were stored", n)
		}
		back := w.call(t, token, map[string]any{"after": 3})
		back.seq = c.seq
		back.mouth = rest
		user, agent := back.until("user_turn"), back.until("agent_turn")
		if user.Turn != 4 || agent.Turn != 5 {
			t.Errorf("it went on with %+v, %+v", user, agent)
		}
		w.wantTurns(t, token, spokenAnswers[0], spokenAnswers[1])
		if started, _ := w.speech.sessions(); started != 1 {
			t.Errorf("there were %d sessions", started)
		}
	})
}

// mouthful is what was not said yet; it is not said any more.
func (c *caller) mouthful() []int16 {
	c.mu.Lock()
	defer c.mu.Unlock()
	rest := c.mouth
	c.mouth = nil
	return rest
}

// TestGoneForLonger: the session ends, the clock is stopped, and whoever comes
// back hears where they were.
func TestGoneForLonger(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		_, asked := c.answer(spokenAnswers[0])
		c.state("listening")
		c.cut()
		time.Sleep(40 * time.Second)
		if started, ended := w.speech.sessions(); started != 1 || ended != 1 {
			t.Errorf("after 40 s %d sessions of %d have ended", ended, started)
		}
		offer, err := w.room.Find(t.Context(), token)
		must(t, err)
		if offer.Interview.State != research.Paused {
			t.Errorf("it is %s", offer.Interview.State)
		}
		time.Sleep(time.Hour)
		back := w.call(t, token, map[string]any{"after": 0})
		for n := 1; n <= 3; n++ {
			back.until(map[bool]string{true: "user_turn", false: "agent_turn"}[n == 2], func(f spoken) bool { return f.Turn == n })
		}
		again := back.until("agent_turn", func(f spoken) bool { return f.Spoken })
		if again.Turn != asked.Turn || again.Text != asked.Text {
			t.Errorf("it was asked %+v, not again %+v", again, asked)
		}
		back.state("listening")
		back.answer(spokenAnswers[1])
		w.wantTurns(t, token, spokenAnswers[0], spokenAnswers[1])
	})
}

// TestServerReplaced: who talks is told, comes to the next server, hears where
// they were, and loses nothing that was stored.
func TestServerReplaced(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		_, asked := c.answer(spokenAnswers[0])
		c.state("listening")
		must(t, w.surface.Shutdown(context.Background()))
		c.until("notice", func(f spoken) bool { return f.Code == "restarting" })
		if code := c.closed(); code != websocket.StatusServiceRestart {
			t.Errorf("it was closed with %d", code)
		}
		began := time.Now()
		w.serve(t)
		back := w.call(t, token, map[string]any{"after": 3})
		again := back.until("agent_turn", func(f spoken) bool { return f.Spoken })
		if again.Turn != asked.Turn || time.Since(began) > 15*time.Second {
			t.Errorf("after %s it was asked %+v, not again %+v", time.Since(began), again, asked)
		}
		back.state("listening")
		back.answer(spokenAnswers[1])
		w.wantTurns(t, token, spokenAnswers[0], spokenAnswers[1])
		if resumed := w.speech.started[1].Resumed; !resumed || w.speech.started[0].Resumed {
			t.Error("the second session does not know that it is one")
		}
	})
}

// TestServerReplacedInTheMiddleOfAnAnswer: what was understood is stored, and the
// question is open again for the rest.
func TestServerReplacedInTheMiddleOfAnAnswer(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		c.say(spokenAnswers[0])
		time.Sleep(3 * time.Second)
		must(t, w.surface.Shutdown(context.Background()))
		c.closed()
		stored := w.turns(t, token)
		w.serve(t)
		back := w.call(t, token, map[string]any{"after": len(stored)})
		back.until("agent_turn", func(f spoken) bool { return f.Spoken })
		back.state("listening")
		back.answer(spokenAnswers[1])
		all := w.turns(t, token)
		if n := len(stored); n > 1 && (n != 2 && n != 3 || !strings.HasPrefix(spokenAnswers[0], stored[1].Text)) {
			t.Errorf("when it restarted %d turns were stored: %v", n, stored[1:])
		}
		if last := all[len(all)-2]; last.Text != spokenAnswers[1] {
			t.Errorf("the last answer is %q", last.Text)
		}
	})
}

// TestAnotherDeviceTakesOver a spoken interview, and goes on in the same session.
func TestAnotherDeviceTakesOver(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		old := w.call(t, token, nil)
		old.agree(false)
		old.answer(spokenAnswers[0])
		old.state("listening")
		newer := w.call(t, token, nil)
		if code := old.closed(); code != 4001 {
			t.Errorf("the older socket was closed with %d", code)
		}
		newer.until("agent_turn", func(f spoken) bool { return f.Turn == 3 })
		newer.state("listening")
		newer.answer(spokenAnswers[1])
		w.wantTurns(t, token, spokenAnswers[0], spokenAnswers[1])
		if started, ended := w.speech.sessions(); started != 1 || ended != 0 {
			t.Errorf("%d sessions began, %d ended", started, ended)
		}
	})
}

// TestAnotherDeviceInTheMiddleOfALine hears the rest of it.
func TestAnotherDeviceInTheMiddleOfALine(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		old := w.call(t, token, nil)
		old.state("consent")
		old.send(map[string]any{"type": "consent", "accepted": true, "mode": "voice"})
		old.until("agent_turn")
		time.Sleep(3 * time.Second)
		newer := w.call(t, token, nil)
		first := newer.until("agent_turn")
		resumed := newer.until("resume")
		if first.Turn != 1 || resumed.FromMS < 2000 || resumed.FromMS > 3500 {
			t.Errorf("it goes on with %+v after %+v", resumed, first)
		}
		newer.state("listening")
		newer.answer(spokenAnswers[0])
		w.wantTurns(t, token, spokenAnswers[0])
	})
}
