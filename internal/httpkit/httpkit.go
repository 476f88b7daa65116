// Package httpkit is what the HTTP surfaces share: handlers that return errors,
// one writer for those errors, and the middleware every surface wants.
//
// It holds no product words. Start at [Handle] and [WriteProblem].
package httpkit

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// HandlerFunc is a handler that reports what went wrong instead of writing it.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Handle adapts a handler: its error is written as a problem document.
func Handle(log *slog.Logger, h HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		LogFailure(log, r, err)
		WriteProblem(w, err)
	})
}

// LogFailure logs what is our fault; what the caller did wrong is their news.
func LogFailure(log *slog.Logger, r *http.Request, err error) {
	if status := Status(err); status >= 500 {
		log.Error("request failed", "route", r.Pattern, "status", status, "err", err)
	}
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
}

// Status is the HTTP status of an error.
func Status(err error) int {
	if s, ok := statuses[research.CodeOf(err)]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Message is the part of an error that may be shown to whoever asked.
func Message(err error) string {
	var e *research.Error
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return "The server could not do this. Nothing was changed; try again in a moment."
}

// Problem is an RFC 9457 problem document with a stable code.
type Problem struct {
	Type   string        `json:"type"`
	Title  string        `json:"title"`
	Status int           `json:"status"`
	Detail string        `json:"detail"`
	Code   research.Code `json:"code"`
}

// WriteProblem answers with the problem document of an error.
func WriteProblem(w http.ResponseWriter, err error) {
	status := Status(err)
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "2")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(Problem{Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: Message(err), Code: research.CodeOf(err)}) // whoever asked may be gone
}

// Recover turns a panic into an answer and a log line, so that one request
// cannot take the others down.
func Recover(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			log.Error("a handler panicked", "route", r.Pattern, "stack", string(debug.Stack()))
			WriteProblem(w, research.Errorf(research.Internal, "The server met a fault of its own. It has been logged."))
		}()
		next.ServeHTTP(w, r)
	})
}

// Log logs each request at debug level: the route and never the path, which may
// hold a token.
func Log(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		next.ServeHTTP(w, r)
		log.Debug("request", "method", r.Method, "route", r.Pattern, "took", time.Since(start))
	})
}

// Secure sets the headers that every answer should have.
func Secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}
