package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// gateway stands before the program as the TLS proxy of an operator does. It
// keeps what went through, and can be made to fail as networks do.
type gateway struct {
	*httptest.Server
	proxy http.Handler
	mu    sync.Mutex
	seen  []exchange
	// meddle, if not nil, may answer in the program's place; pass forwards.
	meddle func(w http.ResponseWriter, r *http.Request, pass func(http.ResponseWriter)) (answered bool)
}

// exchange is a request and the status that the program answered, 0 where it
// was not asked.
type exchange struct {
	At           time.Time
	Method, Path string
	Header       http.Header
	Body         []byte
	Status       int
}

// newGateway makes p believe that its public address is the gateway's.
func newGateway(t *testing.T, p *program) *gateway {
	t.Helper()
	to := &url.URL{Scheme: "http", Host: p.addr}
	g := &gateway{proxy: &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(to); r.SetXForwarded() },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}}
	g.Server = httptest.NewTLSServer(g)
	t.Cleanup(func() { g.CloseClientConnections(); g.Close() })
	p.env = append(p.env, "USERCALL_PUBLIC_URL="+g.URL)
	return g
}

func (g *gateway) host() string { return strings.TrimPrefix(g.URL, "https://") }

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client broke off before the program saw anything
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	e := exchange{At: time.Now(), Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(), Body: body}
	at := g.keep(e)
	pass := func(w http.ResponseWriter) {
		answer := &statusWriter{ResponseWriter: w}
		g.proxy.ServeHTTP(answer, r)
		g.answered(at, answer.status)
	}
	if meddle := g.meddling(); meddle == nil || !meddle(w, r, pass) {
		pass(w)
	}
}

func (g *gateway) keep(e exchange) (at int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen = append(g.seen, e)
	return len(g.seen) - 1
}

func (g *gateway) answered(at, status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen[at].Status = status
}

func (g *gateway) meddling() func(http.ResponseWriter, *http.Request, func(http.ResponseWriter)) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.meddle
}

// with meddles until the test ends.
func (g *gateway) with(t *testing.T, meddle func(http.ResponseWriter, *http.Request, func(http.ResponseWriter)) bool) {
	t.Helper()
	set := func(f func(http.ResponseWriter, *http.Request, func(http.ResponseWriter)) bool) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.meddle = f
	}
	set(meddle)
	t.Cleanup(func() { set(nil) })
}

// to is every exchange so far by its method and the beginning of its path.
func (g *gateway) to(method, path string) []exchange {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(g.seen), func(e exchange) bool {
		return e.Method != method || !strings.HasPrefix(e.Path, path)
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// message is one event as a client sent it.
type message struct {
	Type        string    `json:"type"`
	Event       string    `json:"event"`
	Name        string    `json:"name"`
	MessageID   string    `json:"messageId"`
	UserID      string    `json:"userId"`
	AnonymousID string    `json:"anonymousId"`
	Timestamp   time.Time `json:"timestamp"`
	SentAt      time.Time `json:"sentAt"`
	WriteKey    string    `json:"writeKey"`
}

// delivered is the messages of a body, each with the time of its sending.
func (e exchange) delivered(t *testing.T) []message {
	t.Helper()
	var body struct {
		message
		Batch []message `json:"batch"`
	}
	if err := json.NewDecoder(e.unpacked(t)).Decode(&body); err != nil {
		t.Fatalf("%v in a body to %s: %s", err, e.Path, e.Body)
	}
	if body.Batch == nil {
		return []message{body.message}
	}
	for i := range body.Batch {
		body.Batch[i].SentAt, body.Batch[i].WriteKey = body.SentAt, body.WriteKey
	}
	return body.Batch
}

func (e exchange) unpacked(t *testing.T) io.Reader {
	t.Helper()
	if e.Header.Get("Content-Encoding") != "gzip" {
		return bytes.NewReader(e.Body)
	}
	z, err := gzip.NewReader(bytes.NewReader(e.Body))
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// acknowledged is each delivery of each message of a project that the program
// has answered with 200, by messageId.
func (g *gateway) acknowledged(t *testing.T, writeKey string) map[string][]message {
	t.Helper()
	all := map[string][]message{}
	for _, e := range g.to(http.MethodPost, "/v1/") {
		if e.Status != http.StatusOK || e.Path == "/v1/m" {
			continue
		}
		for _, m := range e.delivered(t) {
			if m.WriteKey == writeKey {
				all[m.MessageID] = append(all[m.MessageID], m)
			}
		}
	}
	return all
}
