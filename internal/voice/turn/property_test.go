package turn_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/turn"
)

// TestInvariants sends random events, most of them sensible, and looks after
// each at what must hold of every conversation.
func TestInvariants(t *testing.T) {
	streams := 600
	if testing.Short() {
		streams = 100
	}
	visited := map[turn.Phase]int{}
	for seed := range uint64(streams) {
		c := newChaos(t, seed)
		if seed%4 > 0 {
			c.step(turn.Event{Kind: turn.Ready, On: true})
		}
		for after := 0; after < 5 && len(c.history) < 1500; {
			c.step(c.any())
			visited[c.s.Phase()]++
			if c.ended {
				after++
			}
		}
		c.dies()
	}
	t.Log(visited)
	for _, p := range []turn.Phase{turn.Connecting, turn.Consent, turn.Speaking, turn.Listening, turn.UserSpeaking,
		turn.Endpointing, turn.Thinking, turn.Paused, turn.Reconnecting, turn.Closing, turn.Ended} {
		if visited[p] < streams/2 {
			t.Errorf("%s was visited %d times: the streams prove nothing about it", p, visited[p])
		}
	}
}

// chaos is a stream of random events, and what the actions so far amount to.
type chaos struct {
	t       *testing.T
	seed    uint64
	r       *rand.Rand
	s       turn.State
	now     time.Duration
	audio   time.Duration
	p       float64
	armed   map[turn.Timer]time.Duration
	live    int
	gens    int
	stored  int
	ducked  bool
	shown   turn.Phase
	attempt int
	ended   bool
	history []turn.Event
}

func newChaos(t *testing.T, seed uint64) *chaos {
	r := rand.New(rand.NewPCG(seed, 7))
	p := []turn.Patience{turn.Quick, turn.Normal, turn.Patient}[r.IntN(3)].Params()
	p.HalfDuplex = r.IntN(6) == 0
	s := turn.New(p)
	c := &chaos{t: t, seed: seed, r: r, s: s, armed: map[turn.Timer]time.Duration{}, shown: s.Phase()}
	timer, at, _ := s.Next()
	c.armed[timer] = at
	return c
}

// any is an event: most often a frame, often what is waited for, and sometimes
// nonsense.
func (c *chaos) any() turn.Event {
	c.now += time.Duration(c.r.IntN(40)) * ms
	switch n := c.r.IntN(100); {
	case n < 30 && c.s.Phase() == turn.Reconnecting:
		return turn.Event{Kind: turn.Back}
	case n < 20 && c.s.Phase() == turn.Paused:
		return turn.Event{Kind: turn.Pause}
	case n < 60 && c.s.Phase() == turn.Thinking && c.r.IntN(4) == 0:
		return turn.Event{Kind: turn.ReplyReady, Gen: c.s.Live(), Open: true, Last: c.r.IntN(12) == 0, Text: "What led you to that?"}
	case n < 60:
		return c.frame()
	case n < 75:
		return c.expected()
	case n < 85:
		timer, at, ok := c.s.Next()
		if final := timer == turn.TimerLimit || timer == turn.TimerConnect || timer == turn.TimerGrace || timer == turn.TimerPaused; ok && c.r.IntN(2) == 0 && (!final || c.r.IntN(20) == 0) {
			c.now = max(c.now, at)
		}
		return turn.Event{Kind: turn.Expired, Timer: timer}
	case n < 97:
		kinds := []turn.Kind{turn.Done, turn.Mute, turn.Mute, turn.Repeat, turn.Skip, turn.Typing, turn.Typed, turn.Pause, turn.Pause, turn.Lost, turn.Back, turn.Back, turn.Ready, turn.Echo, turn.Consented, turn.Consented, turn.Leave}
		k := kinds[c.r.IntN(len(kinds))]
		if k == turn.Leave && c.r.IntN(20) > 0 {
			k = turn.Back
		}
		return turn.Event{Kind: k, On: c.r.IntN(12) > 3 && k != turn.Mute && k != turn.Pause || c.r.IntN(3) == 0}
	}
	return c.nonsense()
}

