package app

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"github.com/usercall/usercall/internal/api/sdk"
	"github.com/usercall/usercall/internal/api/segment"
	"github.com/usercall/usercall/internal/httpkit"
	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/metrics"
	"github.com/usercall/usercall/internal/web/assets"
	"github.com/usercall/usercall/internal/web/participant"
	"github.com/usercall/usercall/internal/web/unsubscribe"
	sdkfiles "github.com/usercall/usercall/sdk"
	"github.com/usercall/usercall/sdk/segmentjs"
)

// surfaces is everything that answers requests. Each has its own mux and its
// own rule of trust; none reads another's credentials.
type surfaces struct {
	handler      http.Handler
	writer       *ingest.Writer
	participants *participant.Surface
	streams      *sdk.Streams
}

func (a *App) surfaces() (*surfaces, error) {
	public, err := url.Parse(a.cfg.URL())
	if err != nil {
		return nil, err
	}
	watch := metrics.Watching{Metrics: a.metrics, Next: a.tally}
	s := &surfaces{writer: ingest.NewWriter(a.db, watch, a.log), streams: sdk.NewStreams(a.db, a.now, a.log)}
	s.participants = participant.New(participant.Config{Room: a.room, PublicURL: public, Asset: assets.URL, Log: a.log, Address: a.addressText,
		Sessions: a.talks, Speech: a.offers()})
	mux := http.NewServeMux()
	events := segment.New(segment.Config{Projects: a.catalog, Writer: s.writer, Watch: watch, Stored: a.engine.Wake,
		Now: a.now, NewID: newMessageID, Host: public.Host, Scheme: public.Scheme, Log: a.log,
		Verify: a.Verify, WebhookTokens: a.webhookTokens, WebhookSecrets: a.webhookSecrets, Erase: a.erase,
		EventsPerSecond: a.cfg.IngestRate, Burst: a.cfg.IngestBurst})
	mux.Handle("/v1/", events)
	mux.Handle("/projects/", events)
	library := segment.Library(segmentjs.Files(), a.catalog)
	mux.Handle("/analytics.js/", library)
	mux.Handle("/analytics-next/", library)
	mux.Handle("/sdk/", sdk.New(sdk.Config{Projects: a.catalog, Writer: s.writer, Engine: a.engine, Invites: a.db, Streams: s.streams, Identity: a,
		Link: a.link, Address: a.addressText, Now: a.now, NewID: newMessageID, Assets: sdkAssets(), Log: a.log,
		EventsPerSecond: a.cfg.IngestRate, Burst: a.cfg.IngestBurst}))
	mux.Handle("/i/", s.participants)
	mux.Handle("/unsubscribe/", unsubscribe.New(unsubscribe.Config{Store: a.db, Asset: assets.URL, Now: a.now, Log: a.log}))
	mux.Handle("/assets/", assets.Handler())
	mux.Handle("/api/", a.adminAPI())
	mux.HandleFunc("GET /healthz", alive)
	mux.HandleFunc("GET /readyz", a.ready)
	dashboard, err := a.dashboard(public)
	if err != nil {
		return nil, err
	}
	mux.Handle("/", dashboard)
	s.handler = httpkit.RequestID(httpkit.Log(a.log, httpkit.Recover(a.log, httpkit.Secure(segment.OneSlash(mux)))))
	return s, nil
}

func alive(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]string{"status": "alive"})
}

// ready is false when the store cannot be written to.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.db.Ping(r.Context()); err != nil {
		a.log.Error("the database does not answer", "err", err)
		http.Error(w, `{"status":"the database does not answer"}`, http.StatusServiceUnavailable)
		return
	}
	writeJSON(w, map[string]string{"status": "ready"})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // whoever asked may be gone
}

// sdkAssets serves the scripts of the SDK. The loader keeps its name, so it is
// asked for again now and then; what has a hash in its name never changes.
func sdkAssets() http.Handler {
	files, err := sdkfiles.Files()
	if errors.Is(err, sdkfiles.ErrNotBuilt) {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "/* usercall: this server was built without its SDK; run make build */", http.StatusServiceUnavailable)
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/sdk/")
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Cache-Control", "public, max-age=300")
		if strings.Contains(name, "-") {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		h.Add("Vary", "Accept-Encoding")
		if strings.HasSuffix(name, ".js") {
			h.Set("Content-Type", "text/javascript; charset=utf-8")
			if packed, err := fs.Stat(files, name+".gz"); err == nil && packed.Mode().IsRegular() && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				h.Set("Content-Encoding", "gzip")
				name += ".gz"
			}
		}
		http.ServeFileFS(w, r, files, name)
	})
}
