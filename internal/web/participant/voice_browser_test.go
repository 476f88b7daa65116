package participant_test

import (
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/voice/pcm/pcmtest"
	"github.com/usercall/usercall/internal/web/participant"
)

var server = participant.Speech{Kind: participant.VoiceServer, Recordings: true}

// ears lets a test look at what the page asked for and what it makes heard.
const ears = violations + `
	window.asked = 0; window.streams = []; window.flushed = 0;
	const get = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
	if (get) navigator.mediaDevices.getUserMedia = async (c) => { asked++; window.wishes = c; const s = await get(window.raw ? { audio: raw } : c); streams.push(s); return s };
	const Real = window.Audio;
	window.Audio = function () { return (window.outlet = new Real()) };
	const Socket = window.WebSocket;
	window.WebSocket = class extends Socket { constructor(...a) { super(...a); this.addEventListener('message', e => {
		if (typeof e.data === 'string' && e.data.includes('"flush"')) flushed = performance.now() }) } };`

func (w *window) prepare(script string) {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	must(w.t, err)
}

// begin opens an interview, agrees to talk, and is asked the first question.
func (s *script) begin(p *window) {
	s.t.Helper()
	p.prepare(ears)
	p.open(s.url + "/i/" + s.invite(s.t))
	p.press("consent")
	if c := s.until("consent"); !c.Accepted || c.Mode != "voice" || c.Record {
		s.t.Fatalf("the consent is %+v", c)
	}
	s.say(1, 1, "What made you cancel?", time.Second)
}

func (w *window) shows(state string) {
	w.t.Helper()
	w.until(`document.querySelector('.voice')?.dataset.state === '` + state + `'`)
}

// TestASpokenQuestion: what is sent is heard, the page reports how far it is,
// and shows the words of both sides.
func TestASpokenQuestion(t *testing.T) {
	s := newScript(t, "choice", server)
	p, _ := talker(t)
	s.begin(p)
	if q := p.question(""); q != "What made you cancel?" {
		t.Errorf("it asks %q", q)
	}
	p.shows("speaking")
	report := s.until("playback")
	for report.PlayedMS == 0 { // a busy browser reports before it is heard
		report = s.until("playback")
	}
	done := s.until("playback_done")
	if report.Gen != 1 || report.PlayedMS < 0 || report.PlayedMS > 1000 || done.Gen != 1 {
		t.Errorf("it reports %+v and %+v", report, done)
	}
	s.state("listening")
	p.shows("listening")
	s.state("user_speaking")
	s.send(map[string]any{"type": "partial", "text": "The export broke"})
	p.until(`document.querySelector('.heard').textContent === 'The export broke'`)
	p.press("done")
	s.until("commit")
	s.send(map[string]any{"type": "user_turn", "turn": 2, "id": "a", "text": "The export broke in March."})
	s.state("thinking")
	p.shows("thinking")
	s.say(3, 2, "What happened then?", 300*time.Millisecond)
	p.question("What made you cancel?")
	if done := s.until("playback_done"); done.Gen != 2 {
		t.Errorf("done is %+v", done)
	}
	p.until(`document.querySelector('.turns').textContent.includes('The export broke in March.')`)
	p.until(`wrong.length === 0 && outlet.srcObject && !outlet.paused`)
}

// TestTheMicrophoneIsHeard: frames of 60 ms at 16 kHz, numbered without a gap,
// that hold what was said.
func TestTheMicrophoneIsHeard(t *testing.T) {
	s := newScript(t, "voice", server)
	p, voice := talker(t)
	// What browsers do to a voice is theirs: this is about what we do to it.
	p.prepare(`window.raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }`)
	s.begin(p)
	s.until("playback_done")
	s.state("listening")
	s.wait(func() bool { return len(s.frames()) >= 60 })
	frames := s.frames()
	first, last := frames[0], frames[len(frames)-1]
	if first.kind != 1 || last.seq-first.seq != uint32(len(frames)-1) || last.gen != 1 {
		t.Errorf("%d frames from %+v to %+v", len(frames), first.seq, last.seq)
	}
	var sound []int16
	for _, f := range frames {
		if len(f.pcm) != 960 {
			t.Fatalf("a frame of %d samples", len(f.pcm))
		}
		sound = append(sound, f.pcm...)
	}
	if span := last.at.Sub(first.at); span < 3*time.Second || span > 5*time.Second {
		t.Errorf("%d frames took %s", len(frames), span)
	}
	if best := best(sound, voice); best < 0.9 {
		t.Errorf("what arrives is like what was said by %.3f", best)
	} else {
		t.Logf("what arrives is like what was said by %.3f", best)
	}
	p.until(`wishes.audio.echoCancellation && wishes.audio.noiseSuppression && wrong.length === 0`)
}

// best is how like the voice the best half second of a sound is: another may lie
// in the gap between two rounds of it.
func best(sound, voice []int16) (best float64) {
	for part := range slices.Chunk(sound, 8000) {
		_, like := pcmtest.Find(part, voice)
		best = max(best, like)
	}
	return best
}

// TestAnInterruption: a duck is heard, a flush is silent at once, and the line
// goes on where the server says.
func TestAnInterruption(t *testing.T) {
	s := newScript(t, "choice", server)
	p, _ := talker(t)
	s.begin(p)
	s.until("playback_done")
	s.say(2, 2, "A long question, is it not?", 5*time.Second)
	p.run(`const c = new AudioContext(), a = c.createAnalyser(), v = new Float32Array(512); a.fftSize = 512;
		c.createMediaStreamSource(outlet.srcObject).connect(a); window.trace = [];
		window.loud = () => { a.getFloatTimeDomainData(v); return Math.sqrt(v.reduce((n, x) => n + x * x, 0) / 512) };
		setInterval(() => trace.push([performance.now(), outlet.muted ? 0 : loud()]), 5)`)
	p.until(`loud() > 0.1`)
	s.send(map[string]any{"type": "duck", "on": true})
	p.until(`loud() > 0.01 && loud() < 0.06`)
	s.send(map[string]any{"type": "duck", "on": false})
	p.until(`loud() > 0.1`)
	s.send(map[string]any{"type": "flush", "gen": 2})
	p.until(`flushed && performance.now() - flushed > 1000`)
	p.until(`Math.max(...trace.filter(([t]) => t > flushed + 400 && t < flushed + 1000).map(([, l]) => l)) < 0.002`)
	s.send(map[string]any{"type": "resume", "gen": 2, "from_ms": 4000})
	s.tone(2, 4*time.Second, 5*time.Second)
	p.until(`loud() > 0.1`)
	if r := s.until("playback_done"); r.Gen != 2 {
		t.Errorf("done is %+v", r)
	}
	p.until(`wrong.length === 0`)
}
