package turn_test

import (
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/turn"
)

// TestOneNoiseLowersALineOnce: the same noise does not stop it again.
func TestOneNoiseLowersALineOnce(t *testing.T) {
	m := speaking(t, turn.Normal.Params())
	m.say(noise(6 * time.Second))
	m.run(6 * time.Second)
	if d, r := len(m.all(turn.Duck)), len(m.all(turn.Resume)); d != 1 || r != 1 {
		t.Errorf("lowered %d times, taken up %d times\n%s", d, r, m)
	}
}

// TestDiscardedAttempt: the words of an attempt that was given up do not count.
func TestDiscardedAttempt(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	m.stt = 1200 * ms
	m.say(words("first we tried to do it with"), pause(600*ms), words("the export that you have"))
	m.until(turn.Endpointing, 5*time.Second)
	first := m.all(turn.Transcribe)[0]
	m.until(turn.UserSpeaking, time.Second)
	if d := m.all(turn.Discard); len(d) != 1 || d[0].Attempt != first.Attempt {
		t.Errorf("discarded %v", d)
	}
	m.until(turn.Endpointing, 5*time.Second)
	m.send(turn.Event{Kind: turn.Heard, Turn: m.s.Turn(), Attempt: first.Attempt, Text: "you are all wrong about all of this today"})
	m.run(5 * time.Second)
	for _, c := range m.commits(turn.Answer) {
		if c.Known && c.Text != "first we tried to do it with the export that you have" {
			t.Errorf("asked for a reply to %q", c.Text)
		}
	}
	m.wantStored("first we tried to do it with the export that you have")
}

// TestWary: once voice without words was heard, only words stop a line, until
// words were heard again.
func TestWary(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	m.line = 6 * time.Second
	m.say(noise(1500 * ms))
	m.until(turn.Speaking, 6*time.Second)
	if len(m.commits(turn.NotHeard)) != 1 {
		t.Fatalf("not told\n%s", m)
	}
	m.run(500 * ms)
	m.say(noise(1400 * ms))
	m.run(3 * time.Second)
	if f := m.all(turn.Flush); len(f) != 0 {
		t.Errorf("noise dropped the line\n%s", m)
	}
	m.until(turn.Listening, 9*time.Second)
	m.say(words("we had to do all of it by hand again"), pause(1200*ms), words("and it took a day"))
	m.run(8 * time.Second)
	m.wantStored("we had to do all of it by hand again and it took a day")
}

// TestNoiseDoesNotPutTheNudgeOff: also where its frame comes before the deadline.
func TestNoiseDoesNotPutTheNudgeOff(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	from := m.now
	m.say(noise(500 * ms))
	m.run(4 * time.Second)
	m.now = from + 8200*ms
	for range 4 {
		m.now += frameLength
		m.send(turn.Event{Kind: turn.Frame, Audio: m.now, P: 0.9})
	}
	if len(m.commits(turn.Silence)) != 1 {
		t.Errorf("%s, and nobody was nudged\n%s", m.s.Phase(), m)
	}
}

// TestPageCannotHaveHeardMore: than there was time for.
func TestPageCannotHaveHeardMore(t *testing.T) {
	m := speaking(t, turn.Normal.Params())
	for range 2 {
		m.send(turn.Event{Kind: turn.Played, Gen: m.s.Live(), Length: 7900 * ms})
		m.send(turn.Event{Kind: turn.Lost})
		m.run(9 * time.Second)
		m.send(turn.Event{Kind: turn.Back})
		m.run(300 * ms)
	}
	r := m.all(turn.Resume)
	if len(r) != 2 || r[1].From > 2500*ms {
		t.Errorf("taken up from %v", r)
	}
}

// TestCutWithoutSayingMuch: the line is said again, once.
func TestCutWithoutSayingMuch(t *testing.T) {
	m := speaking(t, turn.Normal.Params())
	m.say(words("oh well then um"))
	m.until(turn.Thinking, 9*time.Second)
	m.until(turn.Speaking, 2*time.Second)
	m.run(time.Second)
	m.say(words("oh well then um"))
	m.until(turn.Thinking, 9*time.Second)
	if c, a := m.commits(turn.Cut), m.commits(turn.Answer); len(c) != 1 || len(a) != 1 {
		t.Errorf("cut %v, answered %v\n%s", c, a, m)
	}
	m = speaking(t, turn.Normal.Params())
	m.say(words("stop I want to delete everything"))
	m.until(turn.Thinking, 9*time.Second)
	if len(m.commits(turn.Answer)) != 1 {
		t.Errorf("an answer over a line is one\n%s", m)
	}
}

