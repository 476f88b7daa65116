package participant_test

import (
	"testing"

	"github.com/usercall/usercall/internal/web/participant"
)

// reader is a browser with voices and a recogniser of its own, as far as a page
// can tell.
const reader = `window.read = []; window.asks = []; window.local = true; window.engines = [];
	class Utterance { constructor(text) { this.text = text } }
	window.SpeechSynthesisUtterance = Utterance;
	const all = [{ name: 'cloud', lang: 'en-US', localService: false, default: true }, { name: 'own', lang: 'en-GB', localService: true }];
	Object.defineProperty(window, 'speechSynthesis', { value: Object.assign(new EventTarget(), {
		getVoices: () => all, cancel() {}, speak(u) { read.push(u.voice.name + ': ' + u.text) } }) });
	window.SpeechRecognition = class extends EventTarget {
		static async available(o) { asks.push(o); return local && o.processLocally ? 'available' : 'unavailable' }
		get processLocally() { return this.stays } set processLocally(v) { this.stays = v }
		constructor() { super(); engines.push(this) }
		start() { this.started = true } stop() { this.onend() } };
	window.webkitSpeechRecognition = SpeechRecognition;`

func (s *script) demo(p *window, more string) {
	s.t.Helper()
	p.prepare(ears + reader + more)
	p.open(s.url + "/i/" + s.invite(s.t))
	p.press("consent")
	if c := s.until("consent"); c.Mode != "text" || c.Record { // what the server gets is typed
		s.t.Fatalf("the consent is %+v", c)
	}
	s.say(1, 0, "What made you cancel?", 0)
	s.state("listening")
	p.question("")
}

// TestWithoutAnyKey: the browser reads with a voice of the device, what is said
// is understood on the device, and both are named.
func TestWithoutAnyKey(t *testing.T) {
	s := newScript(t, "choice", participant.Speech{Kind: participant.VoiceBrowser})
	p, _ := talker(t)
	s.demo(p, "")
	p.until(`read.includes('own: What made you cancel?') && !read.some(r => r.startsWith('cloud'))`)
	p.until(`document.querySelector('.demo .words').textContent.includes('Demo voice')`)
	p.until(`asks.length && asks.every(a => a.processLocally === true) && engines.length === 0`)
	p.run(`document.querySelector('[data-do=dictate]').click()`)
	p.until(`engines.length === 1 && engines[0].started && engines[0].processLocally === true`)
	p.run(`engines[0].onresult({ results: [[{ transcript: 'The export ' }], [{ transcript: 'broke.' }]] })`)
	p.until(`document.querySelector('[data-uc=answer]').value === 'The export broke.'`)
	p.press("send")
	if f := s.until("answer"); f.Text != "The export broke." {
		t.Errorf("the answer is %+v", f)
	}
	p.until(`asked === 0 && wrong.length === 0`) // the browser asks by itself
	if len(s.frames()) > 0 {
		t.Error("sound was sent to the server")
	}
}

// TestNeverToABrowsersMaker: where only a cloud could read or understand, the
// page does neither, and says what is left.
func TestNeverToABrowsersMaker(t *testing.T) {
	s := newScript(t, "choice", participant.Speech{Kind: participant.VoiceBrowser})
	p, _ := talker(t)
	s.demo(p, `local = false; all.length = 1;`)
	p.until(`document.querySelector('.demo .words').textContent.includes('no voice of its own')`)
	p.until(`document.querySelector('[data-do=dictate]').hidden && document.querySelector('[data-do=aloud]').hidden`)
	p.until(`document.querySelector('.asks').getAttribute('aria-live') === 'polite'`)
	p.write("Typed.\r")
	s.until("answer")
	p.until(`read.length === 0 && engines.length === 0 && asked === 0`)
}
