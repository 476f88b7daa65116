package segment

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// cors lets every page of every origin send events, and read whether it worked:
// on refusals too, or the browser would take them for a broken network and try
// for ever. No authority follows from it, for no cookie is read here.
func cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); origin != "" {
			h := w.Header()
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Allow-Credentials", "true")
			h.Set("Access-Control-Expose-Headers", "Retry-After")
			h.Add("Vary", "Origin")
		}
		if r.Method == http.MethodOptions {
			preflight(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// OneSlash lets a path with slashes too many be the one that was meant: a host that
// ends in one makes it, in what customers configure. A mux would redirect, which no
// preflight follows.
func OneSlash(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "//") {
			r = plain(r)
		}
		next.ServeHTTP(w, r)
	})
}

func plain(r *http.Request) *http.Request {
	path := slashes.ReplaceAllString(r.URL.Path, "/")
	if !strings.HasPrefix(path, "/v1/") {
		return r
	}
	r = r.Clone(r.Context())
	r.URL.Path, r.URL.RawPath = path, slashes.ReplaceAllString(r.URL.RawPath, "/")
	return r
}

var slashes = regexp.MustCompile("//+")

const allowedHeaders = "Authorization, Content-Type, Content-Encoding, X-Retry-Count"

func preflight(w http.ResponseWriter, r *http.Request) {
	allow := r.Header.Get("Access-Control-Request-Headers") // customers add headers of their own
	if allow == "" {
		allow = allowedHeaders
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", allow)
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

// unknownPath answers what no client asks for: 405 where another method would
// have been right, else 404.
func (s *surface) unknownPath(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a := &arrival{source: research.FromBrowser, key: headerKey(r)}
		as := *r
		as.Method = http.MethodPost
		if _, pattern := mux.Handler(&as); pattern != "/" && pattern != "" {
			err := research.Errorf(research.Invalid, "Send events with POST.")
			s.noted(r, a, "wrong_method", err)
			w.Header().Set("Allow", "POST, OPTIONS")
			answer(w, http.StatusMethodNotAllowed, problem(err.Code, err.Message))
			return
		}
		err := research.Errorf(research.NotFound, "There is no such path. Events go to /v1/batch, /v1/track and their like.")
		s.noted(r, a, "unknown_path", err)
		answer(w, http.StatusNotFound, problem(err.Code, err.Message))
	}
}

// settings is the document that analytics-next loads before it sends anything,
// for those who point it at us alone; segment.md §5.
func (c Config) settings(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Del("Access-Control-Allow-Credentials")
	key := r.PathValue("writeKey")
	if _, err := c.Projects.ByWriteKey(r.Context(), research.WriteKey(key)); err != nil {
		http.Error(w, "unknown write key", http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=60")
	answer(w, http.StatusOK, map[string]any{
		"integrations": map[string]any{"Segment.io": map[string]any{
			"apiKey": key, "apiHost": c.Host + "/v1", "protocol": c.Scheme, "retryQueue": true}},
		"plan":    map[string]any{"track": map[string]any{"__default": map[string]any{"enabled": true, "integrations": map[string]any{}}}},
		"metrics": map[string]any{"sampleRate": 0},
	})
}
