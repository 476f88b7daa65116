// Package assets is what browsers load besides a page: style sheets and small
// scripts, built from src/ into dist/ by `make build` and embedded.
//
// It owns the addresses under /assets/. Names carry a hash of their content, so
// an answer never changes and is kept for ever. It renders no page and knows no
// session. Start at [URL] and [Handler].
package assets

import (
	"embed"
	"encoding/json"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed all:dist
var embedded embed.FS

var built = load(embedded)

// Missing is what every page says where the binary was built without assets.
const Missing = "This program was built without its style sheets and scripts. Run make build, and start it again."

// Built tells whether there are assets.
func Built() bool { return len(built.manifest) > 0 }

// URL is the address of an asset by its plain name, such as "app.css". Without
// a build it is an address that answers 404 with what to do.
func URL(name string) string { return built.url(name) }

// Handler serves everything under /assets/.
func Handler() http.Handler { return built }

// set is the content of one dist folder.
type set struct {
	files    fs.FS
	manifest map[string]string // plain name to hashed name
	hashed   map[string]bool
}

func load(root fs.FS) *set {
	s := &set{manifest: map[string]string{}, hashed: map[string]bool{}}
	s.files, _ = fs.Sub(root, "dist") // fails only for an invalid path
	text, err := fs.ReadFile(s.files, "manifest.json")
	if err != nil {
		return s
	}
	if json.Unmarshal(text, &s.manifest) != nil {
		return &set{files: s.files}
	}
	for _, name := range s.manifest {
		s.hashed[name] = true
	}
	return s
}

func (s *set) url(name string) string {
	if hashed, ok := s.manifest[name]; ok {
		return "/assets/" + hashed
	}
	return "/assets/" + name
}

// ServeHTTP serves only what the manifest names: nothing else that lies in the
// folder is an address.
func (s *set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/assets/")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Assets are only read.", http.StatusMethodNotAllowed)
		return
	}
	if !s.hashed[name] {
		s.missing(w)
		return
	}
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	s.write(w, r, name)
}

func (s *set) missing(w http.ResponseWriter) {
	words := "There is no such asset."
	if len(s.manifest) == 0 {
		words = Missing
	}
	http.Error(w, words, http.StatusNotFound)
}

// write sends the compressed copy to whoever takes it.
func (s *set) write(w http.ResponseWriter, r *http.Request, name string) {
	if acceptsGzip(r) {
		if packed, err := fs.ReadFile(s.files, name+".gz"); err == nil {
			w.Header().Set("Content-Encoding", "gzip")
			send(w, r, packed)
			return
		}
	}
	content, err := fs.ReadFile(s.files, name)
	if err != nil {
		w.Header().Del("Cache-Control")
		s.missing(w)
		return
	}
	send(w, r, content)
}

func send(w http.ResponseWriter, r *http.Request, content []byte) {
	if r.Method == http.MethodGet {
		_, _ = w.Write(content) // whoever asked may be gone
	}
}

// acceptsGzip reads Accept-Encoding as far as it matters: gzip is named and not
// refused with q=0.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding == "gzip" || coding == "*" {
			q := strings.ReplaceAll(params, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}
