package httpkit

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// HandlerFunc answers a request, or returns why it could not. It returns an
// error instead of writing one, and never both.
type HandlerFunc func(http.ResponseWriter, *http.Request) error

// ErrorWriter turns an error into an answer.
type ErrorWriter func(http.ResponseWriter, *http.Request, error)

// Handle adapts fn; its errors become problem documents.
func Handle(log *slog.Logger, fn HandlerFunc) http.Handler {
	return HandleWith(log, Problems, fn)
}

// Problems is the ErrorWriter of the surfaces that programs talk to.
func Problems(w http.ResponseWriter, _ *http.Request, err error) { WriteProblem(w, err) }

// HandleWith adapts fn; write makes an answer of its errors. What is our fault
// is logged here, once; what is the client's is not. Where fn had begun to
// answer, the connection is cut, so that half an answer is not taken for a
// whole one.
func HandleWith(log *slog.Logger, write ErrorWriter, fn HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := record(w)
		err := fn(rec, r)
		if err == nil {
			return
		}
		LogFailure(log, r, err)
		if rec.status != 0 {
			panic(http.ErrAbortHandler)
		}
		write(rec, r, err)
	})
}

// LogFailure logs what is our fault; what the caller did wrong is their news,
// and a caller who went away waits for no answer.
func LogFailure(log *slog.Logger, r *http.Request, err error) {
	status := Status(err)
	if status < 500 || errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return
	}
	log.ErrorContext(r.Context(), "request failed", "route", route(r), "status", status,
		"request_id", RequestIDOf(r), "err", err)
}

// recorder remembers what was answered, for the log and the adapter.
type recorder struct {
	http.ResponseWriter
	status int // 0: nothing yet
	bytes  int64
}

// record wraps w, or returns it where it is a recorder already.
func record(w http.ResponseWriter) *recorder {
	if rec, ok := w.(*recorder); ok {
		return rec
	}
	return &recorder{ResponseWriter: w}
}

func (rec *recorder) WriteHeader(status int) {
	if rec.status == 0 && status >= 200 || status == http.StatusSwitchingProtocols {
		rec.status = status
	}
	rec.ResponseWriter.WriteHeader(status)
}

func (rec *recorder) Write(b []byte) (int, error) {
	if rec.status == 0 {
		rec.status = http.StatusOK
	}
	n, err := rec.ResponseWriter.Write(b)
	rec.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController and socket libraries reach the connection.
func (rec *recorder) Unwrap() http.ResponseWriter { return rec.ResponseWriter }

// ServePrivate answers with something that was opened, or the part of it that is
// asked for. Nobody on the way keeps it, and no browser takes it for anything else.
func ServePrivate(w http.ResponseWriter, r *http.Request, kind string, modified time.Time, content io.ReadSeeker) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", modified, content)
}
