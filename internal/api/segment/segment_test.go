package segment

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

func basic(user string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user))
}

func packed(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

const event = `{"type":"track","event":"Order Completed","userId":"u1","messageId":"m1"}`

// TestClients sends what each client of the field sends, by its shape.
func TestClients(t *testing.T) {
	batch := `{"batch":[` + event + `],"sentAt":"2026-11-24T12:00:00Z"}`
	withKey := `{"batch":[` + event + `],"writeKey":"wk"}`
	tests := map[string]struct {
		path, body string
		header     map[string]string
	}{
		"analytics-next, one event":         {"/v1/t", event, map[string]string{"Authorization": basic("wk:"), "Content-Type": "text/plain"}},
		"analytics-next, before 1.84":       {"/v1/t", strings.Replace(event, "{", `{"writeKey":"wk",`, 1), map[string]string{"Content-Type": "text/plain"}},
		"analytics-next, batching":          {"/v1/b", batch, map[string]string{"Authorization": basic("wk:"), "Content-Type": "text/plain"}},
		"analytics-node":                    {"/v1/batch", withKey, map[string]string{"Authorization": basic("wk:"), "Content-Type": "application/json"}},
		"analytics-go":                      {"/v1/batch", strings.Replace(batch, "{", `{"messageId":"request","context":{"library":{}},`, 1), map[string]string{"Authorization": basic("wk:")}},
		"Python, key in the body":           {"/v1/batch", withKey, nil},
		"Python, OAuth":                     {"/v1/batch", withKey, map[string]string{"Authorization": "Bearer token"}},
		"Ruby":                              {"/v1/import", batch, map[string]string{"Authorization": basic("wk:")}},
		"Java, with a slash":                {"/v1/import/", batch, map[string]string{"Authorization": basic("wk:")}},
		"an older gzip":                     {"/v1/b", packed(withKey), map[string]string{"Content-Encoding": "x-gzip"}},
		"sendBeacon":                        {"/v1/t", strings.Replace(event, "{", `{"writeKey":"wk",`, 1), map[string]string{"Content-Type": "text/plain;charset=UTF-8", "Origin": "https://app.example", "Cookie": "a=b"}},
		"Kotlin, gzip":                      {"/v1/b", packed(withKey), map[string]string{"Content-Encoding": "gzip", "Content-Type": "text/plain"}},
		"Swift":                             {"/v1/b", withKey, map[string]string{"Content-Type": "application/json; charset=utf-8"}},
		"the key without its colon":         {"/v1/track", event, map[string]string{"Authorization": basic("wk")}},
		"curl, the path decides the type":   {"/v1/track/", strings.Replace(event, `"type":"track",`, "", 1), map[string]string{"Authorization": basic("wk:x")}},
		"a server, with the secret key":     {"/v1/track", event, map[string]string{"Authorization": basic("sk_1:")}},
		"a header's key before the body's":  {"/v1/batch", strings.Replace(withKey, `"wk"`, `"other"`, 1), map[string]string{"Authorization": basic("wk:")}},
		"a byte order mark":                 {"/v1/track", "\uFEFF" + event, map[string]string{"Authorization": basic("wk:")}},
		"an unknown content type and field": {"/v1/track", strings.Replace(event, "{", `{"_metadata":{},`, 1), map[string]string{"Authorization": basic("wk:"), "Content-Type": "x/y"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := &sink{}
			r := httptest.NewRequest(http.MethodPost, test.path, strings.NewReader(test.body))
			for k, v := range test.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			New(config(s)).ServeHTTP(w, r)
			if w.Code != http.StatusOK || w.Body.String() != `{"success":true}` {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if len(s.events) != 1 || s.events[0].Name != "Order Completed" || s.events[0].UserID != "u1" || s.events[0].Project != 7 {
				t.Errorf("stored %+v", s.events)
			}
			if server := name == "a server, with the secret key"; s.events[0].Signed != server || (s.events[0].Source == research.FromServer) != server {
				t.Errorf("signed %v, source %s", s.events[0].Signed, s.events[0].Source)
			}
		})
	}
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	big := `{"event":"x","userId":"u","p":"` + strings.Repeat("x", ingest.MaxRequest) + `"}`
	tests := map[string]struct {
		path, body, key, agent, encoding string
		failure                          error
		status                           int
	}{
		"no key":                     {"/v1/track", event, "", "", "", nil, 401},
		"an unknown key":             {"/v1/track", event, "other:", "", "", nil, 401},
		"an unknown server key":      {"/v1/track", event, "sk_2:", "", "", nil, 401},
		"not JSON":                   {"/v1/track", "hello", "wk:", "", "", nil, 400},
		"an array":                   {"/v1/track", "[]", "wk:", "", "", nil, 400},
		"a batch that is no array":   {"/v1/batch", `{"batch":1}`, "wk:", "", "", nil, 400},
		"bad gzip":                   {"/v1/track", event, "wk:", "", "gzip", nil, 400},
		"too large":                  {"/v1/track", big, "wk:", "", "", nil, 413},
		"too large, unpacked":        {"/v1/batch", packed(big), "wk:", "", "gzip", nil, 413},
		"too large, an iOS app":      {"/v1/b", big, "wk:", "analytics-ios/4.1", "", nil, 400},
		"an unknown key, an iOS app": {"/v1/b", event, "other:", "analytics-ios/4.1", "", nil, 400},
		"an encoding nobody uses":    {"/v1/track", event, "wk:", "", "br", nil, 400},
		"bytes after the value":      {"/v1/track", event + "x", "wk:", "", "", nil, 400},
		"the store is away":          {"/v1/track", event, "wk:", "", "", errors.New("disk full at /var/secret"), 503},
		"the queue is full":          {"/v1/track", event, "wk:", "", "", research.Errorf(research.Unavailable, "later"), 503},
		"an unknown path":            {"/v1/nonsense", event, "wk:", "", "", nil, 404},
		"a path below a known path":  {"/v1/track/x", event, "wk:", "", "", nil, 404},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := &sink{err: test.failure}
			r := httptest.NewRequest(http.MethodPost, test.path, strings.NewReader(test.body))
			r.Header.Set("Origin", "https://app.example")
			r.Header.Set("User-Agent", test.agent)
			r.Header.Set("Content-Encoding", test.encoding)
			if test.key != "" {
				r.Header.Set("Authorization", basic(test.key))
			}
			w := httptest.NewRecorder()
			New(config(s)).ServeHTTP(w, r)
			var body struct {
				Success       *bool
				Code, Message string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || body.Success == nil || *body.Success || body.Code == "" || body.Message == "" {
				t.Errorf("body %s", w.Body)
			}
			if w.Code != test.status || len(s.events) > 0 {
				t.Errorf("status %d, stored %d", w.Code, len(s.events))
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "https://app.example" {
				t.Error("the page cannot read the refusal and will try for ever")
			}
			if (w.Header().Get("Retry-After") != "") != (w.Code == 503) {
				t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
			}
			if strings.Contains(w.Body.String(), "secret") {
				t.Error("the answer tells what is ours")
			}
		})
	}
}

func TestPreflight(t *testing.T) {
	r := httptest.NewRequest(http.MethodOptions, "/v1/t", nil)
	r.Header.Set("Origin", "https://app.example")
	r.Header.Set("Access-Control-Request-Headers", "authorization,content-type,x-own")
	w := httptest.NewRecorder()
	New(config(&sink{})).ServeHTTP(w, r)
	h := w.Header()
	if w.Code != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != "https://app.example" ||
		h.Get("Access-Control-Allow-Headers") != "authorization,content-type,x-own" || h.Get("Access-Control-Max-Age") != "86400" ||
		h.Get("Access-Control-Allow-Credentials") != "true" || h.Get("Vary") != "Origin" {
		t.Errorf("%d %v", w.Code, h)
	}
}

func TestOtherMethodsAndTheMetricsOfTheClient(t *testing.T) {
	for path, want := range map[string]int{"GET /v1/track": 405, "GET /v1/nonsense": 404, "POST /v1/m": 200, "GET /v1/projects/wk/settings": 200, "GET /v1/projects/other/settings": 404} {
		method, target, _ := strings.Cut(path, " ")
		w := httptest.NewRecorder()
		New(config(&sink{})).ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader("{}")))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

func TestLogsHoldNoWords(t *testing.T) {
	var log bytes.Buffer
	c := config(&sink{})
	c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := New(c)
	for _, body := range []string{`{"event":"canary","userId":"canary","batch":1}`, `{"type":"track","userId":"canary"}`, `canary`} {
		r := httptest.NewRequest(http.MethodPost, "/v1/track", strings.NewReader(body))
		r.Header.Set("Authorization", basic("canary-key:"))
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	if strings.Contains(log.String(), "canary") {
		t.Errorf("the log tells: %s", log.String())
	}
}
