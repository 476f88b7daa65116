package turn_test

import (
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/turn"
)

// TestPatience is the table of silences: when a turn ends after its last word.
func TestPatience(t *testing.T) {
	const finished = "we moved all of our reports to the other tool last week"
	for _, c := range []struct {
		patience turn.Patience
		text     string
		yesno    bool
		slow     bool // the recogniser answers after everything is over
		want     time.Duration
	}{
		{turn.Quick, finished, false, false, 600 * ms},
		{turn.Normal, finished, false, false, 900 * ms},
		{turn.Patient, finished, false, false, 1300 * ms},
		{turn.Quick, "I stopped using it because", false, false, 1500 * ms},
		{turn.Normal, "I stopped using it because", false, false, 2000 * ms},
		{turn.Patient, "I stopped using it because", false, false, 3000 * ms},
		{turn.Normal, "the price", false, false, 2000 * ms},            // two words to an open question
		{turn.Normal, "it was too expensive", false, false, 1450 * ms}, // few words: half way
		{turn.Normal, "yes sure", true, false, 900 * ms},               // enough for a closed one
		{turn.Quick, "that is a good question let me think", false, false, 2500 * ms},
		{turn.Normal, "that is a good question let me think", false, false, 3500 * ms},
		{turn.Patient, "that is a good question let me think", false, false, 5000 * ms},
		{turn.Normal, finished, false, true, 3500 * ms}, // nothing is known of its words
		{"", finished, false, false, 900 * ms},
	} {
		m := newSim(t, c.patience.Params())
		m.yesno = c.yesno
		if c.slow {
			m.stt = 20 * time.Second
		}
		m.send(turn.Event{Kind: turn.Ready, On: true})
		m.until(turn.Listening, 10*time.Second)
		m.say(words(c.text))
		over := m.now + words(c.text).length
		m.until(turn.Thinking, 12*time.Second)
		got := m.now - over
		if got < c.want-50*ms || got > c.want+100*ms {
			t.Errorf("%s %q slow %v: ended after %v, want %v", c.patience, c.text, c.slow, got, c.want)
		}
	}
}

// TestIdle: after a question that nobody answers.
func TestIdle(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	m.line = 1500 * ms
	from := m.now
	m.until(turn.Paused, time.Minute)
	s := m.commits(turn.Silence)
	if len(s) != 2 || s[0].at-from > 8100*ms || s[0].at-from < 7950*ms || s[1].at-from > 20100*ms || s[1].at-from < 19950*ms {
		t.Errorf("nudged %v", s)
	}
	if d := m.now - from; d < 44950*ms || d > 45100*ms {
		t.Errorf("paused after %v", d)
	}
	m.say(words("sorry I am back again now"))
	m.until(turn.UserSpeaking, time.Second)
	m.run(6 * time.Second)
	m.wantStored("sorry I am back again now")
}

func TestPauseForTooLongEnds(t *testing.T) {
	p := turn.Normal.Params()
	p.Limit = time.Hour
	m := asked(t, p)
	m.send(turn.Event{Kind: turn.Pause, On: true})
	m.say(words("this is for somebody else in the room"))
	m.run(14 * time.Minute)
	if m.s.Phase() != turn.Paused {
		t.Fatalf("a pause that was pressed ends by speech: %s", m.s.Phase())
	}
	m.until(turn.Ended, 2*time.Minute)
	if e := m.all(turn.End); e[0].Reason != turn.TooQuiet {
		t.Errorf("ended %v", e)
	}
}

func TestTypingHoldsBackTheNudge(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	m.send(turn.Event{Kind: turn.Typing, On: true})
	m.run(4 * time.Minute)
	if n := len(m.commits(turn.Silence)); n != 0 {
		t.Errorf("nudged %d times while the box holds text", n)
	}
	m.send(turn.Event{Kind: turn.Typed})
	if c := m.commits(turn.ByHand); len(c) != 1 {
		t.Errorf("a typed answer asks for %v", c)
	}
	m.until(turn.Speaking, time.Second)
}

