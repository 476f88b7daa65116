package participant

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

// ticket gives the holder of a link the right to open one socket.
func (s *Surface) ticket(w http.ResponseWriter, r *http.Request) {
	guard(w)
	if !s.ownOrigin(r) {
		s.refuse(w, research.Errorf(research.Forbidden, "A ticket is given to our own page only."))
		return
	}
	ticket, err := s.admit(r.Context(), r.PathValue("token"))
	if err != nil {
		if research.CodeOf(err) == research.Quota {
			w.Header().Set("Retry-After", "60")
		}
		s.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"ticket": ticket}) // a client that is gone needs none
}

// admit is a ticket, unless the link was opened too often of late.
func (s *Surface) admit(ctx context.Context, token string) (string, error) {
	if !s.tickets.allow(token, s.now()) {
		return "", research.Errorf(research.Quota, "This link was opened too often. Wait a minute.")
	}
	offer, err := s.Room.Find(ctx, token)
	if err != nil {
		return "", err
	}
	if !s.mayOpen(offer) {
		return "", research.Errorf(research.Quota, "This link was opened many times in a row. Nothing is lost: come back in a few minutes.")
	}
	return s.Room.Ticket(ctx, offer)
}

// mayOpen counts a start: an opening of the link. Each one asks again, and soon
// says it aloud, which costs; so a link has ten without a word in between. Whoever
// answers has all of them again, and whoever only has a bad network waits minutes.
func (s *Surface) mayOpen(o *interview.Offer) bool {
	turn := 0
	if o.Interview != nil {
		turn = o.Interview.LastTurn()
	}
	return o.Project.Open || s.opened.allow(fmt.Sprintf("%d/%d", o.Invite.ID, turn), s.now())
}

var statuses = map[research.Code]int{
	research.Invalid: http.StatusBadRequest, research.NotFound: http.StatusNotFound, research.Conflict: http.StatusConflict,
	research.Unauthenticated: http.StatusUnauthorized, research.Forbidden: http.StatusForbidden,
	research.Quota: http.StatusTooManyRequests, research.Unavailable: http.StatusServiceUnavailable,
}

// refuse answers with a problem document (RFC 9457). What is our own fault is
// logged, and told in one sentence that gives nothing away.
func (s *Surface) refuse(w http.ResponseWriter, err error) {
	code, message := s.explain(err)
	status, known := statuses[code]
	if !known {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "code": code, "detail": message})
}

// explain is an error as the participant may read it.
func (s *Surface) explain(err error) (research.Code, string) {
	code := research.CodeOf(err)
	if code == research.Internal || code == research.Unavailable {
		s.Log.Error("interview request failed", "code", code, "error", err)
		return code, "We could not store that just now. Try again in a moment."
	}
	return code, message(err)
}
