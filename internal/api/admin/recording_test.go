package admin

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// taped has one recording, of project 1.
type taped struct {
	none
	closed *int
}

type tape struct {
	*bytes.Reader
	closed *int
}

func (t tape) Close() error { *t.closed++; return nil }

func (v taped) Recording(ctx context.Context, p *research.Project, id string) (*report.Sound, error) {
	if p.ID != 1 || id != "itv_1" {
		return v.none.Recording(ctx, p, id)
	}
	return &report.Sound{ReadSeekCloser: tape{bytes.NewReader([]byte("0123456789")), v.closed}, Type: "audio/flac"}, nil
}

type keys map[string]research.ProjectID

func (k keys) ByAPIKey(_ context.Context, key string) (*research.Project, error) {
	if id := k[key]; id != 0 {
		return &research.Project{ID: id}, nil
	}
	return nil, research.Errorf(research.NotFound, "unknown")
}

func TestARecordingIsAnsweredInParts(t *testing.T) {
	closed := 0
	surface := New(keys{"uc_one": 1, "uc_two": 2}, taped{closed: &closed}, slog.New(slog.DiscardHandler))
	ask := func(key, part string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/interviews/itv_1/recording", nil)
		r.Header.Set("Authorization", "Bearer "+key)
		if part != "" {
			r.Header.Set("Range", part)
		}
		w := httptest.NewRecorder()
		surface.ServeHTTP(w, r)
		return w
	}
	if w := ask("uc_one", ""); w.Code != http.StatusOK || w.Body.String() != "0123456789" {
		t.Errorf("all of it: %d %s", w.Code, w.Body)
	}
	w := ask("uc_one", "bytes=2-4")
	if w.Code != http.StatusPartialContent || w.Body.String() != "234" || w.Header().Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("a part: %d %s %v", w.Code, w.Body, w.Header())
	}
	if h := w.Header(); h.Get("Content-Type") != "audio/flac" || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", h)
	}
	if w := ask("uc_one", "bytes=20-"); w.Code != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("beyond its end: %d", w.Code)
	}
	if w := ask("uc_two", ""); w.Code != http.StatusNotFound {
		t.Errorf("of another project: %d", w.Code)
	}
	if closed != 3 {
		t.Errorf("%d of 3 were closed", closed)
	}
}
