package segment

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

// Tests of what segment.md §2 to §4 promise, beside TestClients and
// TestRefusalsSayWhatToDo.

var byKey = map[string]string{"Authorization": basic("wk:")}

func TestAnUnusableMessageIsAnswered200AndCounted(t *testing.T) {
	tests := map[string]struct {
		path, body string
		why        ingest.Reason
	}{
		"a track without its event":        {"/v1/track", `{"userId":"u"}`, ingest.NoEvent},
		"a page of nobody":                 {"/v1/page", `{"name":"x"}`, ingest.NoIdentity},
		"an alias without its previous id": {"/v1/alias", `{"userId":"u"}`, ingest.NoIdentity},
		"an element without a type":        {"/v1/batch", `{"batch":[{"userId":"u"}]}`, ingest.NoType},
		"an element that is too large":     {"/v1/batch", `{"batch":[{"type":"page","userId":"u","p":"` + strings.Repeat("x", ingest.MaxEvent) + `"}]}`, ingest.TooLarge},
		"an id longer than ids are":        {"/v1/page", `{"userId":"` + strings.Repeat("x", 600) + `"}`, ingest.BadID},
		"meant for others":                 {"/v1/page", `{"userId":"u","integrations":{"All":false}}`, ingest.Integrations},
		"meant for others, says the batch": {"/v1/batch", `{"integrations":{"Usercall":false},"batch":[{"type":"page","userId":"u"}]}`, ingest.Integrations},
		"without the project's consent":    {"/v1/page", `{"userId":"u","context":{"consent":{"categoryPreferences":{"C2":false}}}}`, ingest.NoConsent},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := &sink{}
			c := config(s)
			c.Projects = projects{research.Settings{ConsentCategory: "C2"}}
			watch := &watcher{}
			c.Watch = watch
			w := post(New(c), test.path, test.body, byKey)
			if w.Code != http.StatusOK || len(s.events) > 0 || len(watch.refused) > 0 {
				t.Errorf("status %d, stored %d, refused %v", w.Code, len(s.events), watch.refused)
			}
			if diff := cmp.Diff(map[ingest.Reason]int{test.why: 1}, watch.dropped); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEveryRefusalIsToldWithoutWords(t *testing.T) {
	tests := map[string]struct {
		method, path, body string
		header             map[string]string
		failure            error
		want               ingest.Refusal
	}{
		"no key":           {"POST", "/v1/track", `{"canary":1}`, nil, nil, ingest.Refusal{Source: "browser", Why: "no_key", Names: []string{"canary"}}},
		"an unknown key":   {"POST", "/v1/batch", `{"batch":[],"writeKey":"unknown"}`, nil, nil, ingest.Refusal{Source: "browser", Why: "unknown_key", Key: "unknow", Names: []string{"batch", "writeKey"}}},
		"a server key":     {"POST", "/v1/batch", "", map[string]string{"Authorization": basic("sk_unknown")}, nil, ingest.Refusal{Source: "server", Why: "unknown_key", Key: "sk_unk"}},
		"not JSON":         {"POST", "/v1/track", `{"a":`, byKey, nil, ingest.Refusal{Project: 7, Source: "browser", Why: "bad_json", Key: "wk"}},
		"bad gzip":         {"POST", "/v1/track", "x", map[string]string{"Authorization": basic("wk"), "Content-Encoding": "gzip"}, nil, ingest.Refusal{Project: 7, Source: "browser", Why: "bad_gzip", Key: "wk"}},
		"too large":        {"POST", "/v1/track", `{"a":"` + strings.Repeat("x", ingest.MaxEvent) + `"}`, byKey, nil, ingest.Refusal{Project: 7, Source: "browser", Why: "too_large", Key: "wk", Names: []string{"a"}}},
		"the store":        {"POST", "/v1/page", `{"userId":"u"}`, byKey, research.Errorf(research.Unavailable, "x"), ingest.Refusal{Project: 7, Source: "browser", Why: "unavailable", Key: "wk", Names: []string{"userId"}}},
		"another method":   {"PUT", "/v1/track", "", byKey, nil, ingest.Refusal{Source: "browser", Why: "wrong_method", Key: "wk"}},
		"another path":     {"POST", "/v1/trakc", "", nil, nil, ingest.Refusal{Source: "browser", Why: "unknown_path"}},
		"a name like text": {"POST", "/v1/track", `{"` + strings.Repeat("é", 50) + `":1}`, nil, nil, ingest.Refusal{Source: "browser", Why: "no_key", Names: []string{strings.Repeat("é", 40)}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := config(&sink{err: test.failure})
			watch := &watcher{}
			c.Watch = watch
			r := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body))
			for k, v := range test.header {
				r.Header.Set(k, v)
			}
			New(c).ServeHTTP(httptest.NewRecorder(), r)
			if diff := cmp.Diff([]ingest.Refusal{test.want}, watch.refused); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestEveryStatusCanBeReadByThePage: without CORS headers a browser takes a
// refusal for a broken network, and sends again.
func TestEveryStatusCanBeReadByThePage(t *testing.T) {
	large := `{"a":"` + strings.Repeat("x", ingest.MaxEvent) + `"}`
	tests := map[int]struct {
		method, path, body string
		failure            error
	}{
		200: {"POST", "/v1/t", event, nil}, 204: {"OPTIONS", "/v1/t", "", nil}, 400: {"POST", "/v1/t", "x", nil}, 404: {"POST", "/v1/x", "", nil},
		405: {"GET", "/v1/t", "", nil}, 413: {"POST", "/v1/t", large, nil}, 429: {"POST", "/v1/t", event, research.Errorf(research.Quota, "x")}, 503: {"POST", "/v1/t", event, io.ErrUnexpectedEOF},
	}
	for status, test := range tests {
		r := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body))
		r.Header.Set("Origin", "https://app.example")
		r.Header.Set("Authorization", basic("wk"))
		w := httptest.NewRecorder()
		New(config(&sink{err: test.failure})).ServeHTTP(w, r)
		h := w.Header()
		if w.Code != status || h.Get("Access-Control-Allow-Origin") != "https://app.example" || h.Get("Vary") != "Origin" || h.Get("Access-Control-Allow-Credentials") != "true" {
			t.Errorf("%d: %d %v", status, w.Code, h)
		}
		after, err := strconv.Atoi(h.Get("Retry-After"))
		if again := status == 429 || status == 503; again != (err == nil && after >= 1) {
			t.Errorf("%d: Retry-After %q", status, h.Get("Retry-After"))
		}
	}
}

// TestChunkedGzip is Kotlin's: packed, and nobody knows how long it is.
func TestChunkedGzip(t *testing.T) {
	s := &sink{}
	server := httptest.NewServer(New(config(s)))
	defer server.Close()
	body := io.MultiReader(strings.NewReader(packed(`{"writeKey":"wk","batch":[` + event + `]}`))) // its length does not show
	r, err := http.NewRequest(http.MethodPost, server.URL+"/v1/b", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Encoding", "gzip")
	r.Header.Set("Content-Type", "text/plain")
	res, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || len(s.events) != 1 {
		t.Errorf("status %d, stored %d", res.StatusCode, len(s.events))
	}
}

// counted is a body that tells how much of it was read.
type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

func TestAGzipBombIsRefusedAtItsLimit(t *testing.T) {
	bomb := strings.Repeat(packed(strings.Repeat("x", 1<<20)), 64) // gzip may be had in pieces
	h := New(config(&sink{}))
	r := httptest.NewRequest(http.MethodPost, "/v1/b", strings.NewReader(bomb))
	r.Header.Set("Authorization", basic("wk"))
	r.Header.Set("Content-Encoding", "gzip")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; w.Code != http.StatusRequestEntityTooLarge || used > 4<<20 {
		t.Errorf("status %d, %d bytes made of %d", w.Code, used, len(bomb))
	}
}

func TestAnAnnouncedLengthTooLargeIsRefusedUnread(t *testing.T) {
	body := &counted{Reader: strings.NewReader(event)}
	r := httptest.NewRequest(http.MethodPost, "/v1/t", body)
	r.ContentLength = 1 << 30
	r.Header.Set("Authorization", basic("wk"))
	w := httptest.NewRecorder()
	New(config(&sink{})).ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge || body.n > 0 {
		t.Errorf("status %d, %d bytes read", w.Code, body.n)
	}
}

// TestARefusalIsReadByWhoeverStillSends: a connection closed on them would be a
// broken network, and sent again.
func TestARefusalIsReadByWhoeverStillSends(t *testing.T) {
	server := httptest.NewServer(New(config(&sink{})))
	defer server.Close()
	for _, test := range []struct {
		path, credential string
		megabytes, want  int
	}{
		{"/v1/b", basic("wk"), 3, 413}, {"/v1/b", basic("unknown"), 3, 401}, {address, "Bearer secret-of-prj_seven", 15, 413}, {address + "x", "", 15, 401},
	} {
		r, err := http.NewRequest(http.MethodPost, server.URL+test.path, strings.NewReader(strings.Repeat("x", test.megabytes<<20)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", test.credential)
		res, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != test.want || res.Close {
			t.Errorf("%d MB to %s: %d, connection closed: %v", test.megabytes, test.path, res.StatusCode, res.Close)
		}
	}
}

// TestAnalyticsNodeKnowsNoLimits: what fits of its batches is kept.
func TestAnalyticsNodeKnowsNoLimits(t *testing.T) {
	element := func(size int) string {
		return `{"type":"track","event":"e","userId":"u","p":"` + strings.Repeat("x", size) + `"}`
	}
	batch := func(sizes ...int) string {
		var all []string
		for _, size := range sizes {
			all = append(all, element(size))
		}
		return `{"batch":[` + strings.Join(all, ",") + `]}`
	}
	many := make([]int, 40)
	for i := range many {
		many[i] = 20 << 10
	}
	tests := map[string]struct {
		agent, body             string
		status, stored, dropped int
	}{
		"800 KB of it":       {"analytics-node/3.1.0", batch(many...), 200, 40, 0},
		"too large elements": {"analytics-node/3.1.0", batch(40<<10, 1, 900<<10, 2), 200, 2, 2},
		"another client":     {"analytics-go (version: 3.0.0)", batch(many...), 413, 0, 0},
		"more than 4 MiB":    {"analytics-node/3.1.0", batch(4 << 20), 413, 0, 0},
		"more than 2500":     {"analytics-node/3.1.0", batch(make([]int, ingest.MaxBatch+1)...), 413, 0, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := &sink{}
			c := config(s)
			watch := &watcher{}
			c.Watch = watch
			w := post(New(c), "/v1/batch", test.body, map[string]string{"Authorization": basic("wk"), "User-Agent": test.agent})
			if w.Code != test.status || len(s.events) != test.stored || watch.dropped[ingest.TooLarge] != test.dropped {
				t.Errorf("status %d, stored %d, dropped %v", w.Code, len(s.events), watch.dropped)
			}
		})
	}
}

// TestWhatIsTooLargeIsLoud: the client may lose it without a word.
func TestWhatIsTooLargeIsLoud(t *testing.T) {
	large := `{"type":"page","userId":"canary","p":"` + strings.Repeat("x", ingest.MaxEvent) + `"}`
	for path, body := range map[string]string{"/v1/page": large, "/v1/batch": `{"batch":[` + large + `]}`, "/v1/b": strings.Repeat("x", ingest.MaxRequest+1)} {
		var log bytes.Buffer
		c := config(&sink{})
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
		post(New(c), path, body, byKey)
		if line := log.String(); !strings.Contains(line, "level=WARN") || !strings.Contains(line, "project=prj_seven") || strings.Contains(line, "canary") {
			t.Errorf("%s: %s", path, line)
		}
	}
}

func TestAWriteKeyHasALimit(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	batch := func(n int) string {
		return `{"batch":[` + strings.TrimSuffix(strings.Repeat(`{"type":"page","userId":"u"},`, n), ",") + `]}`
	}
	steps := []struct {
		name, key     string
		pass          time.Duration
		n             int
		status, after int
	}{
		{"the burst at once", "wk", 0, 20, 200, 0},
		{"nothing is left", "wk", 0, 1, 429, 1},
		{"of this key", "wk_two", 0, 1, 200, 0},
		{"a server key has none", "sk_1", 0, 100, 200, 0},
		{"an open project has none", "open", 0, 100, 200, 0},
		{"a second brings five", "wk", time.Second, 5, 200, 0},
		{"twelve take three", "wk", 0, 12, 429, 3},
		{"and are had then", "wk", 3 * time.Second, 12, 200, 0},
		{"more than the burst from a full bucket", "wk", time.Minute, 50, 200, 0},
		{"which owes them then", "wk", 0, 1, 429, 7},
		{"a clock that goes back brings nothing", "wk", -time.Hour, 1, 429, 7},
	}
	c := config(&sink{})
	c.Now, c.EventsPerSecond, c.Burst = func() time.Time { return now }, 5, 20
	h := New(c)
	for _, step := range steps {
		now = now.Add(step.pass)
		w := post(h, "/v1/batch", batch(step.n), map[string]string{"Authorization": basic(step.key)})
		if after := w.Header().Get("Retry-After"); w.Code != step.status || (step.after > 0 && after != fmt.Sprint(step.after)) {
			t.Errorf("%s: status %d, Retry-After %q", step.name, w.Code, after)
		}
	}
}

// TestNothingIsWokenForNothing: the trigger stage is woken after a commit only.
func TestNothingIsWokenForNothing(t *testing.T) {
	for name, test := range map[string]struct {
		body    string
		failure error
		woken   int
	}{
		"stored": {event, nil, 1}, "dropped": {`{}`, nil, 0}, "not stored": {event, io.ErrUnexpectedEOF, 0},
	} {
		c, woken := config(&sink{err: test.failure}), 0
		c.Stored = func() { woken++ }
		if post(New(c), "/v1/track", test.body, byKey); woken != test.woken {
			t.Errorf("%s: woken %d times", name, woken)
		}
	}
}

// TestEveryPathWithAndWithoutASlash: the path of one type decides it, whatever
// the message says.
func TestEveryPathWithAndWithoutASlash(t *testing.T) {
	const all = `"userId":"u","event":"e","previousId":"p","groupId":"g"`
	for path, kind := range paths {
		for _, slash := range []string{"", "/"} {
			s := &sink{}
			body, want := `{"type":"nonsense",`+all+`}`, kind
			if kind == "" {
				body, want = `{"batch":[{"type":"screen",`+all+`}],"messageId":"of the request"}`, research.Screen
			}
			w := post(New(config(s)), "/v1/"+path+slash, body, byKey)
			if w.Code != http.StatusOK || len(s.events) != 1 || s.events[0].Type != want || s.events[0].MessageID != "made" {
				t.Errorf("/v1/%s%s: %d, stored %+v", path, slash, w.Code, s.events)
			}
		}
	}
}

// TestASlashTooManyIsNone: a host that ends in one is no reason to lose events.
func TestASlashTooManyIsNone(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/v1/", New(config(&sink{})))
	h := OneSlash(mux)
	for target, want := range map[string]int{"POST //v1/track": 200, "POST /v1//t": 200, "POST /v1/track//": 200, "OPTIONS /v1//t": 204, "GET //v1/projects/wk/settings": 200,
		"POST //v1//nonsense": 404, "POST //v2/track": 307, "POST /v1/./track": 307} {
		method, path, _ := strings.Cut(target, " ")
		r := httptest.NewRequest(method, path, strings.NewReader(event))
		r.URL.Path = path // httptest takes what stands between two slashes for a host
		r.Header.Set("Authorization", basic("wk"))
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
}

// TestTheSettingsDocument is the least one with which analytics-next starts.
func TestTheSettingsDocument(t *testing.T) {
	const want = `{"integrations":{"Segment.io":{"apiHost":"us.example/v1","apiKey":"wk","protocol":"https","retryQueue":true}},` +
		`"metrics":{"sampleRate":0},"plan":{"track":{"__default":{"enabled":true,"integrations":{}}}}}`
	for _, path := range []string{"/v1/projects/wk/settings", "/projects/wk/settings", "/v1/projects/wk/settings/", "/projects/wk/settings/"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Origin", "https://app.example")
		w := httptest.NewRecorder()
		New(config(&sink{})).ServeHTTP(w, r)
		if got := strings.TrimSpace(w.Body.String()); w.Code != http.StatusOK || got != want || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v %s", path, w.Code, w.Header(), got)
		}
	}
}

// TestNoCookieIsRead: nothing that a browser adds by itself is a credential.
func TestNoCookieIsRead(t *testing.T) {
	w := post(New(config(&sink{})), "/v1/t", event, map[string]string{"Cookie": "writeKey=wk; session=x", "Origin": "https://app.example"})
	if w.Code != http.StatusUnauthorized || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// TestTheSourceFollowsFromTheCredential, whatever a message says of itself.
func TestTheSourceFollowsFromTheCredential(t *testing.T) {
	claims := `{"type":"page","userId":"u","source":"webhook","signed":true,"via":"trigger","channel":"server"}`
	for key, want := range map[string]research.Source{"wk": research.FromBrowser, "sk_1": research.FromServer} {
		s := &sink{}
		post(New(config(s)), "/v1/page", claims, map[string]string{"Authorization": basic(key)})
		if e := s.events[0]; e.Source != want || e.Signed != (key == "sk_1") || e.Quiet {
			t.Errorf("%s: source %s, signed %v", key, e.Source, e.Signed)
		}
	}
}
