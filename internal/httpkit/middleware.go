package httpkit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

const requestIDHeader = "X-Request-Id"

type requestIDKey struct{}

// RequestID gives every request an id of ours, in its context and in the
// answer. One that the client sends is ignored: it would write into our log.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b [8]byte
		rand.Read(b[:]) // never fails
		id := hex.EncodeToString(b[:])
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// RequestIDOf is the id that RequestID gave, or "".
func RequestIDOf(r *http.Request) string {
	id, _ := r.Context().Value(requestIDKey{}).(string)
	return id
}

// Log writes one line a request, with the pattern of its route: paths and
// queries hold tokens and people's ids. It stands inside RequestID, and nothing
// between it and the mux may copy the request.
func Log(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := record(w)
		defer func() {
			log.DebugContext(r.Context(), "request", "method", r.Method, "route", route(r), "status", rec.status,
				"bytes", rec.bytes, "ms", time.Since(start).Milliseconds(), "request_id", RequestIDOf(r))
		}()
		next.ServeHTTP(rec, r)
	})
}

// route is the path of the pattern that matched, without method and host.
func route(r *http.Request) string {
	if _, path, ok := strings.Cut(r.Pattern, " "); ok {
		return path
	}
	if r.Pattern == "" {
		return "none"
	}
	return r.Pattern
}

// Recover turns a panic of next into a logged 500, so that one request cannot
// take the others down.
func Recover(log *slog.Logger, next http.Handler) http.Handler {
	return RecoverWith(log, Problems, next)
}

// RecoverWith is Recover with write making the answer.
func RecoverWith(log *slog.Logger, write ErrorWriter, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := record(w)
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v) // the way to cut a connection
			}
			log.ErrorContext(r.Context(), "a handler panicked", "route", route(r), "request_id", RequestIDOf(r),
				"panic", panicWords(v), "stack", string(debug.Stack()))
			if rec.status != 0 {
				panic(http.ErrAbortHandler)
			}
			write(rec, r, research.Errorf(research.Internal, "The server met a fault of its own. It has been logged."))
		}()
		next.ServeHTTP(rec, r)
	})
}

// panicWords says what the runtime said; of other values only the type, since
// they may hold what a stranger sent.
func panicWords(v any) string {
	if err, ok := v.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", v)
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
