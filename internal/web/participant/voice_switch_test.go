package participant_test

import (
	"testing"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

// TestTypedIntoASpokenInterview: it is acknowledged after it was stored, and the
// same again gets the same answer.
func TestTypedIntoASpokenInterview(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		typed := map[string]any{"type": "answer", "id": "typed-1", "text": "It was too slow for us since March."}
		c.send(typed)
		if a := c.until("accepted"); a.ID != "typed-1" || a.Turn != 2 || len(w.turns(t, token)) != 3 {
			t.Errorf("%+v, with %d turns", a, len(w.turns(t, token)))
		}
		c.state("listening")
		c.send(typed)
		if a := c.until("accepted"); a.Turn != 2 || len(w.turns(t, token)) != 3 {
			t.Errorf("again it is %+v, with %d turns", a, len(w.turns(t, token)))
		}
		for _, bad := range []map[string]any{
			{"type": "answer", "id": "", "text": "no id"}, {"type": "answer", "id": "typed-2", "text": " "},
			{"type": "answer", "id": "typed-3", "text": string(make([]rune, interview.LongestAnswer+1))},
		} {
			c.send(bad)
			f := c.until("error")
			if want := map[bool]string{true: "too_long", false: "invalid"}[bad["id"] == "typed-3"]; f.Code != want || f.ID != bad["id"] {
				t.Errorf("%v is answered %+v", bad["id"], f)
			}
		}
		if n := len(w.turns(t, token)); n != 3 {
			t.Errorf("%d turns", n)
		}
		first := w.turns(t, token)[1]
		if first.StartMS != nil || first.Text != typed["text"] {
			t.Errorf("a typed answer is stored as %+v", first)
		}
	})
}

// TestVoiceOffAndOn: typing goes on in the same session, and so does speaking.
func TestVoiceOffAndOn(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		c.send(map[string]any{"type": "voice", "on": false})
		c.send(map[string]any{"type": "answer", "id": "a1", "text": "I type for a while, it is loud in here."})
		c.until("accepted")
		if a := c.until("agent_turn"); a.Spoken {
			t.Errorf("a line is spoken: %+v", a)
		}
		c.state("listening")
		c.send(map[string]any{"type": "voice", "on": true})
		if _, a := c.answer(spokenAnswers[1]); !a.Spoken {
			t.Errorf("a line is not spoken: %+v", a)
		}
		w.wantTurns(t, token, "I type for a while, it is loud in here.", spokenAnswers[1])
		if started, _ := w.speech.sessions(); started != 1 {
			t.Errorf("%d sessions", started)
		}
	})
}

// TestFromTypingToSpeaking: where the study has both, the switch may be pressed at
// any time; nothing that was not agreed to is recorded.
func TestFromTypingToSpeaking(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, map[string]any{"voice": false})
		c.state("consent")
		c.send(map[string]any{"type": "consent", "accepted": true, "mode": "text", "record": true})
		if a := c.until("agent_turn"); a.Gen != 0 || a.Spoken {
			t.Errorf("a typed interview says %+v", a)
		}
		c.send(map[string]any{"type": "answer", "id": "a1", "text": "It was too slow for us since March."})
		c.until("accepted")
		c.state("listening")
		if started, _ := w.speech.sessions(); started != 0 {
			t.Fatal("a typed interview has a session")
		}
		c.send(map[string]any{"type": "voice", "on": true})
		c.until("agent_turn", func(f spoken) bool { return f.Spoken && f.Turn == 3 })
		c.state("listening")
		c.answer(spokenAnswers[1])
		w.wantTurns(t, token, "It was too slow for us since March.", spokenAnswers[1])
		offer, err := w.room.Find(t.Context(), token)
		must(t, err)
		if offer.Interview.Setup.Recorded {
			t.Error("it is recorded")
		}
	})
}

// TestAPageWithoutAMicrophone comes back to a spoken interview, and types.
func TestAPageWithoutAMicrophone(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		c.cut()
		back := w.call(t, token, map[string]any{"voice": false, "after": 1})
		back.state("listening")
		back.send(map[string]any{"type": "answer", "id": "a1", "text": "It was too slow for us since March."})
		back.until("accepted")
		if a := back.until("agent_turn"); a.Spoken {
			t.Errorf("it is spoken to: %+v", a)
		}
		back.cut()
		time.Sleep(time.Minute)
		later := w.call(t, token, map[string]any{"voice": false, "after": 3})
		later.state("listening")
		later.send(map[string]any{"type": "answer", "id": "a2", "text": "We had to copy all of it by hand."})
		later.until("accepted")
		if started, ended := w.speech.sessions(); started != 1 || ended != 1 {
			t.Errorf("%d sessions, %d ended", started, ended)
		}
	})
}

