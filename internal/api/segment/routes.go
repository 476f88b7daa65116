// Package segment is the surface that Segment's clients talk to: the Tracking
// API, under /v1.
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

	"github.com/usercall/usercall/internal/research"
)

// Projects finds projects by their keys. An unknown key is a NotFound error.
type Projects interface {
	ByWriteKey(ctx context.Context, key research.WriteKey) (*research.Project, error)
	ByServerKey(ctx context.Context, key research.ServerKey) (*research.Project, error)
}

// Writer stores events and returns once they are committed.
type Writer interface {
	Write(ctx context.Context, events []research.Event) ([]bool, error)
}

// Config is what the surface needs.
type Config struct {
	Projects Projects
	Writer   Writer
	Stored   func() // hints that there is something to evaluate
	Now      func() time.Time
	NewID    func() string // for messages that bring no messageId
	Host     string        // of our public URL, for the settings document
	Scheme   string
	Log      *slog.Logger
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
	mux := http.NewServeMux()
	for path, kind := range paths {
		mux.Handle("POST /v1/"+path, c.events(kind))
		mux.Handle("POST /v1/"+path+"/{$}", c.events(kind))
	}
	mux.HandleFunc("POST /v1/m", success) // analytics-next's metrics about itself
	mux.HandleFunc("POST /v1/m/{$}", success)
	mux.HandleFunc("GET /v1/projects/{writeKey}/settings", c.settings)
	mux.HandleFunc("GET /projects/{writeKey}/settings", c.settings)
	mux.HandleFunc("/", unknownPath(mux))
	return cors(mux)
}

func success(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"success":true}`)) // a client that is gone has its own retry
}
