// Package northdesk is the demo product: a small help desk as a customer of usercall would have
// it, on a site of its own. Its pages send real Segment events and carry the SDK exactly as the
// documentation says: the product with Segment's library from npm, the page of prices with it by
// snippet. It knows nothing of usercall but its address and two public keys.
package northdesk

import (
	"context"
	"embed"
	"encoding/json"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
)

//go:embed index.html pricing.html all:dist
var files embed.FS

// Config is what a customer knows about usercall.
type Config struct {
	Host      string // origin of usercall, without a slash at the end
	Project   string // the project's key, public
	WriteKey  string // for Segment's library, public
	Dashboard string // where the panel's link leads
}

// Decisions returns {"decisions":[…]}, newest last, for a person of this product.
type Decisions func(ctx context.Context, person string) ([]byte, error)

// Handler serves the product's pages, their assets and /northdesk/decisions.
func Handler(cfg Config, decisions func(ctx context.Context, person string) ([]byte, error)) http.Handler {
	names, err := manifest()
	if err != nil {
		return notBuilt()
	}
	pages := parse(names)
	product := &page{cfg, pages.Lookup("index.html")}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/app/inbox", http.StatusFound))
	mux.Handle("GET /signup", product)
	mux.Handle("GET /app/{view}", product)
	mux.Handle("GET /pricing", &page{cfg, pages.Lookup("pricing.html")})
	mux.Handle("GET /assets/{file...}", http.StripPrefix("/assets/", immutable(assets())))
	mux.Handle("GET /northdesk/decisions", decisionsHandler(decisions))
	return mux
}

type page struct {
	cfg  Config
	text *template.Template
}

func (p *page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", policy(p.cfg.Host))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-cache")
	_ = p.text.Execute(w, p.view()) // the connection is gone
}

// policy allows usercall's host and nothing else besides this site: no inline script, no inline
// style. It is what usercall asks its customers to add, on the strictest page there is.
func policy(host string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self' " + host,
		"connect-src 'self' " + host,
		"frame-src " + host,
		"style-src 'self'",
		"img-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

func (p *page) view() any {
	return struct {
		Config
		JSON map[string]string
	}{p.cfg, map[string]string{
		"host": p.cfg.Host, "project": p.cfg.Project, "writeKey": p.cfg.WriteKey, "dashboard": p.cfg.Dashboard,
	}}
}

func parse(names map[string]string) *template.Template {
	asset := func(name string) string { return names[name] }
	return template.Must(template.New("").Funcs(template.FuncMap{"asset": asset}).ParseFS(files, "*.html"))
}

func manifest() (map[string]string, error) {
	content, err := files.ReadFile("dist/manifest.json")
	if err != nil {
		return nil, err
	}
	var names map[string]string
	return names, json.Unmarshal(content, &names)
}

// assets serves what the build made, compressed where the browser takes it.
func assets() http.Handler {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	plain := http.FileServerFS(dist)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		packed := r.URL.Path + ".gz"
		if _, err := fs.Stat(dist, packed); err == nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(r.URL.Path)))
			w.Header().Set("Content-Encoding", "gzip")
			r.URL.Path = packed
		}
		w.Header().Add("Vary", "Accept-Encoding")
		plain.ServeHTTP(w, r)
	})
}

// immutable marks what never changes: every asset has its hash in its name.
func immutable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

var personID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func decisionsHandler(decisions Decisions) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		person := r.FormValue("person")
		if !personID.MatchString(person) {
			http.Error(w, "person: letters, digits, _ and -, 1 to 64 of them", http.StatusBadRequest)
			return
		}
		body, err := decisions(r.Context(), person)
		if err != nil {
			http.Error(w, "decisions cannot be read now", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(body) // the connection is gone
	})
}

func notBuilt() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "Northdesk's page is not built: run make build", http.StatusServiceUnavailable)
	})
}
