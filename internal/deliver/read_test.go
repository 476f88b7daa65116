package deliver

import (
	"compress/gzip"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/usercall/usercall/internal/research"
)

func TestWhatIsRead(t *testing.T) {
	release := make(chan struct{})
	trickling, cancel := context.WithCancel(t.Context())
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("inside")) }))
	defer inside.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/keys":
			w.Write([]byte("0123456789"))
		case "/long":
			w.Write(make([]byte, 1025))
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			z.Write(make([]byte, 8<<20))
			z.Close()
		case "/moved":
			http.Redirect(w, r, inside.URL, http.StatusFound)
		case "/broken":
			w.Header().Set("Content-Length", "100")
			w.Write([]byte("0"))
		case "/slow":
			w.Write([]byte("0"))
			w.(http.Flusher).Flush()
			cancel() // time is over in the middle of the body
			<-release
		default:
			http.Error(w, "no", http.StatusTeapot)
		}
	}))
	defer server.Close()
	defer close(release)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for address, says := range map[string]string{
		server.URL + "/long?secret": "more than 1 KiB", server.URL + "/bomb?secret": "more than 1 KiB", server.URL + "/moved?secret": "answered 302, a redirect",
		server.URL + "/broken?secret": "connection broke", server.URL + "/?secret": "answered 418", gone.URL + "/?secret": "refused the connection",
	} {
		got, err := NewClient(ClientOptions{Private: true}).Read(t.Context(), address, 1024)
		if got != nil || research.CodeOf(err) != research.Invalid || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %.20q, %v", address, got, err)
		}
	}
	if got, err := NewClient(ClientOptions{Private: true}).Read(t.Context(), server.URL+"/keys", 10); string(got) != "0123456789" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := NewClient(ClientOptions{Private: true}).Read(trickling, server.URL+"/slow", 1024); research.CodeOf(err) != research.Invalid {
		t.Errorf("with no end: %v", err)
	}
}

func TestNothingInsideIsRead(t *testing.T) {
	var called atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Add(1) }))
	defer server.Close()
	strict := NewClient(ClientOptions{Resolver: names(t, "127.0.0.1"), Roots: roots(server)})
	for address, says := range map[string]string{
		server.URL: "port 443", "http://example.com/keys": "https://", "https://127.0.0.1/keys": "private network", "https://rebound.example/keys": "private network",
	} {
		if _, err := strict.Read(t.Context(), address, 1024); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if called.Load() > 0 {
		t.Errorf("called %d times", called.Load())
	}
}
