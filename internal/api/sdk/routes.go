// Package sdk is the surface that the browser SDK talks to: its scripts, what
// to listen for, events that want a decision, and what became of an invite.
//
// Every request is "simple" in the sense of CORS, so none costs a preflight:
// bodies are JSON sent as text/plain. The project key is public; what it opens
// is bound to the project's origins and to the browser's ticket; whose events
// they are is proved by an identity token, where the project wants one. An answer
// says no more than: this invite, ask again at, or nothing; a stream says no more
// than: ask now. Start at [New], then [Streams].
package sdk

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/usercall/usercall/internal/identity"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// Projects finds projects by the key of their page, project key or write key.
type Projects interface {
	ByPageKey(ctx context.Context, key string) (*research.Project, error)
}

// Writer stores events and returns once they are committed.
type Writer interface {
	Write(ctx context.Context, events []research.Event) ([]bool, error)
}

// Engine decides at once about events that a browser waits for.
type Engine interface {
	// Decide evaluates the persons of these events until the events are done,
	// for at most two seconds. It tells whether they are.
	Decide(ctx context.Context, events []research.Event) (bool, error)
	// Needs is what active triggers of the project read.
	Needs(p research.ProjectID) []trigger.EventNeed
	// Signed tells whether a card of the project can come up without a request of
	// its own page.
	Signed(p research.ProjectID) bool
	// Offer is how an invite of that trigger is worded and where it may stand.
	Offer(p research.ProjectID, t research.TriggerID) (*trigger.Rule, bool)
}

// Identity proves whose a page's events are.
type Identity interface {
	// Prove is what the token says; nil where there is none, or where the project
	// does not look at tokens. An error says why it proves nothing.
	Prove(p *research.Project, token string, now time.Time) (*identity.Claims, error)
	// Unproved counts a page that was refused although no token was wrong: it
	// brought none, or another's.
	Unproved(p *research.Project)
}

// Config is what the surface needs.
type Config struct {
	Projects Projects
	Writer   Writer
	Engine   Engine
	Invites  invite.Store
	Streams  *Streams
	Identity Identity
	Link     func(publicID string) string // of an invite
	Address  func(*http.Request) string   // whom a request is from
	Now      func() time.Time
	NewID    func() string
	Assets   http.Handler // the scripts, under /sdk/
	Log      *slog.Logger

	EventsPerSecond int // of a project's pages; 0 is the default
	Burst           int // events that they may bring at once; 0 is the default

	limits *limits
}

// New is the surface. Mount it at /sdk/.
func New(c Config) http.Handler {
	c.limits = newLimits(c.EventsPerSecond, c.Burst)
	mux := http.NewServeMux()
	mux.Handle("GET /sdk/v1/config", c.page(c.config))
	mux.Handle("POST /sdk/v1/events", c.page(c.events))
	mux.Handle("POST /sdk/v1/ask", c.page(c.ask))
	mux.HandleFunc("POST /sdk/v1/stream", c.stream)
	mux.Handle("POST /sdk/v1/state", c.page(c.state))
	mux.Handle("POST /sdk/v1/opt-out", c.page(c.optOut))
	mux.Handle("OPTIONS /sdk/v1/", http.HandlerFunc(c.preflight))
	mux.Handle("GET /sdk/", c.Assets)
	return mux
}
