package segment_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/app"
	"github.com/usercall/usercall/internal/config"
)

// server is the whole program, with a store, on a port of its own.
type server struct {
	addr string
	app  *app.App
}

func serve(t *testing.T) *server {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{addr: free.Addr().String()}
	free.Close()
	cfg := config.Config{Addr: s.addr, DataDir: t.TempDir()}
	if s.app, err = app.Open(t.Context(), cfg, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.app.Serve(ctx, func(app.Ready) { close(ready) }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		s.app.Close()
	})
	select {
	case <-ready:
	case <-time.After(20 * time.Second):
		t.Fatal("the server does not start")
	}
	return s
}

// project makes one and waits until the running server knows its key.
func (s *server) project(t *testing.T, name string) app.Keys {
	t.Helper()
	keys, err := s.app.CreateProject(t.Context(), app.NewProject{Name: name, Open: true})
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		res, err := http.Get("http://" + s.addr + "/v1/projects/" + keys.WriteKey + "/settings")
		if err != nil {
			t.Fatal(err)
		}
		if res.Body.Close(); res.StatusCode == http.StatusOK {
			return keys
		}
	}
	t.Fatal("the server does not learn of a new project")
	return keys
}

// body is a file of testdata/clients with a project's key in it.
func (s *server) body(t *testing.T, file, key string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/clients/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(bytes.TrimSpace(text), []byte("WRITE_KEY"), []byte(key))
}

// transfer is how a client puts a body on the wire.
type transfer int

const (
	plain          transfer = iota
	packed                  // gzip, with its length
	packedInChunks          // gzip, without one
	expected                // after the server said that it may come
)

// answered is what a client reads.
type answered struct {
	status int
	head   http.Header
	body   string
}

// send writes a request as it stands, and nothing that Go's client would add.
func (s *server) send(t *testing.T, key, heads string, body []byte, how transfer) answered {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	if how == packed || how == packedInChunks {
		body = gzipped(body)
	}
	length := fmt.Sprintf("\nContent-Length: %d", len(body))
	if how == packedInChunks {
		length, body = "\nTransfer-Encoding: chunked", chunked(body)
	}
	heads = strings.Replace(heads, "HTTP/1.1\n", "HTTP/1.1\nHost: usercall.example\n", 1)
	heads = strings.ReplaceAll(heads, "{basic}", base64.StdEncoding.EncodeToString([]byte(key+":")))
	in := bufio.NewReader(conn)
	fmt.Fprint(conn, strings.ReplaceAll(heads+length+"\n\n", "\n", "\r\n"))
	if how == expected {
		if allowed := read(t, in); allowed.status != http.StatusContinue {
			return allowed
		}
	}
	go conn.Write(body) // a refusal may come before all of it has gone
	return read(t, in)
}

func read(t *testing.T, in *bufio.Reader) answered {
	t.Helper()
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{res.StatusCode, res.Header, string(body)}
}

func gzipped(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(body)
	z.Close()
	return b.Bytes()
}

// chunked divides a body where no client would mind: in its middle.
func chunked(body []byte) []byte {
	half := len(body) / 2
	return fmt.Appendf(nil, "%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", half, body[:half], len(body)-half, body[half:])
}

// row is a stored event, as the API for programs gives it.
type row struct {
	Type        string          `json:"type"`
	Event       string          `json:"event"`
	Name        string          `json:"name"`
	MessageID   string          `json:"message_id"`
	UserID      string          `json:"user_id"`
	AnonymousID string          `json:"anonymous_id"`
	Properties  json.RawMessage `json:"properties"`
	Timestamp   time.Time       `json:"timestamp"`
	ReceivedAt  time.Time       `json:"received_at"`
}

func (s *server) stored(t *testing.T, p app.Keys) []row {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://"+s.addr+"/api/v1/events?limit=1000", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.APIKey)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var page struct{ Items []row }
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil {
		t.Fatal(err)
	}
	return page.Items
}

// check compares a stored event with what its client meant. The time is what
// the client's clock says, moved to ours, and never later than the receipt.
func (r row) check(t *testing.T, want event) {
	t.Helper()
	if name := r.Event + r.Name; r.Type != want.kind || name != want.name || r.UserID != want.user || r.AnonymousID != want.anonymous {
		t.Errorf("stored %s %q of %q and %q, want %+v", r.Type, name, r.UserID, r.AnonymousID, want)
	}
	late := r.ReceivedAt.Sub(r.Timestamp)
	if off := late - want.late; off <= -time.Millisecond || off >= time.Millisecond {
		t.Errorf("%s happened %s before its receipt, want %s", r.MessageID, late, want.late)
	}
}

func (r row) holds(piece string) bool { return strings.Contains(string(r.Properties), piece) }
