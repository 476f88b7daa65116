package assets

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func get(s *set, path, encoding string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestServesWhatTheManifestNames(t *testing.T) {
	s := load(fstest.MapFS{
		"dist/manifest.json":     {Data: []byte(`{"app.css":"app-1a2b.css"}`)},
		"dist/app-1a2b.css":      {Data: []byte("plain")},
		"dist/app-1a2b.css.gz":   {Data: []byte("packed")},
		"dist/not-in-there.html": {Data: []byte("secret")},
	})
	if got := s.url("app.css"); got != "/assets/app-1a2b.css" {
		t.Errorf("url %q", got)
	}
	w := get(s, "/assets/app-1a2b.css", "br, gzip;q=0.8")
	if w.Body.String() != "packed" || w.Header().Get("Content-Encoding") != "gzip" ||
		!strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
	if w := get(s, "/assets/app-1a2b.css", "gzip;q=0"); w.Body.String() != "plain" {
		t.Errorf("gzip was refused, but got %s", w.Body)
	}
	for _, path := range []string{"/assets/not-in-there.html", "/assets/manifest.json", "/assets/../assets.go", "/assets/"} {
		if w := get(s, path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestWithoutABuildItSaysWhatToDo(t *testing.T) {
	s := load(fstest.MapFS{"dist/.gitkeep": {}})
	w := get(s, s.url("app.css"), "")
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "make build") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestTheSpokenPartIsSmall: what a participant loads to speak, in bytes.
func TestTheSpokenPartIsSmall(t *testing.T) {
	size := 0
	for _, name := range []string{"voice.js", "worklet.js"} {
		packed, err := fs.ReadFile(built.files, built.manifest[name]+".gz")
		if err != nil {
			t.Fatalf("%s: %v; run make assets", name, err)
		}
		size += len(packed)
	}
	t.Logf("%d of 18000 bytes", size)
	if size > 18_000 {
		t.Errorf("it is %d bytes, %d too many", size, size-18_000)
	}
}
