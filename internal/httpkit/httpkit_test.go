package httpkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

func TestStatusOfEveryCode(t *testing.T) {
	for code, want := range statuses {
		err := fmt.Errorf("save the study: %w", research.Errorf(code, "the key is taken"))
		w := httptest.NewRecorder()
		WriteProblem(w, err)
		var p Problem
		if json.Unmarshal(w.Body.Bytes(), &p) != nil || w.Code != want || p.Status != want || p.Code != code {
			t.Errorf("%s: status %d, body %s", code, w.Code, w.Body)
		}
		if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("content type %q", got)
		}
		if later := want == 429 || want == 503; later != (w.Header().Get("Retry-After") != "") {
			t.Errorf("%s: Retry-After %q", code, w.Header().Get("Retry-After"))
		}
	}
}

type busy struct{ error }

func (busy) RetryAfter() time.Duration { return 1500 * time.Millisecond }

func TestRetryAfterRoundsUp(t *testing.T) {
	w := httptest.NewRecorder()
	WriteProblem(w, &research.Error{Code: research.Quota, Message: "later", Err: busy{errors.New("full")}})
	if got := w.Header().Get("Retry-After"); got != "2" {
		t.Errorf("Retry-After %q, want 2", got)
	}
}

func TestInternalTellsNothing(t *testing.T) {
	var log bytes.Buffer
	h := RequestID(Handle(slog.New(slog.NewTextHandler(&log, nil)), func(http.ResponseWriter, *http.Request) error {
		return errors.New("dial 10.0.0.7: refused")
	}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/a", nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "10.0.0.7") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	id := w.Header().Get("X-Request-Id")
	if !strings.Contains(log.String(), "10.0.0.7") || !strings.Contains(log.String(), id) || !strings.Contains(w.Body.String(), id) {
		t.Errorf("the log and the answer must share the id: %s %s", log.String(), w.Body)
	}
}

func TestBodyTooLarge(t *testing.T) {
	h := Handle(slog.New(slog.DiscardHandler), func(w http.ResponseWriter, r *http.Request) error {
		r.Body = http.MaxBytesReader(w, r.Body, 3)
		_, err := r.Body.Read(make([]byte, 10))
		if err == nil {
			_, err = r.Body.Read(make([]byte, 10))
		}
		return err
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader("12345")))
	if w.Code != 413 || !strings.Contains(w.Body.String(), `"too_large"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestRecover(t *testing.T) {
	var log bytes.Buffer
	h := Recover(slog.New(slog.NewTextHandler(&log, nil)), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic("somebody@example.com")
	}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 500 || strings.Contains(log.String(), "somebody@") {
		t.Errorf("%d, log %s", w.Code, log.String())
	}
}

func TestErrorAfterTheFirstByteCutsTheConnection(t *testing.T) {
	h := Handle(slog.New(slog.DiscardHandler), func(w http.ResponseWriter, _ *http.Request) error {
		w.Write([]byte("half"))
		return errors.New("the database went away")
	})
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("half an answer was finished")
		}
	}()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

func TestLogHoldsTheRouteOnly(t *testing.T) {
	var out bytes.Buffer
	mux := http.NewServeMux()
	mux.HandleFunc("GET /i/{token}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	RequestID(Log(log, mux)).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/i/secret?q=secret", nil))
	if s := out.String(); strings.Contains(s, "secret") || !strings.Contains(s, "/i/{token}") || !strings.Contains(s, "status=204") {
		t.Error(s)
	}
}