// frame is one of many of a kind: voice and silence come in stretches.
func (c *chaos) frame() turn.Event {
	if c.r.IntN(12) == 0 {
		c.p = []float64{0.02, 0.05, 0.4, 0.9, 0.9, 0.97}[c.r.IntN(6)]
	}
	step := frameLength
	if c.r.IntN(40) == 0 {
		step = time.Duration(c.r.IntN(3000)) * ms
	}
	c.audio += step
	return turn.Event{Kind: turn.Frame, Audio: c.audio, P: c.p}
}

// expected is what a provider or the page would say now.
func (c *chaos) expected() turn.Event {
	texts := []string{"", "yes", "mm-hm", "because of the price and", "we could not find the export any more", "wait"}
	switch c.r.IntN(8) {
	case 0:
		return turn.Event{Kind: turn.Heard, Turn: c.s.Turn(), Text: texts[c.r.IntN(len(texts))]}
	case 1, 2, 3:
		return turn.Event{Kind: turn.Heard, Turn: c.s.Turn(), Attempt: c.attempt, Text: texts[c.r.IntN(len(texts))], Failed: c.r.IntN(9) == 0}
	case 4:
		return turn.Event{Kind: turn.ReplyReady, Gen: c.s.Live(), Open: true, Last: c.r.IntN(6) == 0}
	case 5:
		return turn.Event{Kind: turn.Sent, Gen: c.s.Live(), Length: time.Duration(c.r.IntN(6000)) * ms}
	case 6:
		if c.r.IntN(6) == 0 {
			return turn.Event{Kind: turn.ReplyFailed, Gen: c.s.Live()}
		}
		return turn.Event{Kind: turn.Played, Gen: c.s.Live(), Length: time.Duration(c.r.IntN(6000)) * ms}
	}
	return turn.Event{Kind: turn.PlayedAll, Gen: c.s.Live()}
}

// nonsense is what a hostile page or a broken provider may lead to.
func (c *chaos) nonsense() turn.Event {
	kinds := []turn.Kind{turn.Frame, turn.Heard, turn.ReplyReady, turn.ReplyFailed, turn.Sent, turn.Played, turn.PlayedAll, turn.Expired, "unknown"}
	return turn.Event{
		Kind: kinds[c.r.IntN(len(kinds))], Gen: c.r.IntN(50) - 5, Turn: c.r.IntN(50) - 5, Attempt: c.r.IntN(50) - 5,
		Length: time.Duration(c.r.Int64()) * time.Duration(1-2*c.r.IntN(2)), Timer: turn.Timer(c.r.IntN(30) - 10),
		P: []float64{math.NaN(), math.Inf(1), -3, 7}[c.r.IntN(4)], Audio: time.Duration(c.r.IntN(5000)) * ms, Text: "noise",
	}
}

func (c *chaos) step(e turn.Event) {
	c.t.Helper()
	if e.Kind != "unknown" || c.r.IntN(2) == 0 {
		e.At = c.now
	}
	was := c.s
	next, acts := turn.Step(c.s, e)
	again, acts2 := turn.Step(was, e)
	if next != again || len(acts) != len(acts2) {
		c.fail("two steps from one state differ", e)
	}
	c.history = append(c.history, e)
	c.s = next
	for _, a := range acts {
		c.act(e, a)
	}
	c.holds(e)
}

func (c *chaos) fail(what string, e turn.Event) {
	c.t.Helper()
	c.t.Fatalf("seed %d, event %d (%+v), %s: %s", c.seed, len(c.history), e, c.s.Phase(), what)
}

