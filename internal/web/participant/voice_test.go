package participant_test

import (
	"testing"

	"github.com/usercall/usercall/internal/research"
)

// TestSpokenInterview is a whole one over the socket: what was said is stored
// word for word, once, and every line was heard.
func TestSpokenInterview(t *testing.T) {
	eachSpoken(t, func(t *testing.T, w *spokenWorld) {
		token := w.invite(t)
		c := w.call(t, token, nil)
		if r := c.until("ready"); r.Voice != "server" || r.Offers != "choice" || r.InRate != 16000 || r.OutRate != 24000 {
			t.Errorf("it is ready as %+v", r)
		}
		first := c.agree(true)
		if first.Turn != 1 || !first.Spoken || first.Question == "" {
			t.Errorf("the first line is %+v", first)
		}
		for i := 0; ; i++ {
			user, agent := c.answer(spokenAnswers[i%len(spokenAnswers)])
			if user.Text != spokenAnswers[i%len(spokenAnswers)] || user.Turn != 2*i+2 || agent.Turn != user.Turn+1 || user.EndMS <= user.StartMS {
				t.Errorf("answer %d came back as %+v, and then %+v", i, user, agent)
			}
			if agent.Question == "" {
				break
			}
			c.state("listening")
		}
		if e := c.until("ended"); e.Reason != "complete" && e.Reason != "time" {
			t.Errorf("it ended with %s", e.Reason)
		}
		c.closed()
		offer, err := w.room.Find(t.Context(), token)
		must(t, err)
		if rec := offer.Interview; rec.State != research.Completed || rec.Mode != "voice" || !rec.Setup.Recorded {
			t.Errorf("it is %s, %s, recorded %v", rec.State, rec.Mode, rec.Setup.Recorded)
		}
		if started, ended := w.speech.sessions(); started != 1 || ended != 1 {
			t.Errorf("%d sessions, %d put away", started, ended)
		}
	})
}
