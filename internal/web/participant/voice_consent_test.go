package participant_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/web/participant"
)

// TestConsentToAVoice: what is said and lent depends on what the study offers
// and what the installation can.
func TestConsentToAVoice(t *testing.T) {
	elsewhere := participant.Speech{Kind: participant.VoiceServer, Service: "Speech Inc."}
	for name, c := range map[string]struct {
		mode       string
		speech     participant.Speech
		microphone string
		says       []string
		never      []string
	}{
		"typed study":  {"text", server, "microphone=()", []string{"you type"}, []string{"voice", "microphone", `id="record"`}},
		"typed server": {"choice", participant.Speech{}, "microphone=()", []string{"you type"}, []string{"voice", "microphone"}},
		"choice":       {"choice", server, "microphone=(self)", []string{"to nobody else", "rather type", `type="checkbox" id="record"`}, []string{"checked"}},
		"voice":        {"voice", server, "microphone=(self)", []string{"to nobody else", `id="record"`}, []string{"rather type", "checked"}},
		"service":      {"voice", elsewhere, "microphone=(self)", []string{"goes to Speech Inc.", "It is not recorded"}, []string{`id="record"`, "nobody else"}},
		"keyless":      {"choice", participant.Speech{Kind: participant.VoiceBrowser, Recordings: true}, "microphone=(self)", []string{"Your browser reads it aloud"}, []string{`id="record"`}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t, c.mode, c.speech)
			answer, page := s.page(t, s.invite(t))
			if got := answer.Header.Get("Permissions-Policy"); !strings.HasPrefix(got, c.microphone+",") {
				t.Errorf("the policy is %s", got)
			}
			if csp := answer.Header.Get("Content-Security-Policy"); strings.Contains(csp, "blob") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "script-src 'self';") {
				t.Errorf("the policy is %s", csp)
			}
			for _, words := range append(c.says, `data-uc="consent"`, "AI") {
				if !strings.Contains(page, words) {
					t.Errorf("the page does not say %q", words)
				}
			}
			for _, words := range c.never {
				if strings.Contains(strings.ToLower(page), words) {
					t.Errorf("the page says %q", words)
				}
			}
		})
	}
}

// TestRecordingIsAskedApart: the box is empty, and what it says is sent.
func TestRecordingIsAskedApart(t *testing.T) {
	s := newScript(t, "choice", server)
	p, _ := talker(t)
	p.open(s.url + "/i/" + s.invite(t))
	p.until(`document.querySelector('#record').checked === false`)
	p.do(chromedp.Click(chromedp.CSS(".tick")))
	p.press("consent")
	if c := s.until("consent"); c.Mode != "voice" || !c.Record {
		t.Errorf("the consent is %+v", c)
	}
}

// TestTypingNeverAsksForTheMicrophone, nor loads what would.
func TestTypingNeverAsksForTheMicrophone(t *testing.T) {
	for mode, button := range map[string]string{"text": "consent", "choice": "type"} {
		s := newScript(t, mode, server)
		p, _ := talker(t)
		p.prepare(ears)
		p.open(s.url + "/i/" + s.invite(t))
		p.until(`document.querySelector('#record')?.click() || true`) // ticked, and of no meaning
		p.press(button)
		if c := s.until("consent"); !c.Accepted || c.Mode != "text" || c.Record {
			t.Errorf("%s: the consent is %+v", mode, c)
		}
		s.say(1, 0, "What made you cancel?", 0)
		s.state("listening")
		p.question("")
		p.write("The export.\r")
		s.until("answer")
		p.until(`asked === 0 && wrong.length === 0 && !performance.getEntriesByType('resource').some(r => /voice|worklet/.test(r.name))`)
		if len(s.frames()) > 0 {
			t.Error("sound was sent")
		}
	}
}

// TestWithoutAMicrophone: each cause in its own words, and typing one press away.
func TestWithoutAMicrophone(t *testing.T) {
	fail := func(name string) string {
		return `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', '` + name + `') }`
	}
	for name, c := range map[string]struct{ prepare, words string }{
		"refused":     {fail("NotAllowedError"), "not allowed for this page"},
		"missing":     {fail("NotFoundError"), "no microphone on this device"},
		"in use":      {fail("NotReadableError"), "Another program"},
		"insecure":    {`Object.defineProperty(window, 'isSecureContext', { value: false })`, "without https"},
		"unsupported": {`Object.defineProperty(navigator, 'mediaDevices', { value: undefined })`, "A newer one can"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t, "voice", server)
			p := browse(t)
			p.prepare(c.prepare)
			p.open(s.url + "/i/" + s.invite(t))
			p.press("consent")
			p.until(`document.querySelector('.check .words')?.textContent.includes('` + c.words + `')`)
			p.press("type")
			if c := s.until("consent"); !c.Accepted || c.Mode != "text" {
				t.Errorf("the consent is %+v", c)
			}
			s.say(1, 0, "What made you cancel?", 0)
			s.state("listening")
			p.question("")
			p.write("The export.\r")
			s.until("answer")
		})
	}
}

// TestARefusalCanBeTakenBack: after "try again" the interview begins.
func TestARefusalCanBeTakenBack(t *testing.T) {
	s := newScript(t, "voice", server)
	p, _ := talker(t)
	p.prepare(`const d = navigator.mediaDevices, real = d.getUserMedia.bind(d); let n = 0;
		d.getUserMedia = async (c) => { if (n++ === 0) throw new DOMException('no', 'NotAllowedError'); return real(c) }`)
	p.open(s.url + "/i/" + s.invite(t))
	p.press("consent")
	p.do(chromedp.WaitVisible(chromedp.CSS("[data-do=again]")), chromedp.Click(chromedp.CSS("[data-do=again]")))
	if c := s.until("consent"); c.Mode != "voice" {
		t.Errorf("the consent is %+v", c)
	}
}

// TestAMicrophoneThatIsOff: nothing at all is heard, and the page says so, also
// while the interview goes on.
func TestAMicrophoneThatIsOff(t *testing.T) {
	file := filepath.Join(t.TempDir(), "silence.wav")
	must(t, os.WriteFile(file, wav(make([]int16, 10*16000)), 0o600))
	s := newScript(t, "voice", server)
	p := listener(t, file)
	p.open(s.url + "/i/" + s.invite(t))
	p.press("consent")
	s.until("consent")
	s.say(1, 1, "What made you cancel?", 0)
	s.state("listening")
	p.until(`document.querySelector('.note')?.textContent.includes('hear nothing from your microphone')`)
	p.do(chromedp.WaitVisible(mark("type")))
}

// TestAFrameWithoutPermission: a page around us that lends no microphone is
// named, and a tab of its own offered.
func TestAFrameWithoutPermission(t *testing.T) {
	s := newScript(t, "voice", server)
	p, _ := talker(t)
	p.prepare(ears)
	p.open(s.url + "/frame?" + s.url + "/i/" + s.invite(t))
	inside := `document.querySelector('iframe').contentDocument`
	p.until(inside + `?.querySelector('[data-uc=consent]:enabled')`)
	p.do(chromedp.Click(chromedp.CSS("iframe"))) // on none of the buttons
	p.run(`const b = ` + inside + `.querySelector('[data-uc=consent]'); b.focus()`)
	p.do(chromedp.KeyEvent("\r"))
	p.until(inside + `.querySelector('.check .words')?.textContent.includes('page around this interview')`)
	p.until(inside + `.querySelector('[data-do=tab]').hidden === false && ` + inside + `.querySelector('[data-do=tab]').href.includes('/i/')`)
}
