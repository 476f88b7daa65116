package participant_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// listen brings a spoken interview to its first silence.
func (s *script) listen(p *window) {
	s.t.Helper()
	s.begin(p)
	s.until("playback_done")
	s.state("listening")
	p.shows("listening")
	s.wait(func() bool { return len(s.frames()) > 2 })
}

// quiet tells whether no frame comes for a while, by the clock of the page.
// Frames come in their order: what was sent before the last text frame is here.
func (s *script) quiet(p *window) bool {
	s.t.Helper()
	before := len(s.frames())
	p.pass(400)
	return len(s.frames()) == before
}

// pass waits until so many milliseconds are over in the page.
func (w *window) pass(ms int) {
	w.t.Helper()
	w.run(`window.then = performance.now() + ` + strconv.Itoa(ms))
	w.until(`performance.now() >= then`)
}

// TestMuteSendsNothing: not a frame leaves, and the numbers show for how long.
func TestMuteSendsNothing(t *testing.T) {
	s := newScript(t, "choice", server)
	p, _ := talker(t)
	s.listen(p)
	p.press("mute")
	if f := s.until("mute"); !f.On {
		t.Error("the server is not told")
	}
	p.shows("muted")
	if !s.quiet(p) {
		t.Error("a microphone that is off sends sound")
	}
	p.until(`streams.at(-1).getTracks().every(t => !t.enabled)`)
	before := s.frames()
	p.press("mute")
	s.wait(func() bool { return len(s.frames()) > len(before) })
	if gap := s.frames()[len(before)].seq - before[len(before)-1].seq; gap < 6 {
		t.Errorf("half a second of silence is a gap of %d frames", gap)
	}
}

// TestTypingInstead: the microphone is given back, and speaking takes it again.
func TestTypingInstead(t *testing.T) {
	s := newScript(t, "choice", server)
	p, _ := talker(t)
	s.listen(p)
	p.press("type")
	if f := s.until("voice"); f.On {
		t.Error("the server still expects a voice")
	}
	p.until(`streams.every(s => s.getTracks().every(t => t.readyState === 'ended'))`)
	p.write("Typed after all.\r")
	f := s.until("answer")
	if f.Text != "Typed after all." {
		t.Errorf("the answer is %+v", f)
	}
	s.send(map[string]any{"type": "accepted", "id": f.ID, "turn": 2})
	p.until(`document.querySelector('[data-uc=answer]').value === ''`)
	if !s.quiet(p) {
		t.Error("somebody who types is still listened to")
	}
	before := len(s.frames())
	p.press("voice")
	if f := s.until("voice"); !f.On {
		t.Error("the server does not expect a voice")
	}
	p.shows("listening")
	s.wait(func() bool { return len(s.frames()) > before })
	s.say(3, 2, "And then?", 200*time.Millisecond)
	s.until("playback_done")
	p.until(`wrong.length === 0`)
}

// TestALostLineOfASpokenInterview: the microphone stays open, what is said
// meanwhile is a gap, and the page comes back by itself.
func TestALostLineOfASpokenInterview(t *testing.T) {
	s := newScript(t, "choice", server)
	p, _ := talker(t)
	s.listen(p)
	if h := s.first(); !h.Voice || h.Rate < 8000 {
		t.Errorf("hello is %+v", h)
	}
	s.say(2, 2, "Something long.", 20*time.Second)
	s.until("playback")
	s.network.lose(true)
	p.shows("away")
	before := s.frames()
	p.pass(1000)
	s.network.lose(false)
	h := s.until("hello")
	if h.After != 2 || !h.Voice {
		t.Errorf("hello is %+v", h)
	}
	s.state("speaking")
	s.send(map[string]any{"type": "resume", "gen": 2, "from_ms": 19500})
	s.tone(2, 19500*time.Millisecond, 20*time.Second)
	if r := s.until("playback_done"); r.Gen != 2 {
		t.Errorf("done is %+v", r)
	}
	s.state("listening")
	s.wait(func() bool { return len(s.frames()) > len(before)+3 })
	if gap := s.frames()[len(before)].seq - before[len(before)-1].seq; gap < 10 {
		t.Errorf("more than a second away is a gap of %d frames", gap)
	}
	p.until(`asked === 1 && wrong.length === 0`)
}

