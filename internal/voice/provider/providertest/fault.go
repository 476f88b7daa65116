package providertest

import (
	"net/http"
	"strconv"
)

// Fault is what becomes of one request in place of an answer. The zero value
// lets it be answered.
type Fault struct {
	Status     int    // answer with it, and Body
	RetryAfter int    // seconds, beside a status
	Location   string // beside a status
	Type       string // content type of Body
	Body       string // answered as it stands, with status 200 where there is none
	Silent     bool   // answer nothing until the request is given up
	Cut        bool   // end the connection in the middle of Body
}

// Break queues what becomes of the next requests, one each.
func (s *Server) Break(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// happens answers in the way of the fault; false where there is none.
func (f Fault) happens(w http.ResponseWriter, r *http.Request) bool {
	if f == (Fault{}) {
		return false
	}
	if f.Silent {
		<-r.Context().Done()
		return true
	}
	if f.Type != "" {
		w.Header().Set("Content-Type", f.Type)
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	if f.Location != "" {
		w.Header().Set("Location", f.Location)
	}
	if f.Cut {
		w.Header().Set("Content-Length", strconv.Itoa(len(f.Body)+1000))
	}
	if f.Status != 0 {
		w.WriteHeader(f.Status)
	}
	_, _ = w.Write([]byte(f.Body)) // a client that has gone is a part of the test
	if f.Cut {
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	return true
}
