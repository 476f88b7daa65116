package segment_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/usercall/usercall/internal/api/segment"
	"github.com/usercall/usercall/internal/research"
)

// catalog knows one project, or is away.
type catalog struct{ err error }

func (c catalog) ByWriteKey(_ context.Context, key research.WriteKey) (*research.Project, error) {
	if c.err != nil || key == "wk" {
		return &research.Project{ID: 7, WriteKey: key}, c.err
	}
	return nil, research.Errorf(research.NotFound, "none")
}

var built = fstest.MapFS{
	"analytics.min.js":       {Data: []byte("plain script")},
	"analytics.min.js.gz":    {Data: []byte("packed script")},
	"407.bundle.61ef.js":     {Data: []byte("plain chunk")},
	"407.bundle.61ef.js.gz":  {Data: []byte("packed chunk")},
	"manifest.json":          {Data: []byte("{}")},
	"LICENSE":                {Data: []byte("MIT")},
	"LICENSE.gz":             {Data: []byte("packed MIT")},
	"secret.bundle/other.js": {Data: []byte("nested")},
}

func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestLibraryAnswersAsSegmentsHostDoes(t *testing.T) {
	h := segment.Library(built, catalog{})
	tests := map[string]struct {
		status           int
		body, kind, keep string
	}{
		"/analytics.js/v1/wk/analytics.min.js":             {200, "plain script", "text/javascript", "max-age=300"},
		"/analytics.js/v1/other/analytics.min.js":          {404, "unknown write key\n", "text/plain", ""},
		"/analytics.js/v1/wk/other.js":                     {404, "", "text/plain", ""},
		"/analytics-next/bundles/407.bundle.61ef.js":       {200, "plain chunk", "text/javascript", "immutable"},
		"/analytics-next/bundles/407.bundle.old.js":        {404, "", "text/plain", ""},
		"/analytics-next/bundles/407.bundle.61ef.js.gz":    {404, "", "text/plain", ""},
		"/analytics-next/bundles/manifest.json":            {404, "", "text/plain", ""},
		"/analytics-next/bundles/secret.bundle%2Fother.js": {404, "", "text/plain", ""},
		"/analytics-next/bundles/..%2F.bundle.js":          {404, "", "text/plain", ""},
		"/analytics-next/LICENSE":                          {200, "MIT", "text/plain", ""},
	}
	for path, want := range tests {
		w := get(h, path)
		head := w.Header()
		if w.Code != want.status || want.body != "" && w.Body.String() != want.body {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if !strings.HasPrefix(head.Get("Content-Type"), want.kind) || !strings.Contains(head.Get("Cache-Control"), want.keep) || want.keep == "" && head.Get("Cache-Control") != "" {
			t.Errorf("%s: %v", path, head)
		}
		if w.Code == http.StatusOK && want.keep != "" && head.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: a script element with crossorigin cannot load it", path)
		}
	}
}

func TestLibraryIsCompressedAndAskedForByItsTag(t *testing.T) {
	h := segment.Library(built, catalog{})
	const path = "/analytics.js/v1/wk/analytics.min.js"
	w := get(h, path, "Accept-Encoding", "gzip, br")
	tag := w.Header().Get("ETag")
	if w.Body.String() != "packed script" || w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Vary") != "Accept-Encoding" || tag == "" {
		t.Fatalf("%v %s", w.Header(), w.Body)
	}
	if w := get(h, path, "Accept-Encoding", "gzip", "If-None-Match", tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("the same again: %d %s", w.Code, w.Body)
	}
	if w := get(h, path, "If-None-Match", tag); w.Code != http.StatusOK || w.Body.String() != "plain script" {
		t.Errorf("the tag of the packed bytes stands for the plain ones: %d", w.Code)
	}
}

func TestLibraryThatIsNotThere(t *testing.T) {
	w := get(segment.Library(fstest.MapFS{}, catalog{}), "/analytics.js/v1/wk/analytics.min.js")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "make build") || w.Header().Get("Cache-Control") != "" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	w = get(segment.Library(built, catalog{errors.New("the database is away")}), "/analytics.js/v1/wk/analytics.min.js")
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "database") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
