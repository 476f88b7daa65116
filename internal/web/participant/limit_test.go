package participant_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/web/assets"
	"github.com/usercall/usercall/internal/web/participant"
)

// opener asks for tickets of one link, at times that the test says.
type opener struct {
	*participant.Surface
	t    *testing.T
	path string
	now  time.Time
}

func (w *world) opener(t *testing.T, token string) *opener {
	public, err := url.Parse("http://us.example")
	must(t, err)
	o := &opener{t: t, path: "/i/" + token + "/ticket", now: time.Now()}
	room := *w.room
	room.Now = func() time.Time { return o.now }
	o.Surface = participant.New(participant.Config{Room: &room, PublicURL: public, Asset: assets.URL, Log: room.Log})
	return o
}

// opens asks for n tickets, 15 seconds apart, and wants each answered with status.
func (o *opener) opens(n, status int) {
	o.t.Helper()
	for i := range n {
		o.now = o.now.Add(15 * time.Second)
		r := httptest.NewRequest(http.MethodPost, o.path, nil)
		r.Header.Set("Origin", "http://us.example")
		answer := httptest.NewRecorder()
		o.ServeHTTP(answer, r)
		if answer.Code != status || status == http.StatusTooManyRequests && answer.Header().Get("Retry-After") == "" {
			o.t.Fatalf("opening %d is answered %d %s", i+1, answer.Code, answer.Body)
		}
	}
}

func TestALinkIsOpenedSoOftenWithoutAnAnswer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := w.invite(t)
		offer, err := w.room.Find(t.Context(), token)
		must(t, err)
		_, err = w.room.Consent(t.Context(), offer, nil, interview.Choice{Mode: "text"})
		must(t, err)
		o := w.opener(t, token)
		o.opens(10, http.StatusOK)
		o.opens(1, http.StatusTooManyRequests)
		_, _, err = w.room.Answer(t.Context(), offer.Interview.Key(), "a1", "It was slow.")
		must(t, err)
		o.opens(10, http.StatusOK) // whoever answers has all of them again
		o.opens(2, http.StatusTooManyRequests)
		o.now = o.now.Add(10 * time.Minute)
		o.opens(1, http.StatusOK) // and nobody is locked out
	})
}

// TestACrowdIsAskedToComeBack: the twenty-first waits on the same page until one of
// the others makes room.
func TestACrowdIsAskedToComeBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var first interview.Key
		for i := range 20 {
			offer, err := w.room.Find(t.Context(), w.invite(t))
			must(t, err)
			rec, err := w.room.Consent(t.Context(), offer, nil, interview.Choice{Mode: "text"})
			must(t, err)
			if i == 0 {
				first = rec.Key()
			}
		}
		next := w.dial(t, w.invite(t), 0)
		next.until("state")
		next.send(map[string]any{"type": "consent", "accepted": true})
		if f := next.until("error"); f.Code != "crowded" || f.Retryable {
			t.Errorf("the next one is answered %+v", f)
		}
		_, err := w.room.Pause(t.Context(), first)
		must(t, err)
		next.send(map[string]any{"type": "consent", "accepted": true})
		next.until("agent_turn")
	})
}
