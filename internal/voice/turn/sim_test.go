package turn_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/turn"
)

const ms = time.Millisecond

// frameLength is that of the voice detector.
const frameLength = 32 * ms

// sound is a piece of what the microphone picks up.
type sound struct {
	at, length time.Duration
	p          float64 // how likely it is taken for speech
	text       string  // its words; "" is noise
}

// act is an action and when it was asked for.
type act struct {
	at time.Duration
	turn.Action
}

// sim is a session with scripted people and providers of fixed speed, in
// virtual time.
type sim struct {
	t       *testing.T
	s       turn.State
	now     time.Duration
	sounds  []sound
	queue   []turn.Event
	log     []act
	stt     time.Duration // how long a transcript takes
	deaf    bool          // the recogniser fails
	reply   time.Duration // from the words to the first sound
	mute    bool          // no reply ever comes
	silent  bool          // the page reports nothing
	line    time.Duration // how long a line is
	played  map[int]time.Duration
	started map[int]time.Duration // when the sound of a generation (re)started, less what was played
	yesno   bool
	probs   []float64 // what a detector said, a frame each, in place of level
}

func newSim(t *testing.T, p turn.Params) *sim {
	return &sim{t: t, s: turn.New(p), stt: 350 * ms, reply: 600 * ms, line: 3000 * ms,
		played: map[int]time.Duration{}, started: map[int]time.Duration{}}
}

// asked is a session that has asked its first question and listens.
func asked(t *testing.T, p turn.Params) *sim {
	t.Helper()
	m := newSim(t, p)
	m.send(turn.Event{Kind: turn.Ready, On: true})
	m.until(turn.Listening, 10*time.Second)
	return m
}

// speaking is a session in the middle of its first line.
func speaking(t *testing.T, p turn.Params) *sim {
	t.Helper()
	m := newSim(t, p)
	m.line = 8 * time.Second
	m.send(turn.Event{Kind: turn.Ready, On: true})
	m.until(turn.Speaking, 10*time.Second)
	m.run(1500 * ms)
	return m
}

// say adds what is heard, from now on: text and its length, or a pause.
func (m *sim) say(sounds ...sound) {
	at := m.now
	for _, s := range sounds {
		s.at = at
		at += s.length
		if s.p > 0 {
			m.sounds = append(m.sounds, s)
		}
	}
}

func words(text string) sound {
	return sound{length: time.Duration(len(strings.Fields(text))) * 320 * ms, p: 0.9, text: text}
}
func pause(d time.Duration) sound { return sound{length: d} }
func noise(d time.Duration) sound { return sound{length: d, p: 0.8} }
func cough() sound                { return sound{length: 288 * ms, p: 0.75} }
func length(all ...sound) (d time.Duration) {
	for _, s := range all {
		d += s.length
	}
	return d
}

func (m *sim) send(e turn.Event) {
	e.At = m.now
	var acts []turn.Action
	m.s, acts = turn.Step(m.s, e)
	for _, a := range acts {
		m.log = append(m.log, act{m.now, a})
		m.perform(a)
	}
}

func (m *sim) after(d time.Duration, e turn.Event) {
	e.At = m.now + d
	m.queue = append(m.queue, e)
}

func (m *sim) perform(a turn.Action) {
	switch a.Do {
	case turn.Transcribe:
		m.after(m.stt, turn.Event{Kind: turn.Heard, Turn: a.Turn, Attempt: a.Attempt, Text: m.text(a.From, a.To), Failed: m.deaf})
	case turn.Commit:
		wait := m.reply
		if !a.Known {
			wait += m.stt
		}
		if !m.mute {
			m.after(wait, turn.Event{Kind: turn.ReplyReady, Gen: a.Gen, Open: !m.yesno, Last: a.What == turn.Goodbye, Text: "What led you to that?"})
		}
	case turn.Cancel:
		m.drop(a.Gen)
	case turn.Flush:
		m.stopSound(a.Gen)
	case turn.Play, turn.Apologise:
		m.after(100*ms, turn.Event{Kind: turn.Sent, Gen: a.Gen, Length: m.line})
		m.sound(a.Gen, 0)
	case turn.Resume:
		m.sound(a.Gen, a.From)
	}
}

// sound plays a line from a place in it, and reports that four times a second.
func (m *sim) sound(gen int, from time.Duration) {
	if m.silent {
		return
	}
	for at := from + 250*ms; at < m.line; at += 250 * ms {
		m.after(at-from, turn.Event{Kind: turn.Played, Gen: gen, Length: at})
	}
	m.after(m.line-from+50*ms, turn.Event{Kind: turn.PlayedAll, Gen: gen})
}

