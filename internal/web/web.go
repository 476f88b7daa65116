package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/httpkit"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// Config is what the dashboard needs. All but Address, Ready, WebhookOf, Link, Recording
// and Now are required.
type Config struct {
	Reports  report.Store
	Accounts Accounts
	Commands Commands
	Ready    []ReadyMade
	// Forecast looks what a trigger would have done lately.
	Forecast Forecaster
	Describe func(file []byte) (StudyWords, error) // a study file in words
	// Why tells how things stand between somebody and each trigger.
	Why       func(context.Context, *research.Project, research.PersonKey) ([]report.Standing, error)
	WebhookOf func(*research.Project) (url, secret string) // where Segment's webhook sends to, and signs with
	Link      func(invite string) string                   // of the interview, for whoever passes it on; nil: not shown
	// Recording opens what was recorded of an interview; not_found, with words, where
	// there is nothing to hear. nil: nothing is recorded.
	Recording func(ctx context.Context, p *research.Project, interview string) (*report.Sound, error)
	PublicURL *url.URL                               // where browsers reach this server
	Address   func(*http.Request) (netip.Addr, bool) // whom a request is from, behind trusted proxies too
	Now       func() time.Time
	Log       *slog.Logger
}

// policy is the dashboard's content security policy: nothing inline, nothing of
// others, no frame around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// maxBody is how much a form may send; maxStudy is how much those may that carry a
// study, which is 256 KiB and three times as much with its escapes.
const (
	maxBody  = 64 << 10
	maxStudy = 1 << 20
)

func mostOf(path string) int64 {
	for _, end := range []string{"/file", "/edit", "/triggers/new", "/preview"} {
		if strings.HasPrefix(path, "/studies/") && strings.HasSuffix(path, end) {
			return maxStudy
		}
	}
	return maxBody
}

// dashboard answers the requests of one surface. It is safe for many goroutines.
type dashboard struct {
	Config
	sessions *Sessions
	mux      *http.ServeMux
}

// New is the dashboard, to be mounted at "/". It serves /assets/ too.
func New(c Config) http.Handler {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Address == nil {
		c.Address = remote
	}
	d := &dashboard{Config: c, sessions: NewSessions(c.Accounts, c.PublicURL, c.Now), mux: http.NewServeMux()}
	d.routes()
	return d.guard(d.mux)
}

// guard is what every request passes on its way to a page.
func (d *dashboard) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	if err := cross.AddTrustedOrigin(d.PublicURL.Scheme + "://" + d.PublicURL.Host); err != nil {
		d.Log.Error("the public URL is no origin; forms are accepted from this server's own address only", "err", err)
	}
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.failure(w, r, research.Errorf(research.Forbidden, "This form was sent from another site, so nothing was changed. Open the page here and send it again."))
	}))
	limited := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, mostOf(r.URL.Path))
		next.ServeHTTP(w, r)
	})
	return headers(httpkit.RecoverWith(d.Log, d.failure, cross.Handler(limited)))
}

func headers(next http.Handler) http.Handler {
	return httpkit.Secure(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	}))
}

func remote(r *http.Request) (netip.Addr, bool) {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	return at.Addr(), err == nil
}

func (d *dashboard) address(r *http.Request) netip.Addr {
	a, _ := d.Address(r)
	return a
}
