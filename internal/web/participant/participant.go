package participant

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/interview"
)

// Config is what the surface needs. Room, PublicURL, Asset and Log are required.
type Config struct {
	Room      *interview.Room
	PublicURL *url.URL                 // where browsers reach this server
	Asset     func(name string) string // the URL of "interview.js", "interview.css", "voice.js" and "worklet.js"
	Log       *slog.Logger
	KeepDays  int // how long answers are kept; 0: until the team deletes them
	Speech    Speech
	// Address is who asks, for the limit per address: behind a proxy, what that
	// says. nil: the other end of the connection.
	Address func(r *http.Request) string
	// Sessions lets interviews be spoken where Speech says that this server does it.
	Sessions Sessions
	// MostSpoken is how many may be spoken at once; 0: as many as the processors
	// can follow.
	MostSpoken int
}

// Surface serves the participants. It is safe for many goroutines.
type Surface struct {
	Config
	mux     *http.ServeMux
	origin  string // exactly what a browser sends for our own pages
	now     func() time.Time
	calls   *hub
	tickets *limiter // sockets a link may open
	opened  *limiter // and without an answer
	starts  *limiter // interviews an address may begin
	sockets *crowd   // that an address has open
	running sync.WaitGroup
	slots   chan struct{} // sockets that may be open at once
}

// spokenAProcessor is how many spoken interviews one processor follows: each costs
// it about one hundredth, most of that for noticing speech, and as much again
// must be left for everything else.
const spokenAProcessor = 50

// mostSockets bounds what strangers can make us hold open.
const mostSockets = 4096

// peer is who asks, where nothing is configured.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// New makes the surface, to be mounted at /i/.
func New(c Config) *Surface {
	if c.Address == nil {
		c.Address = peer
	}
	if c.MostSpoken == 0 {
		c.MostSpoken = spokenAProcessor * runtime.GOMAXPROCS(0)
	}
	s := &Surface{
		Config:  c,
		mux:     http.NewServeMux(),
		origin:  c.PublicURL.Scheme + "://" + c.PublicURL.Host,
		now:     c.Room.Now,
		calls:   newHub(c.MostSpoken),
		tickets: newLimiter(10, time.Minute),
		opened:  newLimiter(10, 10*time.Minute),
		starts:  newLimiter(60, time.Hour),
		sockets: newCrowd(),
		slots:   make(chan struct{}, mostSockets),
	}
	s.routes()
	return s
}

// routes is every path of the surface.
func (s *Surface) routes() {
	s.mux.HandleFunc("GET /i/{token}", s.page)
	s.mux.HandleFunc("POST /i/{token}/ticket", s.ticket)
	s.mux.HandleFunc("POST /i/{token}/recording/delete", s.dropTape)
	s.mux.HandleFunc("GET /i/socket", s.socket)
}

func (s *Surface) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Shutdown tells everybody who is connected that the server restarts, closes
// their sockets and waits until every clock is stopped. Their pages come back by
// themselves, and send again what was not acknowledged. New sockets are refused
// from then on.
func (s *Surface) Shutdown(ctx context.Context) error {
	s.calls.close()
	done := make(chan struct{})
	go func() { s.running.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
