package participant_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/turn"
)

// TestBudget: voice time is reserved before a service is asked, and where there is
// not enough for all of an interview, it is typed from its beginning.
func TestBudget(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		var mu sync.Mutex
		left := 60
		w.speech.budget = func(_ context.Context, seconds int) error {
			mu.Lock()
			defer mu.Unlock()
			if left < seconds {
				return research.Errorf(research.Quota, "The time for voice is used up.")
			}
			left -= seconds
			return nil
		}
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		if !c.has("notice", "budget") {
			t.Error("nobody was told")
		}
		before := w.asked()
		mu.Lock()
		if before != 0 || left != 60 {
			t.Errorf("less than an interview is left, and one is begun: %d asked, %d s left", before, left)
		}
		mu.Unlock()
		c.send(map[string]any{"type": "answer", "id": "typed-1", "text": "I would rather type that we left in March."})
		if a := c.until("accepted"); a.ID != "typed-1" {
			t.Errorf("%+v", a)
		}
		c.say(spokenAnswers[0])
		time.Sleep(30 * time.Second)
		if w.asked() != before {
			t.Error("a service was asked beyond the budget")
		}
	})
}

func (w *spokenWorld) asked() int {
	w.scribe.mu.Lock()
	defer w.scribe.mu.Unlock()
	return w.scribe.asked
}

func (c *caller) has(kind, code string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.got {
		if f.Type == kind && f.Code == code {
			return true
		}
	}
	return false
}

// TestAFloodOfSound is turned away, and the interview can go on.
func TestAFloodOfSound(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		go func() {
			for range 2000 { // two minutes of sound at once
				c.mu.Lock()
				b := c.frame()
				c.mu.Unlock()
				if c.conn.Write(context.Background(), websocket.MessageBinary, b) != nil {
					return
				}
			}
		}()
		if f := c.until("error"); f.Code != "quota" {
			t.Errorf("%+v", f)
		}
		if code := c.closed(); code != websocket.StatusPolicyViolation {
			t.Errorf("it was closed with %d", code)
		}
		back := w.call(t, token, map[string]any{"after": 1})
		back.state("listening")
		back.answer(spokenAnswers[0])
	})
}

// TestWhatIsNoSoundIsTurnedAway, once it was said a few times.
func TestWhatIsNoSoundIsTurnedAway(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		c := w.call(t, w.invite(t), nil)
		c.agree(false)
		for i, b := range [][]byte{{}, {1}, make([]byte, 8), append([]byte{2, 0, 0, 0, 0, 0, 0, 0}, 1, 2), append([]byte{1, 0, 0, 0, 0, 0, 0, 0}, 1),
			append([]byte{1, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 8192)...)} {
			must(t, c.conn.Write(t.Context(), websocket.MessageBinary, b))
			if f := c.until("error"); f.Code != "invalid" || f.Retryable {
				t.Errorf("%d: %+v", i, f)
			}
		}
		c.answer(spokenAnswers[0]) // it is still there
		for range 4 {
			c.send(map[string]any{"type": "what"})
		}
		if code := c.closed(); code != websocket.StatusPolicyViolation {
			t.Errorf("it was closed with %d", code)
		}
	})
}

// TestTooLargeAFrame ends the socket at once.
func TestTooLargeAFrame(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		c := w.call(t, w.invite(t), nil)
		c.agree(false)
		_ = c.conn.Write(t.Context(), websocket.MessageBinary, make([]byte, 65<<10)) // it may be cut off
		if code := c.closed(); code != websocket.StatusMessageTooBig {
			t.Errorf("it was closed with %d", code)
		}
	})
}

// TestSocketsOfAnAddress: ten, and the next when one of them is closed.
func TestSocketsOfAnAddress(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		var all []*caller
		for range 10 {
			c := w.call(t, w.invite(t), nil)
			c.state("consent")
			all = append(all, c)
		}
		more := w.call(t, w.invite(t), nil)
		if f := more.until("error"); f.Code != "quota" {
			t.Errorf("%+v", f)
		}
		more.closed()
		all[0].cut()
		time.Sleep(time.Second)
		w.call(t, w.invite(t), nil).state("consent")
	})
}

