package httpkit

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Problem is an error as a surface tells it: RFC 9457 with a stable code.
type Problem struct {
	Type      string        `json:"type"`
	Title     string        `json:"title"`
	Status    int           `json:"status"`
	Detail    string        `json:"detail"`
	Code      research.Code `json:"code"`
	RequestID string        `json:"request_id,omitempty"`
}

var statuses = map[research.Code]int{
	research.Invalid:         http.StatusBadRequest,
	research.Unauthenticated: http.StatusUnauthorized,
	research.Forbidden:       http.StatusForbidden,
	research.NotFound:        http.StatusNotFound,
	research.Conflict:        http.StatusConflict,
	research.TooLarge:        http.StatusRequestEntityTooLarge,
	research.Quota:           http.StatusTooManyRequests,
	research.Unavailable:     http.StatusServiceUnavailable,
	research.Internal:        http.StatusInternalServerError,
}

// Status is the HTTP status of err: that of its research.Code, 413 for a body
// that http.MaxBytesReader cut off, else 500.
func Status(err error) int {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return http.StatusRequestEntityTooLarge
	}
	if status, ok := statuses[research.CodeOf(err)]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// Message is the part of an error that may be shown to whoever asked: what a
// research.Error says. Of anything else nothing is told.
func Message(err error) string {
	if Status(err) == http.StatusRequestEntityTooLarge {
		return "This is larger than this address accepts. Send it in smaller parts."
	}
	var told *research.Error
	if errors.As(err, &told) && told.Message != "" {
		return told.Message
	}
	return "The server could not finish this. Its log has the reason; trying again in a moment may help."
}

// WriteProblem answers with err as application/problem+json. A 429 or 503 says
// when to come back: as the error tells it through a method
// RetryAfter() time.Duration, else in 5 s.
func WriteProblem(w http.ResponseWriter, err error) {
	status := Status(err)
	SetRetryAfter(w, err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	told := ProblemOf(err)
	told.RequestID = w.Header().Get(requestIDHeader)
	_ = json.NewEncoder(w).Encode(told) // whoever asked may be gone
}

// ProblemOf is err as it may be told.
func ProblemOf(err error) Problem {
	status := Status(err)
	return Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: Message(err), Code: codeOf(err)}
}

func codeOf(err error) research.Code {
	if Status(err) == http.StatusRequestEntityTooLarge {
		return research.TooLarge
	}
	return research.CodeOf(err)
}

// SetRetryAfter sets the Retry-After header where the status of err wants one.
func SetRetryAfter(w http.ResponseWriter, err error) {
	status := Status(err)
	if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
		return
	}
	after := 5 * time.Second
	var told interface{ RetryAfter() time.Duration }
	if errors.As(err, &told) {
		after = told.RetryAfter()
	}
	seconds := max(1, int(math.Ceil(after.Seconds())))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
}