// TestTypedOverSpoken: a typed answer takes what was said so far with it.
func TestTypedOverSpoken(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	m.say(words("I will type the rest of it"))
	m.run(3 * time.Second)
	m.send(turn.Event{Kind: turn.Typed})
	c := m.commits(turn.ByHand)
	if len(c) != 1 || c[0].Text != "I will type the rest of it" || c[0].To <= c[0].From {
		t.Errorf("committed %+v", c)
	}
	m.until(turn.Listening, 6*time.Second)
	if got := m.all(turn.Store); got[len(got)-1].What != turn.ByHand {
		t.Errorf("stored %+v", got)
	}
}

// TestNoReply: once more, and then an apology; never silence.
func TestNoReply(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	m.mute = true
	m.say(words("we could not find the button any more"))
	m.until(turn.Thinking, 6*time.Second)
	from := m.now
	m.until(turn.Speaking, 30*time.Second)
	c := m.commits(turn.Answer)
	if len(c) != 2 || c[1].Try != 2 || len(m.all(turn.Apologise)) != 1 || m.now-from > 20100*ms {
		t.Errorf("after %v\n%s", m.now-from, m)
	}
	m.wantStored("we could not find the button any more")
	m.until(turn.Listening, 6*time.Second)
}

// TestDeafRecogniser: the words are asked for again, and then typing is offered.
func TestDeafRecogniser(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	m.deaf, m.line = true, 1500*ms
	for range 4 {
		m.say(words("nobody understands what I am saying"))
		m.run(9 * time.Second)
	}
	if a, b := len(m.commits(turn.NotHeard)), len(m.commits(turn.ByTyping)); a != 2 || b < 1 {
		t.Errorf("%d apologies, %d offers to type\n%s", a, b, m)
	}
}

// TestSilentPage: a page that reports nothing does not hold the interview up.
func TestSilentPage(t *testing.T) {
	m := newSim(t, turn.Normal.Params())
	m.silent = true
	m.send(turn.Event{Kind: turn.Ready, On: true})
	m.until(turn.Speaking, time.Second)
	from := m.now
	m.until(turn.Listening, 10*time.Second)
	if d := m.now - from; d < m.line+2*time.Second-50*ms || d > m.line+2200*ms {
		t.Errorf("listens after %v of a line of %v", d, m.line)
	}
}

func TestLostConnection(t *testing.T) {
	m := speaking(t, turn.Normal.Params())
	m.send(turn.Event{Kind: turn.Lost})
	m.run(10 * time.Second)
	if m.s.Phase() != turn.Reconnecting {
		t.Fatalf("shows %s", m.s.Phase())
	}
	m.send(turn.Event{Kind: turn.Back})
	r := m.all(turn.Resume)
	if len(r) != 1 || r[0].From < time.Second || r[0].From > 2*time.Second {
		t.Fatalf("resumed %v", r)
	}
	m.until(turn.Listening, 9*time.Second)
	m.say(words("that was only my train in a tunnel and so"))
	m.run(2 * time.Second)
	m.send(turn.Event{Kind: turn.Lost})
	m.until(turn.Ended, 31*time.Second)
	s := m.all(turn.Store)
	if last := s[len(s)-1]; last.Gen != 0 || last.Known || last.To-last.From < 2*time.Second {
		t.Errorf("what was said is not kept: %+v", last)
	}
}

// TestLostWhileThinking: the reply is looked for again, for the same turn.
func TestLostWhileThinking(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	m.say(words("we could not find the button any more"))
	m.until(turn.Thinking, 6*time.Second)
	m.send(turn.Event{Kind: turn.Lost})
	if m.s.Live() != 0 {
		t.Error("a reply is live, and nobody is there")
	}
	m.run(5 * time.Second)
	m.send(turn.Event{Kind: turn.Back})
	m.until(turn.Speaking, 3*time.Second)
	m.wantStored("we could not find the button any more")
}