// TestPauseStopsTheClock, however it came about.
func TestPauseStopsTheClock(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		stands := func(want research.InterviewState) {
			t.Helper()
			time.Sleep(time.Second)
			offer, err := w.room.Find(t.Context(), token)
			must(t, err)
			if offer.Interview.State != want {
				t.Errorf("it is %s, not %s", offer.Interview.State, want)
			}
		}
		c.send(map[string]any{"type": "pause", "on": true})
		c.state("paused")
		stands(research.Paused)
		time.Sleep(10 * time.Minute)
		c.send(map[string]any{"type": "pause", "on": false})
		c.state("listening")
		stands(research.Running)
		c.state("paused") // nobody says anything
		stands(research.Paused)
		c.answer(spokenAnswers[0])
		stands(research.Running)
	})
}

// TestADoubleClickSkipsOnce.
func TestADoubleClickSkipsOnce(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		c.agree(false)
		c.send(map[string]any{"type": "skip", "turn": 1})
		second := c.until("agent_turn")
		c.send(map[string]any{"type": "skip", "turn": 1})
		c.state("listening")
		time.Sleep(2 * time.Second)
		if n := len(w.turns(t, token)); second.Turn != 2 || n != 2 {
			t.Errorf("skipping went to %+v, and there are %d turns", second, n)
		}
	})
}

// TestWhatIsAgreedTo is what the study offers and nothing else.
func TestWhatIsAgreedTo(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		w.offer("text")
		c := w.call(t, w.invite(t), nil)
		if r := c.until("ready"); r.Voice != "" || r.Offers != "text" {
			t.Errorf("a typed study is ready as %+v", r)
		}
		c.state("consent")
		for _, mode := range []string{"voice", "smoke"} {
			c.send(map[string]any{"type": "consent", "accepted": true, "mode": mode})
			if f := c.until("error"); f.Code != "invalid" {
				t.Errorf("%s is answered %+v", mode, f)
			}
		}
		c.send(map[string]any{"type": "consent", "accepted": true})
		c.until("agent_turn")
		c.send(map[string]any{"type": "voice", "on": true})
		time.Sleep(time.Second)
		if started, _ := w.speech.sessions(); started != 0 {
			t.Error("a study that is typed is spoken")
		}
	})
}

// TestNoKeyAtAll: the page may speak by itself where the study wants a voice.
func TestNoKeyAtAll(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		w.room.Voice = false
		w.silent = true
		w.serve(t)
		for offers, want := range map[string]string{"voice": "browser", "choice": "browser", "text": ""} {
			w.offer(offers)
			c := w.call(t, w.invite(t), nil)
			if r := c.until("ready"); r.Voice != want || r.Mode != "text" {
				t.Errorf("%s is ready as %+v", offers, r)
			}
			c.state("consent")
			c.send(map[string]any{"type": "consent", "accepted": true, "mode": "text"})
			c.until("agent_turn")
			c.send(map[string]any{"type": "answer", "id": "a1", "text": "It was too slow for us since March."})
			c.until("accepted")
		}
	})
}

// TestServicesThatCannotBeHad: the interview goes on typed, and says so.
func TestServicesThatCannotBeHad(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		w.speech.err = research.Errorf(research.Unavailable, "There is no voice today.")
		c := w.call(t, w.invite(t), nil)
		c.state("consent")
		c.send(map[string]any{"type": "consent", "accepted": true, "mode": "voice"})
		c.until("notice", func(f spoken) bool { return f.Code == "no_ears" })
		c.until("agent_turn")
		c.send(map[string]any{"type": "answer", "id": "a1", "text": "It was too slow for us since March."})
		c.until("accepted")
		w.speech.err = nil
		c.send(map[string]any{"type": "voice", "on": true})
		c.until("agent_turn", func(f spoken) bool { return f.Spoken })
	})
}

// TestEarsThatFail in the middle: typing works, and what was said is not lost.
func TestEarsThatFail(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		c := w.call(t, w.invite(t), nil)
		c.agree(false)
		w.scribe.fail(500)
		c.say(spokenAnswers[0])
		c.until("notice", func(f spoken) bool { return f.Code == "no_ears" })
		c.send(map[string]any{"type": "answer", "id": "a1", "text": "It was too slow for us since March."})
		c.until("accepted")
		c.until("agent_turn", func(f spoken) bool { return f.Spoken })
	})
}