// act follows one action.
func (c *chaos) act(e turn.Event, a turn.Action) {
	c.t.Helper()
	if c.ended {
		c.fail("something is done after the end: "+string(a.Do), e)
	}
	switch a.Do {
	case turn.Arm:
		c.armed[a.Timer] = a.At
	case turn.Disarm:
		delete(c.armed, a.Timer)
	case turn.Show:
		if a.Phase == c.shown {
			c.fail("shown twice", e)
		}
		c.shown = a.Phase
	case turn.Duck, turn.Unduck:
		if c.ducked == (a.Do == turn.Duck) {
			c.fail("ducked or unducked twice", e)
		}
		c.ducked = a.Do == turn.Duck
	case turn.Commit:
		if c.live != 0 || a.Gen != c.gens+1 {
			c.fail("two replies live, or a generation out of order", e)
		}
		c.live, c.gens = a.Gen, a.Gen
	case turn.Cancel:
		if a.Gen != c.live {
			c.fail("cancels a reply that is not live", e)
		}
		c.live = 0
	case turn.Apologise, turn.Play:
		if a.Do == turn.Apologise {
			c.live, c.gens = a.Gen, a.Gen
		}
		if a.Gen != c.live {
			c.fail("plays a reply that is not live", e)
		}
	case turn.Resume, turn.Flush:
		if a.Gen != c.live || a.From < 0 {
			c.fail("resumes or flushes a line that is not live", e)
		}
	case turn.Store:
		if a.Turn != c.stored+1 {
			c.fail("turns are stored out of order or twice", e)
		}
		c.stored = a.Turn
	case turn.Transcribe:
		if a.From < 0 || a.To < a.From || a.Attempt <= c.attempt {
			c.fail("an attempt out of order, or of nothing", e)
		}
		c.attempt = a.Attempt
	case turn.End:
		c.ended = true
	}
}

// holds is what must be true after every event.
func (c *chaos) holds(e turn.Event) {
	c.t.Helper()
	if c.s.Live() == 0 && (e.Kind == turn.PlayedAll || e.Kind == turn.Expired) {
		c.live = 0 // a line that was heard to its end
	}
	if c.s.Phase() != c.shown {
		c.fail("the page shows "+string(c.shown), e)
	}
	if (c.s.Phase() == turn.Ended) != c.ended {
		c.fail("ended without saying so", e)
	}
	timer, at, ok := c.s.Next()
	if ok == c.ended || ok && c.armed[timer] != at || c.ended && len(c.armed) > 0 {
		c.fail("deadlines and what was armed differ, or nothing would wake it", e)
	}
	_, idle := c.armed[turn.TimerIdle]
	if listening := c.s.Phase() == turn.Listening; listening != idle {
		c.fail("listening without the idle timer, or the timer without listening", e)
	}
	own := map[turn.Phase]turn.Timer{turn.UserSpeaking: turn.TimerStall, turn.Endpointing: turn.TimerStall, turn.Thinking: turn.TimerReply,
		turn.Closing: turn.TimerPlayback, turn.Paused: turn.TimerPaused, turn.Reconnecting: turn.TimerGrace, turn.Consent: turn.TimerConnect}
	if t, has := own[c.s.Phase()]; has && c.armed[t] == 0 {
		c.fail("nothing would wake this phase", e)
	}
	if c.s.Phase() == turn.Speaking && c.armed[turn.TimerPlayback] == 0 && c.armed[turn.TimerFalse] == 0 {
		c.fail("nothing would end this line", e)
	}
	if thinks := c.s.Phase() == turn.Thinking || c.s.Phase() == turn.Speaking; thinks && c.live == 0 {
		c.fail("speaks or thinks, and nothing is live", e)
	}
	if listens := c.s.Phase() == turn.Listening || c.s.Phase() == turn.UserSpeaking || c.s.Phase() == turn.Endpointing; listens && c.live != 0 {
		c.fail("listens, and a reply is live", e)
	}
	if c.ducked && c.s.Phase() != turn.Speaking {
		c.fail("ducked, and nothing is heard", e)
	}
	if c.live != c.s.Live() && !c.ended {
		c.fail("it believes in another live reply", e)
	}
}

// dies lets nothing but deadlines happen: everything must come to its end, in
// the time that the longest session takes.
func (c *chaos) dies() {
	c.t.Helper()
	begun := c.now
	for n := 0; !c.ended; n++ {
		timer, at, ok := c.s.Next()
		if !ok || n > 500 || at > begun+20*time.Minute {
			c.fail("it never ends", turn.Event{})
		}
		c.now = max(c.now, at)
		c.step(turn.Event{Kind: turn.Expired, Timer: timer})
	}
}
