package turn_test

import (
	"math"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/turn"
)

// TestHysteresis is what begins speech and what ends it, as probabilities of
// frames of 32 ms.
func TestHysteresis(t *testing.T) {
	const speaks, listens = turn.UserSpeaking, turn.Listening
	for name, c := range map[string]struct {
		frames []float64
		want   turn.Phase
	}{
		"three frames in a row":       {[]float64{0.5, 0.6, 0.5}, speaks},
		"two":                         {[]float64{0.9, 0.9, 0.1}, listens},
		"three with one between":      {[]float64{0.9, 0.9, 0.4, 0.9}, listens},
		"never loud enough":           {[]float64{0.49, 0.49, 0.49, 0.49, 0.49}, listens},
		"goes on below the beginning": {[]float64{0.9, 0.9, 0.9, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4}, speaks},
		"no numbers":                  {[]float64{math.NaN(), math.NaN(), math.NaN(), math.Inf(-1)}, listens},
	} {
		m := asked(t, turn.Normal.Params())
		for _, p := range c.frames {
			m.now += frameLength
			m.send(turn.Event{Kind: turn.Frame, Audio: m.now, P: p})
		}
		if got := m.s.Phase(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestPreRoll: what is transcribed begins half a second before the first frame
// of voice, and not before the recording.
func TestPreRoll(t *testing.T) {
	m := asked(t, turn.Normal.Params())
	m.run(2 * time.Second)
	begun := m.now
	m.say(words("it was the export that we could not find"))
	m.until(turn.Endpointing, 6*time.Second)
	if from := m.all(turn.Transcribe)[0].From; from > begun-450*ms || from < begun-600*ms {
		t.Errorf("transcribed from %v, spoken from %v", from, begun)
	}
}

// BenchmarkFrame is a frame of silence and one of speech: 31 of them come a
// second from everybody.
func BenchmarkFrame(b *testing.B) {
	s := turn.New(turn.Normal.Params())
	s, _ = turn.Step(s, turn.Event{Kind: turn.Ready, On: true})
	s, _ = turn.Step(s, turn.Event{Kind: turn.ReplyReady, Gen: s.Live()})
	s, _ = turn.Step(s, turn.Event{Kind: turn.Sent, Gen: s.Live(), Length: time.Second})
	s, _ = turn.Step(s, turn.Event{Kind: turn.PlayedAll, Gen: s.Live()})
	b.ReportAllocs()
	at := time.Duration(0)
	for b.Loop() {
		at += frameLength
		s, _ = turn.Step(s, turn.Event{Kind: turn.Frame, Audio: at, P: float64(at / frameLength % 2)})
	}
}
