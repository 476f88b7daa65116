package participant_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/interview"
)

// begun is the link of a spoken interview that is under way.
func (s *script) begun() string {
	s.t.Helper()
	token := s.invite(s.t)
	offer, err := s.room.Find(s.t.Context(), token)
	must(s.t, err)
	_, err = s.room.Consent(s.t.Context(), offer, nil, interview.Choice{Mode: "voice"})
	must(s.t, err)
	s.mode = "voice"
	return s.url + "/i/" + token
}

// TestBackToASpokenInterview: a page that was loaded again makes no sound before
// a button is pressed, and then needs no new consent.
func TestBackToASpokenInterview(t *testing.T) {
	s := newScript(t, "voice", server)
	p, _ := talker(t)
	p.prepare(ears)
	p.open(s.begun())
	p.press("voice")
	if h := s.until("hello"); !h.Voice || h.After != 0 {
		t.Errorf("hello is %+v", h)
	}
	s.say(1, 4, "We were at: what made you cancel?", 200*time.Millisecond)
	p.question("")
	if done := s.until("playback_done"); done.Gen != 4 {
		t.Errorf("done is %+v", done)
	}
	s.state("listening")
	s.wait(func() bool { return len(s.frames()) > 2 })
	p.until(`asked === 1 && wrong.length === 0`)
}

// TestBackByItself: where the browser lets a page speak and listen at once, no
// button is in the way.
func TestBackByItself(t *testing.T) {
	s := newScript(t, "voice", server)
	p, _ := talker(t, chromedp.Flag("autoplay-policy", "no-user-gesture-required"))
	p.prepare(ears + `navigator.permissions.query = async () => ({ state: 'granted' });`)
	p.open(s.begun())
	if h := s.until("hello"); !h.Voice {
		t.Errorf("hello is %+v", h)
	}
	s.say(1, 1, "We were at: what made you cancel?", 200*time.Millisecond)
	s.until("playback_done")
}

// TestBackToType: whoever rather types is asked for no microphone.
func TestBackToType(t *testing.T) {
	s := newScript(t, "voice", server)
	p, _ := talker(t)
	p.prepare(ears)
	p.open(s.begun())
	p.press("type")
	if h := s.until("hello"); h.Voice {
		t.Errorf("hello is %+v", h)
	}
	s.say(1, 0, "What made you cancel?", 0)
	s.state("listening")
	p.question("")
	p.write("The export.\r")
	s.until("answer")
	p.until(`asked === 0 && wrong.length === 0`)
}