func (m *sim) drop(gen int) {
	m.queue = slices.DeleteFunc(m.queue, func(e turn.Event) bool { return e.Gen == gen })
}

func (m *sim) stopSound(gen int) {
	m.queue = slices.DeleteFunc(m.queue, func(e turn.Event) bool {
		return e.Gen == gen && (e.Kind == turn.Played || e.Kind == turn.PlayedAll)
	})
}

// text is what a good recogniser writes for a stretch.
func (m *sim) text(from, to time.Duration) string {
	var out []string
	for _, s := range m.sounds {
		w := strings.Fields(s.text)
		for i, word := range w {
			end := s.at + time.Duration(i+1)*s.length/time.Duration(len(w))
			if end > from && end-80*ms <= to {
				out = append(out, word)
			}
		}
	}
	return strings.Join(out, " ")
}

// level is what the detector makes of the moment, with the unevenness of real
// speech: a dip now and then inside of words.
func (m *sim) level(at time.Duration) float64 {
	if len(m.probs) > 0 {
		p := m.probs[0]
		m.probs = m.probs[1:]
		return p
	}
	p := 0.03
	for _, s := range m.sounds {
		if at > s.at && at <= s.at+s.length {
			p = max(p, s.p)
		}
	}
	if p > 0.5 && (at/frameLength)%9 == 8 {
		p = 0.4
	}
	return p
}

// run lets time pass: frames come, deadlines fall due, and providers answer.
func (m *sim) run(d time.Duration) { m.runUntil(d, func() bool { return false }) }

func (m *sim) runUntil(d time.Duration, stop func() bool) bool {
	for end := m.now + d; m.now < end; {
		if stop() {
			return true
		}
		m.now += frameLength
		for {
			i, e := m.first()
			if i < 0 {
				break
			}
			if i < len(m.queue) {
				m.queue = slices.Delete(m.queue, i, i+1)
			}
			m.sendAt(e)
		}
		m.send(turn.Event{Kind: turn.Frame, Audio: m.now, P: m.level(m.now)})
	}
	return stop()
}

func (m *sim) sendAt(e turn.Event) {
	now := m.now
	m.now = max(min(e.At, now), now-frameLength)
	m.send(e)
	m.now = now
}

// first is the next event that is due, or the deadline before it.
func (m *sim) first() (int, turn.Event) {
	best := -1
	for i, e := range m.queue {
		if e.At <= m.now && (best < 0 || e.At < m.queue[best].At) {
			best = i
		}
	}
	timer, at, armed := m.s.Next()
	if armed && at <= m.now && (best < 0 || at < m.queue[best].At) {
		return len(m.queue), turn.Event{Kind: turn.Expired, Timer: timer, At: at}
	}
	if best < 0 {
		return -1, turn.Event{}
	}
	return best, m.queue[best]
}

// until waits for a phase.
func (m *sim) until(p turn.Phase, most time.Duration) {
	m.t.Helper()
	if !m.runUntil(most, func() bool { return m.s.Phase() == p }) {
		m.t.Fatalf("not %s after %v, but %s\n%s", p, most, m.s.Phase(), m)
	}
}

// all returns the actions of a kind.
func (m *sim) all(do turn.Do) (out []act) {
	for _, a := range m.log {
		if a.Do == do {
			out = append(out, a)
		}
	}
	return out
}

// stored are the turns with somebody's words.
func (m *sim) stored() (out []string) {
	for _, a := range m.all(turn.Store) {
		if a.Text != "" {
			out = append(out, a.Text)
		}
	}
	return out
}

func (m *sim) commits(what turn.What) (out []act) {
	for _, a := range m.all(turn.Commit) {
		if a.What == what {
			out = append(out, a)
		}
	}
	return out
}

func (m *sim) String() string {
	var b strings.Builder
	for _, a := range m.log {
		if a.Do == turn.Arm || a.Do == turn.Disarm {
			continue
		}
		fmt.Fprintf(&b, "%7.3f %-10s", a.at.Seconds(), a.Do)
		for _, f := range []string{string(a.Phase), string(a.What), string(a.Reason), a.Text} {
			if f != "" {
				fmt.Fprintf(&b, " %s", f)
			}
		}
		fmt.Fprintf(&b, " turn %d gen %d\n", a.Turn, a.Gen)
	}
	return b.String()
}