// TestHalfDuplex: where we hear ourselves, the microphone rests while we speak.
func TestHalfDuplex(t *testing.T) {
	s := newScript(t, "choice", server)
	p, _ := talker(t)
	s.listen(p)
	s.send(map[string]any{"type": "notice", "code": "half_duplex"})
	p.until(`document.querySelector('.note').textContent.includes('hear ourselves')`)
	s.say(2, 2, "Do you hear us?", 2*time.Second)
	s.until("playback")
	if !s.quiet(p) {
		t.Error("the microphone is open while we speak")
	}
	s.until("playback_done")
	s.state("listening")
	before := len(s.frames())
	s.wait(func() bool { return len(s.frames()) > before+3 })
}

// TestWhatTakesTheSoundAway: each pauses with words, sends nothing, and goes on
// by a button.
func TestWhatTakesTheSoundAway(t *testing.T) {
	s := newScript(t, "choice", server)
	p, _ := talker(t)
	s.listen(p)
	for name, c := range map[string]struct{ do, words string }{
		"another tab":     {`Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true }); document.dispatchEvent(new Event('visibilitychange')); delete document.visibilityState`, "background"},
		"a pulled plug":   {`const t = streams.at(-1).getTracks()[0]; t.stop(); t.onended()`, "went away"},
		"another headset": {`const d = navigator.mediaDevices, was = d.enumerateDevices.bind(d); d.enumerateDevices = async () => [...await was(), { kind: 'audioinput', deviceId: String(Math.random()) }]; d.dispatchEvent(new Event('devicechange')); setTimeout(() => d.enumerateDevices = was, 500)`, "plugged"},
	} {
		p.run(c.do)
		if f := s.until("pause"); !f.On {
			t.Errorf("%s: the server is not told", name)
		}
		s.state("paused")
		p.until(`document.querySelector('.is-paused .paused p').textContent.includes('` + c.words + `')`)
		if !s.quiet(p) {
			t.Errorf("%s: a pause sends sound", name)
		}
		before := len(s.frames())
		p.run(`document.querySelector('[data-do=continue]').click()`)
		if f := s.until("pause"); f.On {
			t.Errorf("%s: it does not go on", name)
		}
		s.state("listening")
		p.shows("listening")
		s.wait(func() bool { return len(s.frames()) > before })
	}
	p.until(`wrong.length === 0`)
}

// TestSmallScreenOfASpokenInterview: at 320 pixels nothing is cut off, every
// control is big enough for a finger, and has a name.
func TestSmallScreenOfASpokenInterview(t *testing.T) {
	const fits = `document.documentElement.scrollWidth <= 320 &&
		[...document.querySelectorAll('button, textarea, summary, label, a')].every(b => { const r = b.getBoundingClientRect(); return !r.width || r.height >= 44 && (b.textContent.trim() || b.getAttribute('aria-labelledby')) })`
	s := newScript(t, "choice", server)
	p, _ := talker(t)
	p.do(chromedp.EmulateViewport(320, 560))
	p.prepare(ears)
	p.open(s.url + "/i/" + s.invite(t))
	p.do(chromedp.WaitEnabled(mark("consent")))
	p.until(fits)
	p.press("consent")
	s.until("consent")
	s.say(1, 1, "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen?", 200*time.Millisecond)
	s.until("playback_done")
	s.state("listening")
	p.shows("listening")
	p.until(fits)
	p.press("mute")
	p.until(fits)
	s.send(map[string]any{"type": "notice", "code": "no_ears"})
	p.do(chromedp.WaitVisible(mark("answer")))
	p.until(fits)
}

// TestACrowdedServer: the question of consent comes back, and nothing listens.
func TestACrowdedServer(t *testing.T) {
	s := newScript(t, "choice", server)
	p, _ := talker(t)
	p.prepare(ears)
	p.open(s.url + "/i/" + s.invite(t))
	p.press("consent")
	s.until("consent")
	s.send(map[string]any{"type": "error", "code": "crowded", "retryable": false})
	p.until(`document.querySelector('#consent-status')?.textContent.includes('Many people') && document.querySelector('[data-uc=consent]:enabled')`)
	p.until(`streams.every(s => s.getTracks().every(t => t.readyState === 'ended')) && wrong.length === 0`)
}
