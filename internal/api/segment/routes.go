// Package segment is the surface that Segment and its clients talk to, under
// /v1: the Tracking API, and the address of a webhook destination.
//
// It owns paths, authentication, CORS, limits and answers, all as clients of the
// field expect them; package ingest owns what a message means. It reads no
// cookie and answers with nothing that a stranger could learn from. Start at
// [New].
package segment

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

// Projects finds projects by their keys. An unknown key is a NotFound error.
type Projects interface {
	ByWriteKey(ctx context.Context, key research.WriteKey) (*research.Project, error)
	ByServerKey(ctx context.Context, key research.ServerKey) (*research.Project, error)
	ByProjectKey(ctx context.Context, key string) (*research.Project, error)
	// Known is the project of a project key if it is in memory, else nil. It
	// takes the same time either way.
	Known(projectKey string) *research.Project
}

// Writer stores events and returns once they are committed.
type Writer interface {
	Write(ctx context.Context, events []research.Event) ([]bool, error)
}

// Config is what the surface needs.
type Config struct {
	Projects Projects
	Writer   Writer
	Watch    ingest.Watcher
	Stored   func() // hints that there is something to evaluate
	Now      func() time.Time
	NewID    func() string // for messages that bring no messageId
	Host     string        // of our public URL, for the settings document
	Scheme   string
	Log      *slog.Logger

	// Verify says of an event whose project and Signed are known whether its
	// userId is proved, and takes its identity token away.
	Verify func(p *research.Project, e *research.Event, now time.Time)
	// WebhookTokens and WebhookSecrets are what a delivery to the project's
	// webhook may bring, two while they rotate. They answer for keys of no
	// project too.
	WebhookTokens  func(projectKey string) []string
	WebhookSecrets func(projectKey string) []string
	// Erase deletes what is stored of a user, as Segment asks for when somebody
	// wants to be forgotten. It is called again after a failure.
	Erase func(ctx context.Context, project *research.Project, user research.UserID) error

	EventsPerSecond int // of one write key; 0 is the default
	Burst           int // events that it may bring at once; 0 is the default
}

// surface is Config and what it remembers.
type surface struct {
	Config
	limit *ingest.Limiter
}

// paths of one type, long and short; "" is a batch.
var paths = map[string]research.EventType{
	"track": research.Track, "t": research.Track,
	"identify": research.Identify, "i": research.Identify,
	"page": research.Page, "p": research.Page,
	"screen": research.Screen, "s": research.Screen,
	"group": research.Group, "g": research.Group,
	"alias": research.Alias, "a": research.Alias,
	"batch": "", "b": "", "import": "",
}

// New is the surface. Mount it at /v1/ and /projects/.
func New(c Config) http.Handler {
	s := &surface{Config: c, limit: ingest.NewLimiter(c.EventsPerSecond, c.Burst)}
	mux := http.NewServeMux()
	for path, kind := range paths {
		mux.Handle("POST /v1/"+path, s.events(kind))
		mux.Handle("POST /v1/"+path+"/{$}", s.events(kind))
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch} {
		mux.Handle(method+" /v1/webhooks/segment/{projectKey}/{token}", s.webhook())
		mux.Handle(method+" /v1/webhooks/segment/{projectKey}/{token}/{$}", s.webhook())
	}
	mux.HandleFunc("POST /v1/m", success) // analytics-next's metrics about itself
	mux.HandleFunc("POST /v1/m/{$}", success)
	for _, path := range []string{"/v1/projects/{writeKey}/settings", "/projects/{writeKey}/settings"} {
		mux.HandleFunc("GET "+path, c.settings)
		mux.HandleFunc("GET "+path+"/{$}", c.settings)
	}
	mux.HandleFunc("/", s.unknownPath(mux))
	return cors(mux)
}

func success(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"success":true}`)) // a client that is gone has its own retry
}
