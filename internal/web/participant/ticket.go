package participant

import (
	"encoding/json"
	"net/http"

	"github.com/usercall/usercall/internal/research"
)

// ticket gives the holder of a link the right to open one socket.
func (s *Surface) ticket(w http.ResponseWriter, r *http.Request) {
	guard(w)
	if !s.ownOrigin(r) {
		s.refuse(w, research.Errorf(research.Forbidden, "A ticket is given to our own page only."))
		return
	}
	token := r.PathValue("token")
	if !s.tickets.allow(token, s.now()) {
		w.Header().Set("Retry-After", "60")
		s.refuse(w, research.Errorf(research.Quota, "This link was opened too often. Wait a minute."))
		return
	}
	ticket, err := s.Room.Ticket(r.Context(), token)
	if err != nil {
		s.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"ticket": ticket}) // a client that is gone needs none
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