// TestAsManyAsTheServerCanFollow talk at once. The next one is told to come back,
// and nothing was begun; who has begun goes on, typed if need be.
func TestAsManyAsTheServerCanFollow(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		w.mostSpoken = 1
		w.serve(t)
		first := w.call(t, w.invite(t), nil)
		first.agree(false)
		token := w.invite(t)
		next := w.call(t, token, nil)
		next.state("consent")
		next.send(map[string]any{"type": "consent", "accepted": true, "mode": "voice"})
		if f := next.until("error"); f.Code != "crowded" {
			t.Errorf("%+v", f)
		}
		if offer, err := w.room.Find(t.Context(), token); err != nil || offer.Interview != nil {
			t.Errorf("it was begun: %v", err)
		}
		next.send(map[string]any{"type": "consent", "accepted": true, "mode": "text"})
		next.until("agent_turn")
		next.state("listening")
		next.send(map[string]any{"type": "voice", "on": true})
		next.until("notice", func(f spoken) bool { return f.Code == "no_ears" })
		next.state("listening")
		next.send(map[string]any{"type": "answer", "id": "a1", "text": "We moved to another tool."})
		next.until("accepted")
		first.send(map[string]any{"type": "end"})
		first.closed()
		next.send(map[string]any{"type": "voice", "on": true})
		next.until("agent_turn", func(f spoken) bool { return f.Spoken })
	})
}

// TestAnInterviewIsSpokenForSoLong: the limit of its study and two minutes, a
// quarter of an hour at most, and less where it was taken up again.
func TestAnInterviewIsSpokenForSoLong(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		if p := w.speech.started[0].Params; p.Limit != 6*time.Minute || p.Complete != turn.Normal.Params().Complete {
			t.Errorf("it has %+v", p)
		}
		time.Sleep(time.Minute)
		c.cut()
		time.Sleep(time.Minute)
		w.call(t, token, nil).until("agent_turn", func(f spoken) bool { return f.Spoken })
		if p := w.speech.started[1].Params; p.Limit > 5*time.Minute || p.Limit < 4*time.Minute {
			t.Errorf("the second time it has %s", p.Limit)
		}
		w.room.Plan = func([]byte) (interview.Plan, error) {
			return interview.Plan{GuideID: "cancellation", Minutes: 60, Mode: "voice"}, nil
		}
		w.call(t, w.invite(t), nil).agree(false)
		if p := w.speech.started[2].Params; p.Limit != 15*time.Minute {
			t.Errorf("an hour is %s", p.Limit)
		}
	})
}

// TestNobodyTalks: the session ends, the socket closes, and the link still leads
// to the same question.
func TestNobodyTalks(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		c.state("paused")
		if code := c.closed(); code != websocket.StatusNormalClosure || c.has("ended", "") {
			t.Errorf("it was closed with %d; %s", code, c)
		}
		offer, err := w.room.Find(t.Context(), token)
		must(t, err)
		if s := offer.Standing(time.Now()); s != interview.Open || offer.Interview.State != research.Paused {
			t.Errorf("the link is %s, the interview %s", s, offer.Interview.State)
		}
		w.call(t, token, nil).until("agent_turn", func(f spoken) bool { return f.Spoken && f.Question != "" })
	})
}

// TestLogsTellNothingOfWhatWasSaid, nor of where the services are.
func TestLogsTellNothingOfWhatWasSaid(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(true)
		c.answer(spokenAnswers[0])
		c.state("listening")
		_ = w.db.Close()
		c.say(spokenAnswers[1])
		c.until("notice", func(f spoken) bool { return f.Code == "no_reply" })
		c.send(map[string]any{"type": "pause", "on": true})
		c.until("state", func(f spoken) bool { return f.Name == "paused" })
		c.cut()
		time.Sleep(time.Minute) // the session ends, and cannot store that
		log := w.log.String()
		for _, word := range []string{"accounting", "invoice", "spreadsheet", token, "speech.test"} {
			if strings.Contains(log, word) {
				t.Errorf("the log tells %q: %s", word, log)
			}
		}
		if !strings.Contains(log, "broke off") || !strings.Contains(log, "clock") {
			t.Errorf("the log says nothing of it: %s", log)
		}
	})
}
