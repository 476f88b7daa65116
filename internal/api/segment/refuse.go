package segment

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

// refusal is an error with the stable word that the set-up page has for it.
type refusal struct {
	why   string
	after int // seconds to wait; 0: as usual
	err   *research.Error
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// retryAfter is how many seconds a client is asked to wait when the store could
// not take its events.
const retryAfter = 2

// words for errors that come from elsewhere.
var words = map[research.Code]string{
	research.Invalid: "bad_json", research.TooLarge: "too_large", research.Quota: "too_fast",
}

var statuses = map[research.Code]int{
	research.Invalid: http.StatusBadRequest, research.Unauthenticated: http.StatusUnauthorized,
	research.TooLarge: http.StatusRequestEntityTooLarge, research.Quota: http.StatusTooManyRequests,
	research.Unavailable: http.StatusServiceUnavailable,
}

// refuse answers with an error in the shape that clients of the field read.
// What is no research.Error is a fault of ours and told nobody.
func (s *surface) refuse(w http.ResponseWriter, r *http.Request, a *arrival, err error) {
	code, message := research.CodeOf(err), "The events could not be stored. Send them again in a moment."
	status, ok := statuses[code]
	if !ok { // every client sends again after 503; after 500 most do
		status, code = http.StatusServiceUnavailable, research.Unavailable
	}
	var known *research.Error
	if errors.As(err, &known) {
		message = known.Message
	}
	why, after := reason(err, code)
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", strconv.Itoa(after))
	}
	s.noted(r, a, why, err)
	drain(r)
	answer(w, forClient(r, status), problem(code, message))
}

// forClient is the status as the client needs it: analytics-swift sends again
// after everything but 400, at every flush and for ever.
func forClient(r *http.Request, status int) int {
	never := status == http.StatusRequestEntityTooLarge || status == http.StatusUnauthorized
	if never && strings.HasPrefix(r.UserAgent(), "analytics-ios/") {
		return http.StatusBadRequest
	}
	return status
}

func reason(err error, code research.Code) (why string, after int) {
	var r *refusal
	if errors.As(err, &r) {
		return r.why, max(r.after, 1)
	}
	if why = words[code]; why == "" {
		why = "unavailable"
	}
	return why, retryAfter
}

// noted logs and counts a refusal. A request that was too large is lost for its
// sender, whose client may say nothing of it: that is said loudly.
func (s *surface) noted(r *http.Request, a *arrival, why string, err error) {
	refused := ingest.Refusal{Source: a.source, Why: why, Key: beginning(a.key), Names: ingest.Names(a.body)}
	project := ""
	if a.project != nil {
		refused.Project, project = a.project.ID, a.project.Key
	}
	level := slog.LevelInfo
	if research.CodeOf(err) == research.TooLarge {
		level = slog.LevelWarn
	}
	s.Log.Log(r.Context(), level, "a request was refused", "why", why, "project", project, "source", a.source, "err", err)
	s.Watch.Refused(refused)
}

// beginning is as much of a key as may be shown to tell which it was.
func beginning(key string) string {
	const shown = 6
	if all := []rune(key); len(all) > shown {
		return string(all[:shown])
	}
	return key
}

func problem(code research.Code, message string) map[string]any {
	return map[string]any{"success": false, "code": code, "message": message, "error": message}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that is gone has its own retry
}
