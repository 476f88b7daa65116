package participant_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

// recorded is an interview of that link, whose sound was kept until its end.
func (w *world) recorded(t *testing.T, token string) interview.Key {
	t.Helper()
	w.room.Voice, w.room.Recordings = true, true
	w.room.Plan = func([]byte) (interview.Plan, error) {
		return interview.Plan{GuideID: "cancellation", Minutes: 4, Mode: "choice", Record: true}, nil
	}
	offer, err := w.room.Find(t.Context(), token)
	must(t, err)
	rec, err := w.room.Consent(t.Context(), offer, nil, interview.Choice{Mode: "voice", Record: true})
	must(t, err)
	_, err = w.db.BeginRecording(t.Context(), rec.Key(), time.Now())
	must(t, err)
	return rec.Key()
}

// drop sends the form as a browser does that says less or more of where it was.
func (w *world) drop(t *testing.T, token string, headers ...string) (status int, to string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/i/"+token+"/recording/delete", nil)
	must(t, err)
	for n := 0; n < len(headers); n += 2 {
		q.Header.Set(headers[n], headers[n+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(q)
	must(t, err)
	must(t, answer.Body.Close())
	return answer.StatusCode, answer.Header.Get("Location")
}

// TestARecordingIsDeletedByItsParticipant: at the end, from our own page, as often as
// they press, and never that of anybody else.
func TestARecordingIsDeletedByItsParticipant(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, other := w.invite(t), w.invite(t)
		key, theirs := w.recorded(t, token), w.recorded(t, other)
		due := func() int {
			all, err := w.db.DueRecordings(t.Context(), time.Now())
			must(t, err)
			return len(all)
		}
		if status, to := w.drop(t, token); status != http.StatusSeeOther || to != "/i/"+token || due() != 0 {
			t.Errorf("before the end: %d to %s, and %d go", status, to, due())
		}
		for _, k := range []interview.Key{key, theirs} {
			_, err := w.room.Press(t.Context(), k, interview.Leave, 0)
			must(t, err)
		}
		form := `action="/i/` + token + `/recording/delete"`
		answer, page := w.page(t, token)
		if csp := answer.Header.Get("Content-Security-Policy"); !strings.Contains(page, form) || !strings.Contains(csp, "form-action 'self';") || strings.Contains(page, "<script") {
			t.Errorf("the page has no form, or may not send it: %s", csp)
		}
		for _, foreign := range [][]string{{"Origin", "https://evil.example"}, {"Origin", "null", "Sec-Fetch-Site", "cross-site"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}} {
			if status, _ := w.drop(t, token, foreign...); status != http.StatusForbidden || due() != 0 {
				t.Errorf("from %v: %d, and %d go", foreign, status, due())
			}
		}
		for _, own := range [][]string{{"Origin", w.url}, {"Origin", "null", "Sec-Fetch-Site", "same-origin"}, nil} {
			if status, to := w.drop(t, token, own...); status != http.StatusSeeOther || to != "/i/"+token || due() != 1 {
				t.Errorf("from %v: %d to %s, and %d go", own, status, to, due())
			}
		}
		answer, page = w.page(t, token)
		if !strings.Contains(page, "Your recording was deleted.") || strings.Contains(page, "<form") || !strings.Contains(answer.Header.Get("Content-Security-Policy"), "form-action 'none';") {
			t.Error("the page does not say that it is gone")
		}
		rec, err := w.db.LoadInterview(t.Context(), key)
		if err != nil || len(rec.Turns) == 0 {
			t.Errorf("what was said went too: %v", err)
		}
		if tape, err := w.db.Recording(t.Context(), theirs); err != nil || !tape.DeleteAt.IsZero() {
			t.Errorf("that of somebody else is %+v, %v", tape, err)
		}
		must(t, w.db.DeletedRecording(t.Context(), rec.PublicID))
		if status, _ := w.drop(t, token); status != http.StatusSeeOther {
			t.Errorf("after the files are gone: %d", status)
		}
		if tape, err := w.db.Recording(t.Context(), key); err != nil || tape.State != research.RecordingDeleted {
			t.Errorf("it is %+v, %v", tape, err)
		}
		if _, page := w.page(t, token); !strings.Contains(page, "Your recording was deleted.") {
			t.Error("the page forgot that it is gone")
		}
		must(t, w.db.EraseInterview(t.Context(), w.project.ID, rec.PublicID, time.Now()))
		if _, page := w.page(t, token); strings.Contains(page, "ecording") {
			t.Error("the page speaks of a recording of an interview whose words are gone")
		}
		if status, _ := w.drop(t, "unknown"); status != http.StatusNotFound {
			t.Errorf("of nobody: %d", status)
		}
	})
}

// TestNoFormWithoutARecording: neither after a typed interview nor before consent.
func TestNoFormWithoutARecording(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.invite(t)
		c := w.dial(t, token, 0)
		c.begin()
		c.send(map[string]any{"type": "end"})
		c.until("ended")
		if status, _ := w.drop(t, token); status != http.StatusSeeOther {
			t.Errorf("nothing to delete: %d", status)
		}
		for _, link := range []string{token, w.invite(t)} {
			if answer, page := w.page(t, link); strings.Contains(page, "ecording") || !strings.Contains(answer.Header.Get("Content-Security-Policy"), "form-action 'none';") {
				t.Error("the page speaks of a recording")
			}
		}
	})
}

// TestTheEndOffersToDeleteTheRecording to whoever was recorded, on the page as it is
// and after it was loaded again.
func TestTheEndOffersToDeleteTheRecording(t *testing.T) {
	p := browse(t)
	ending := func(recorded bool) (s *script, token string) {
		s = newScript(t, "choice", server)
		token = s.invite(t)
		p.open(s.url + "/i/" + token)
		p.press("type")
		s.until("consent")
		s.send(map[string]any{"type": "ready", "mode": "voice", "recorded": recorded, "limits": map[string]any{"answer_chars": 100}})
		s.say(1, 0, "What made you cancel?", 0)
		s.send(map[string]any{"type": "ended", "reason": "stop"})
		p.do(chromedp.WaitVisible(mark("end")))
		return s, token
	}
	ending(false)
	p.until(`!document.querySelector('summary').checkVisibility()`)
	s, token := ending(true)
	p.until(`document.querySelector('summary').checkVisibility()`)
	_, err := s.room.Press(t.Context(), s.recorded(t, token), interview.Leave, 0)
	must(t, err)
	p.until(`!document.querySelector('[data-uc=delete-recording]').checkVisibility()`) // it asks once more
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		p.shot(dir, "tape-end")
	}
	p.do(chromedp.Click(chromedp.CSS("summary")))
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		p.shot(dir, "tape-sure")
	}
	p.press("delete-recording")
	p.do(chromedp.WaitVisible(mark("recording-deleted")))
	p.open(s.url + "/i/" + token)
	p.do(chromedp.WaitVisible(mark("recording-deleted")))
	p.until(`!document.querySelector('form')`)
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		p.shot(dir, "tape-gone")
	}
}