// TestMisheardIsSaidThreeTimes in a row, and again after words.
func TestMisheardIsSaidThreeTimes(t *testing.T) {
	p := turn.Normal.Params()
	m := asked(t, p)
	m.line = time.Second
	rustle := func(times int) {
		for range times {
			m.say(noise(1300 * ms))
			m.run(5 * time.Second)
		}
	}
	rustle(5)
	if a, b := len(m.commits(turn.NotHeard)), len(m.commits(turn.ByTyping)); a != 2 || b != 1 {
		t.Fatalf("%d apologies, %d offers to type\n%s", a, b, m)
	}
	m.until(turn.Listening, 9*time.Second)
	m.say(words("there was a lorry in front of my window"))
	m.run(6 * time.Second)
	rustle(1)
	if a := len(m.commits(turn.NotHeard)); a != 3 {
		t.Errorf("%d apologies after words\n%s", a, m)
	}
}

// TestAnswerOverTheLastWord: given while the line ends, it counts.
func TestAnswerOverTheLastWord(t *testing.T) {
	m := newSim(t, turn.Normal.Params())
	m.line, m.yesno = 3*time.Second, true
	m.send(turn.Event{Kind: turn.Ready, On: true})
	m.until(turn.Speaking, time.Second)
	m.run(2400 * ms)
	m.say(words("sure go"))
	m.until(turn.Thinking, 6*time.Second)
	m.until(turn.Speaking, 2*time.Second)
	m.wantStored("sure go")
}

// TestFailedLine: a voice that breaks off does not hold the interview up.
func TestFailedLine(t *testing.T) {
	m := newSim(t, turn.Normal.Params())
	m.silent = true
	m.send(turn.Event{Kind: turn.Ready, On: true})
	m.until(turn.Speaking, time.Second)
	m.send(turn.Event{Kind: turn.ReplyFailed, Gen: m.s.Live()})
	m.until(turn.Listening, 2200*ms)
}

// TestMoreTime: who went on once is given more time afterwards.
func TestMoreTime(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	m.line = time.Second
	ended := func(tail ...sound) time.Duration {
		m.say(append([]sound{words("we moved all of our reports to the other tool")}, tail...)...)
		over := m.now + length(words("we moved all of our reports to the other tool")) + length(tail...)
		m.until(turn.Thinking, 9*time.Second)
		for m.now < over {
			m.run(100 * ms)
		}
		if len(tail) > 0 {
			m.until(turn.Thinking, 9*time.Second)
		}
		d := m.now - over
		m.until(turn.Listening, 9*time.Second)
		return d
	}
	before := ended()
	ended(pause(1200*ms), words("because it was so much cheaper for the whole team"))
	if after := ended(); after < before+200*ms {
		t.Errorf("ended after %v, and %v after somebody had gone on", before, after)
	}
}

// TestTwoWordsOfTheLine: the beginning of an echo interrupts nobody either.
func TestTwoWordsOfTheLine(t *testing.T) {
	m := speaking(t, turn.Normal.Params())
	m.say(sound{length: 576 * ms, p: 0.9, text: "led you"})
	m.run(4 * time.Second)
	if len(m.all(turn.Cancel)) > 0 || m.s.Phase() != turn.Speaking {
		t.Errorf("the line interrupted itself\n%s", m)
	}
}

// TestEchoIsNobody: once our own voice was recognised, a line that it stopped goes
// on at once, and nothing of it is taken for an answer.
func TestEchoIsNobody(t *testing.T) {
	m := speaking(t, turn.Normal.Params())
	m.say(sound{length: 1600 * ms, p: 0.9, text: "What led you to that?"})
	m.runUntil(3*time.Second, func() bool { return len(m.all(turn.Flush)) > 0 })
	m.send(turn.Event{Kind: turn.Echo})
	if len(m.all(turn.Flush)) == 0 || len(m.all(turn.Resume)) != 1 || m.s.Needs() > m.now {
		t.Fatalf("the line does not go on\n%s", m)
	}
	m.until(turn.Listening, 12*time.Second)
	ducked := len(m.all(turn.Duck))
	m.say(words("we did it all by hand after that one"))
	m.run(8 * time.Second)
	if got := m.stored(); len(got) != 1 || got[0] != "we did it all by hand after that one" || len(m.all(turn.Duck)) != ducked {
		t.Errorf("stored %q\n%s", got, m)
	}
}
