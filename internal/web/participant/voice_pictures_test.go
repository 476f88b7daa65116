package participant_test

import (
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/web/participant"
)

// TestPicturesOfASpokenInterview keeps a picture of each state, where
// SCREENSHOTS names a folder.
func TestPicturesOfASpokenInterview(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return // pictures are made on request: SCREENSHOTS=folder
	}
	s := newScript(t, "choice", server)
	p, _ := talker(t)
	p.prepare(`const d = navigator.mediaDevices, real = d.getUserMedia.bind(d); let n = 0;
		d.getUserMedia = async (c) => { if (n++ === 0) { await new Promise(r => window.answer = r); throw new DOMException('no', 'NotAllowedError') } return real(c) }`)
	p.open(s.url + "/i/" + s.invite(t))
	p.do(chromedp.WaitEnabled(mark("consent")))
	p.shot(dir, "voice-consent")
	p.press("consent")
	p.do(chromedp.WaitVisible(chromedp.CSS(".check")))
	p.shot(dir, "voice-check")
	p.run(`answer()`)
	p.do(chromedp.WaitVisible(chromedp.CSS("[data-do=again]")))
	p.shot(dir, "voice-refused")
	p.do(chromedp.Click(chromedp.CSS("[data-do=again]")))
	s.until("consent")
	s.say(1, 1, "Hi, I'm an AI interviewer for Northdesk. This takes about four minutes. Think back to the day you decided to cancel: what happened?", 8*time.Second)
	p.shows("speaking")
	p.shot(dir, "voice-speaking")
	s.send(map[string]any{"type": "flush", "gen": 1})
	s.state("listening")
	p.shows("listening")
	p.shot(dir, "voice-listening")
	s.state("user_speaking")
	s.send(map[string]any{"type": "partial", "text": "Well, the export to our accounting broke in March, and nobody could tell us why"})
	p.shows("hearing")
	p.shot(dir, "voice-hearing")
	s.send(map[string]any{"type": "user_turn", "turn": 2, "id": "a", "text": "Well, the export to our accounting broke in March, and nobody could tell us why for two weeks."})
	s.state("thinking")
	p.shows("thinking")
	p.shot(dir, "voice-thinking")
	s.say(3, 2, "What did you do in those two weeks?", 0)
	s.state("listening")
	p.press("mute")
	p.shows("muted")
	p.shot(dir, "voice-muted")
	p.press("mute")
	s.send(map[string]any{"type": "notice", "code": "not_heard"})
	p.do(chromedp.WaitVisible(mark("answer")))
	p.shot(dir, "voice-not-heard")
	s.network.lose(true)
	p.shows("away")
	p.shot(dir, "voice-away")
	s.network.lose(false)
	s.until("hello")
	s.state("listening")
	p.shows("listening")
	p.press("pause")
	s.state("paused")
	p.until(`document.querySelector('.is-paused')`)
	p.shot(dir, "voice-paused")
	s.send(map[string]any{"type": "ended", "reason": "complete"})
	p.do(chromedp.WaitVisible(mark("end")))
	p.shot(dir, "voice-end")
}

// TestPicturesOfADemo is the page of a server without any key.
func TestPicturesOfADemo(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	s := newScript(t, "choice", participant.Speech{Kind: participant.VoiceBrowser})
	p, _ := talker(t)
	p.prepare(ears + reader)
	p.open(s.url + "/i/" + s.invite(t))
	p.do(chromedp.WaitEnabled(mark("consent")))
	p.shot(dir, "demo-consent")
	p.press("consent")
	s.until("consent")
	s.say(1, 0, "What made you cancel?", 0)
	s.state("listening")
	p.question("")
	p.shot(dir, "demo-talk")
}