func TestButtons(t *testing.T) {
	for kind, what := range map[turn.Kind]turn.What{turn.Repeat: turn.Again, turn.Skip: turn.Next, turn.Leave: turn.Goodbye} {
		for _, where := range []turn.Phase{turn.Listening, turn.Speaking, turn.UserSpeaking, turn.Endpointing, turn.Thinking} {
			m := asked(t, turn.Normal.Params())
			if where != turn.Listening {
				m.say(words("we did it all by hand after that"))
				m.until(where, 9*time.Second)
			}
			m.send(turn.Event{Kind: kind})
			if c := m.commits(what); len(c) != 1 || m.s.Live() != c[0].Gen {
				t.Errorf("%s while %s: %v\n%s", kind, where, c, m)
				continue
			}
			m.runUntil(10*time.Second, func() bool { return m.s.Phase() == turn.Speaking || m.s.Phase() == turn.Closing })
			if stored := len(m.stored()); where != turn.Listening && where != turn.UserSpeaking && stored != 1 {
				t.Errorf("%s while %s: what was said is lost\n%s", kind, where, m)
			}
			if kind == turn.Leave {
				m.until(turn.Ended, 9*time.Second)
				if e := m.all(turn.End); e[0].Reason != turn.Stopped {
					t.Errorf("ended %v", e)
				}
			}
		}
	}
}

// TestDone ends a turn at once, whatever it looks like, and believes somebody
// who was not heard.
func TestDone(t *testing.T) {
	m := asked(t, turn.Patient.Params())
	m.say(words("I stopped using it because"))
	m.run(words("I stopped using it because").length)
	m.send(turn.Event{Kind: turn.Done})
	if m.s.Phase() != turn.Thinking {
		t.Fatalf("still %s", m.s.Phase())
	}
	m.until(turn.Speaking, 2*time.Second)

	m = asked(t, turn.Patient.Params())
	m.send(turn.Event{Kind: turn.Done})
	if len(m.commits(turn.NotHeard)) != 1 {
		t.Errorf("nothing is said to somebody who was not heard\n%s", m)
	}
}

func TestMuteKeepsWhatWasSaid(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	m.say(words("we went back to the old one"))
	m.run(1500 * ms)
	m.send(turn.Event{Kind: turn.Mute, On: true})
	m.until(turn.Thinking, 6*time.Second)
	if c := m.commits(turn.Answer); len(c) != 1 || c[0].Text == "" {
		t.Errorf("committed %v", c)
	}
}

// TestLongAnswer: from 90 s on the next short pause ends it.
func TestLongAnswer(t *testing.T) {
	m := asked(t, turn.Patient.Params())
	for range 19 {
		m.sounds = append(m.sounds, sound{at: m.now, length: 4600 * ms, p: 0.9, text: "and then there was one more thing and"})
		m.run(5 * time.Second)
	}
	m.run(time.Second)
	if n := len(m.commits(turn.Answer)); n != 1 {
		t.Errorf("committed %d times\n%s", n, m)
	}
}

// TestWordsOverALineAreKept: too few to end it, they belong to the answer.
func TestWordsOverALineAreKept(t *testing.T) {
	m := speaking(t, turn.Normal.Params())
	m.say(words("Thursdays"), pause(9*time.Second), words("mostly on that day when we write the report"))
	m.until(turn.Listening, 12*time.Second)
	m.until(turn.Thinking, 9*time.Second)
	m.until(turn.Listening, 12*time.Second)
	m.say(words("and so we stopped using it in the end"))
	m.run(8 * time.Second)
	m.wantStored("Thursdays mostly on that day when we write the report", "and so we stopped using it in the end")
}

// TestOwnVoice: what the microphone hears of the loudspeaker interrupts nobody.
func TestOwnVoice(t *testing.T) {
	m := speaking(t, turn.Normal.Params())
	m.say(sound{length: 800 * ms, p: 0.9, text: "What led you to that?"})
	m.run(3 * time.Second)
	if len(m.all(turn.Cancel)) > 0 || m.s.Phase() != turn.Speaking {
		t.Errorf("the line interrupted itself\n%s", m)
	}
	p := turn.Normal.Params()
	p.HalfDuplex = true
	m = speaking(t, p)
	m.say(words("anything at all that is heard meanwhile"))
	m.run(4 * time.Second)
	if len(m.all(turn.Duck)) > 0 {
		t.Errorf("half duplex hears somebody\n%s", m)
	}
}

