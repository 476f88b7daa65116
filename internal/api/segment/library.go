package segment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// Library serves Segment's browser library at the addresses that a snippet and
// the library itself ask for, so that a page needs no host but this one:
// /analytics.js/v1/{writeKey}/analytics.min.js, its chunks under
// /analytics-next/bundles/, and its licence. Mount it at the first folder of
// each. An unknown key has no script, as at Segment: a wrong key is seen at once.
func Library(files fs.FS, keys WriteKeys) http.Handler {
	l := library{files, keys}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /analytics.js/v1/{writeKey}/analytics.min.js", l.script)
	mux.HandleFunc("GET /analytics-next/bundles/{file}", l.chunk)
	mux.HandleFunc("GET /analytics-next/LICENSE", func(w http.ResponseWriter, r *http.Request) { l.serve(w, r, "LICENSE") })
	return mux
}

// WriteKeys tells which keys there are. An unknown one is a NotFound error.
type WriteKeys interface {
	ByWriteKey(ctx context.Context, key research.WriteKey) (*research.Project, error)
}

type library struct {
	files fs.FS
	keys  WriteKeys
}

// script keeps its name from one release to the next, so it is asked for again
// now and then; its tag makes that cheap.
func (l library) script(w http.ResponseWriter, r *http.Request) {
	shared(w)
	_, err := l.keys.ByWriteKey(r.Context(), research.WriteKey(r.PathValue("writeKey")))
	switch {
	case research.CodeOf(err) == research.NotFound:
		http.Error(w, "unknown write key", http.StatusNotFound)
	case err != nil:
		http.Error(w, "try again in a moment", http.StatusServiceUnavailable)
	default:
		w.Header().Set("Cache-Control", "public, max-age=300")
		l.serve(w, r, "analytics.min.js")
	}
}

// chunk has a hash of its content in its name and never changes.
func (l library) chunk(w http.ResponseWriter, r *http.Request) {
	shared(w)
	name := r.PathValue("file")
	if !strings.Contains(name, ".bundle.") || path.Ext(name) != ".js" {
		http.Error(w, "There is no such part of the library.", http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	l.serve(w, r, name)
}

// shared lets pages of every origin load an answer, with a check of integrity too.
func shared(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("X-Content-Type-Options", "nosniff")
}

// serve sends a file, compressed where it is taken so.
func (l library) serve(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	if path.Ext(name) != ".js" {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
	h.Set("Vary", "Accept-Encoding")
	stored := name
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		stored += ".gz"
	}
	content, err := fs.ReadFile(l.files, stored)
	if err != nil {
		l.missing(w, name)
		return
	}
	tag := sha256.Sum256(content)
	h.Set("ETag", `"`+hex.EncodeToString(tag[:8])+`"`)
	if r.Header.Get("If-None-Match") == h.Get("ETag") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(content) // whoever asked may be gone
}

// missing answers for a chunk of another release, and for a program that was
// built without the library.
func (l library) missing(w http.ResponseWriter, name string) {
	h := w.Header()
	h.Del("Cache-Control")
	h.Del("Content-Encoding")
	if _, err := fs.Stat(l.files, "analytics.min.js"); err != nil {
		http.Error(w, "/* This program was built without Segment's library. Run make build, and start it again. */", http.StatusServiceUnavailable)
		return
	}
	http.Error(w, "There is no "+name+" in this release of the library.", http.StatusNotFound)
}
