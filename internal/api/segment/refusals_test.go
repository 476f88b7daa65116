package segment_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/api/segment"
	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

// What can be wrong with a request. The first three will be wrong with it for
// ever; the others pass.
const (
	badJSON = iota
	unknownKey
	tooLarge
	tooFast
	away
	situations
)

var situationNames = [situations]string{"bad JSON", "unknown key", "too large", "too fast", "the store is away"}

// What a client does with a status, as its public source has it.
var (
	// Node, the browser, Python, Ruby, and the mobile libraries with httpConfig.
	modern = policy{"gives up on 4xx but 408, 410, 429, 460", func(status int) bool {
		return status >= 400 && status < 500 && !slices.Contains([]int{408, 410, 429, 460}, status) || slices.Contains([]int{501, 505, 511}, status)
	}}
	but429   = policy{"gives up on 4xx but 429", func(status int) bool { return status >= 400 && status < 500 && status != 429 }}
	only400  = policy{"gives up on 400 only, and sends the rest again at every flush", func(status int) bool { return status == 400 }}
	stubborn = policy{"sends everything again, ten times", func(int) bool { return false }}
)

type policy struct {
	words   string
	givesUp func(status int) bool
}

// refusals is what each client is answered, in the order of the situations.
var refusals = []struct {
	client string // of the table clients
	policy policy
	status [situations]int
}{
	{"analytics-next 1.84.3", modern, [...]int{400, 401, 413, 429, 503}},
	{"analytics-next 1.76.1", but429, [...]int{400, 401, 413, 429, 503}},
	{"analytics-node 3.1.0", modern, [...]int{400, 401, 413, 429, 503}},
	{"analytics-go 3.3.0", stubborn, [...]int{400, 401, 413, 429, 503}},
	{"analytics-python 2.3.4", modern, [...]int{400, 401, 413, 429, 503}},
	{"analytics-python with gzip, before 2.3", but429, [...]int{400, 401, 413, 429, 503}},
	{"analytics-ruby 2.4.0", modern, [...]int{400, 401, 413, 429, 503}},
	{"analytics-php, LibCurl", but429, [...]int{400, 401, 413, 429, 503}},
	{"analytics-php, LibCurl with gzip", but429, [...]int{400, 401, 413, 429, 503}},
	{"analytics-java 3.5.2", but429, [...]int{400, 401, 413, 429, 503}},
	{"analytics-kotlin 1.19", modern, [...]int{400, 401, 413, 429, 503}},
	{"analytics-swift 1.9", only400, [...]int{400, 400, 400, 429, 503}},
	{"analytics-react-native 2.21", modern, [...]int{400, 401, 413, 429, 503}},
	{"Analytics-CSharp 2.5", but429, [...]int{400, 401, 413, 429, 503}},
}

// TestEachClientUnderstandsARefusal answers what makes each client stop sending
// what can never be stored, and send again what can be stored later; in a body
// that each can read: Ruby parses it before it looks at the status, Python reads
// code and message.
func TestEachClientUnderstandsARefusal(t *testing.T) {
	for _, r := range refusals {
		at := slices.IndexFunc(clients, func(c client) bool { return c.name == r.client })
		if at < 0 {
			t.Fatalf("no client is called %q", r.client)
		}
		for situation, status := range r.status {
			t.Run(r.client+", "+situationNames[situation], func(t *testing.T) {
				t.Parallel() // what is too large is read to its end for half a second
				answer := refused(t, clients[at], situation)
				if answer.status != status {
					t.Errorf("answered %d, want %d: %s", answer.status, status, answer.body)
				}
				if final := situation <= tooLarge; r.policy.givesUp(answer.status) != final && (!final || r.policy.givesUp(400)) {
					t.Errorf("%d is wrong for a client that %s", answer.status, r.policy.words)
				}
				checkRefusal(t, answer, clients[at])
			})
		}
	}
}

// refused sends a client's request with something wrong.
func refused(t *testing.T, c client, situation int) answered {
	t.Helper()
	var failure error
	key := "wk"
	s := &server{}
	body := s.body(t, c.body, "wk")
	switch situation {
	case badJSON:
		body = body[:len(body)-1]
	case unknownKey:
		key, body = "other", s.body(t, c.body, "other")
	case tooLarge:
		body = bytes.Replace(body, []byte("{"), []byte(`{"pad":"`+strings.Repeat("x", ingest.MaxRequest)+`",`), 1)
	case tooFast:
		failure = research.Errorf(research.Quota, "Too many events.")
	case away:
		failure = errors.New("disk full")
	}
	surface := httptest.NewServer(segment.New(failing(failure)))
	defer surface.Close()
	s.addr = surface.Listener.Addr().String()
	return s.send(t, key, c.heads, body, c.send)
}

func checkRefusal(t *testing.T, answer answered, c client) {
	t.Helper()
	var body struct {
		Success              *bool
		Code, Message, Error string
	}
	if err := json.Unmarshal([]byte(answer.body), &body); err != nil || body.Success == nil || *body.Success || body.Code == "" || body.Message == "" || body.Error == "" {
		t.Errorf("the body is %s", answer.body)
	}
	seconds, err := strconv.Atoi(answer.head.Get("Retry-After"))
	if later := answer.status == 429 || answer.status == 503; later != (err == nil && seconds > 0) {
		t.Errorf("%d with Retry-After %q", answer.status, answer.head.Get("Retry-After"))
	}
	if page := strings.Contains(c.heads, "\nOrigin:"); page && (answer.head.Get("Access-Control-Allow-Origin") != "https://shop.example" ||
		!strings.Contains(answer.head.Get("Access-Control-Expose-Headers"), "Retry-After")) {
		t.Errorf("a page cannot read the refusal: %v", answer.head)
	}
}

// failing is a surface whose store fails.
func failing(err error) segment.Config {
	return segment.Config{Projects: oneProject{}, Writer: broken{err}, Stored: func() {}, Verify: func(*research.Project, *research.Event, time.Time) {}, Watch: ingest.Unwatched{}, Now: time.Now,
		NewID: func() string { return "made" }, Host: "usercall.example", Scheme: "https", Log: slog.New(slog.DiscardHandler)}
}

// oneProject has the write key wk. The rest of the interface is not asked here.
type oneProject struct{ segment.Projects }

func (oneProject) ByWriteKey(ctx context.Context, key research.WriteKey) (*research.Project, error) {
	return catalog{}.ByWriteKey(ctx, key)
}

type broken struct{ err error }

func (b broken) Write(_ context.Context, events []research.Event) ([]bool, error) {
	return make([]bool, len(events)), b.err
}