// TestRunningRecogniser: words that come by themselves are enough.
func TestRunningRecogniser(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	m.send(turn.Event{Kind: turn.Heard, Turn: m.s.Turn(), Text: "very quietly said"}) // below what the ear takes for voice
	if m.s.Phase() != turn.Endpointing {
		t.Fatalf("%s", m.s.Phase())
	}
	m.until(turn.Thinking, 5*time.Second)
	if c := m.commits(turn.Answer); c[0].Text != "very quietly said" {
		t.Errorf("committed %v", c)
	}
	m.send(turn.Event{Kind: turn.Heard, Turn: m.s.Turn() - 1, Text: "of the turn before"})
	if c := m.commits(turn.Answer); len(c) != 1 {
		t.Errorf("a transcript of another turn did something")
	}
}

// TestBunchedFrames: frames that were held up by the network are no pause, and
// those that never come are none either.
func TestBunchedFrames(t *testing.T) {
	m := asked(t, turn.Quick.Params())
	at := m.now
	for range 30 {
		at += frameLength
		m.send(turn.Event{Kind: turn.Frame, Audio: at, P: 0.9})
	}
	m.now += 2900 * ms // nothing comes for a while
	at += 2 * time.Second
	m.send(turn.Event{Kind: turn.Frame, Audio: at, P: 0.1})
	if m.s.Phase() != turn.UserSpeaking {
		t.Errorf("%s after a gap in the frames", m.s.Phase())
	}
	m.now += 5 * time.Second
	m.send(turn.Event{Kind: turn.Expired, Timer: turn.TimerStall})
	if m.s.Phase() != turn.Thinking {
		t.Errorf("%s: nobody waits for frames for ever", m.s.Phase())
	}
}

func TestLimit(t *testing.T) {
	p := turn.Normal.Params()
	p.Limit = 20 * time.Second
	m := asked(t, p)
	m.say(pause(14*time.Second), words("and there is so much more to say about it all"))
	m.until(turn.Ended, 30*time.Second)
	if e := m.all(turn.End); e[0].Reason != turn.TooLong || m.log[len(m.log)-1].Do != turn.End {
		t.Errorf("ended %v", e)
	}
}

// TestAPauseIsNotHeldAgainstThem: the limit is for talking.
func TestAPauseIsNotHeldAgainstThem(t *testing.T) {
	p := turn.Normal.Params()
	p.Limit = 2 * time.Minute
	for name, goOn := range map[string]turn.Event{"goes on": {Kind: turn.Pause}, "presses a button": {Kind: turn.Repeat}} {
		m := asked(t, p)
		m.send(turn.Event{Kind: turn.Pause, On: true})
		m.run(10 * time.Minute)
		if m.s.Phase() != turn.Paused {
			t.Fatalf("%s: after ten minutes it is %s\n%s", name, m.s.Phase(), m)
		}
		m.send(goOn)
		m.run(time.Minute)
		if m.s.Phase() == turn.Ended {
			t.Errorf("%s: a pause was counted\n%s", name, m)
		}
	}
}

func TestConsent(t *testing.T) {
	m := newSim(t, turn.Normal.Params())
	m.send(turn.Event{Kind: turn.Ready})
	m.run(2 * time.Second)
	if m.s.Phase() != turn.Consent || len(m.all(turn.Commit)) > 0 {
		t.Fatalf("%s before consent", m.s.Phase())
	}
	m.send(turn.Event{Kind: turn.Consented})
	if m.s.Phase() != turn.Ended || m.all(turn.End)[0].Reason != turn.NoConsent {
		t.Errorf("%s after no", m.s.Phase())
	}
}
