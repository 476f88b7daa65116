package ingest

import (
	"bytes"
	"encoding/json"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/research"
)

// seeds are what a scanner gets wrong first.
var seeds = []string{
	`{"batch":[{"type":"track","event":"e","userId":1e999999}]}`, `{"a":"\ud800"}`, "{\"x\":\"\xff\"}", `{"batch":[[[[`,
	`{"type":"track","event":"e\ud800x","userId":"u"}`, `{"user\u0049d":"u","event":"e"}`, `{"event":"e","userId":"u","userId":null}`,
	`{"event":"e","userId":-0.5e+7}`, `{"event":"e","userId":01}`, `{"event":"e","userId":1.}`, `{"a":tru}`, `{"a":nullx}`, "{\"a\":\"\x1f\"}", "\ufeff{}",
	`{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `[{}]`, `{"batch":[1,]}`, `{"batch":[,1]}`, "{}\x00", " \t\r\n{} \n", "{\v}", `{"a":"\x"}`, `{"a":"\u12g4"}`,
	`{"batch":[{"type":"page","userId":"u"}],"batch":[{"type":"page","userId":"v"}]}`, `{"batch":[{}],"batch":7}`,
	`{"context":{"ip":1,"a":1,"ip":2},"batch":[{"type":"page","userId":"u","context":{"usercallToken":"t","a":{}}},{"type":"page","userId":"u","context":{ }}]}`,
	`{"sentAt":"2026-11-24T12:00:05Z","batch":[{"type":"page","userId":"u","timestamp":"2026-11-24T11:00:05Z"}]}`,
	`{"event":"` + strings.Repeat("é", 9) + "\xc3" + `","userId":"u"}`, strings.Repeat(`[`, 65), `{"a":"` + strings.Repeat("x", 15) + "\x01" + `"}`,
	`{"type":"alias","userId":"u","previousId":"` + strings.Repeat("p", 513) + `"}`, `{"context":{"consent":{}},"batch":[{"type":"page","anonymousId":"a"}]}`,
}

// FuzzScanner: what the scanner accepts is what encoding/json accepts.
func FuzzScanner(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := scanner{b: body}
		s.value()
		if got, want := s.end(), json.Valid(body); got != want && !s.deep {
			t.Errorf("accepted %v, encoding/json %v: %q", got, want, body)
		}
		if s.end() && s.wide != (bytes.IndexFunc(body, func(r rune) bool { return r >= 0x80 }) >= 0) {
			t.Errorf("wide is %v: %q", s.wide, body)
		}
	})
}

// FuzzDecode: everything decodes as a general decoder would, and costs no more
// memory than its bytes are worth.
func FuzzDecode(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, body []byte, batch bool) {
		kind := research.Track
		if batch {
			kind = ""
		}
		req, err := Decode(body, kind, origin())
		want, wrong := reference(body, kind, origin())
		if (err == nil) != (wrong == nil) && !shares(err) {
			t.Fatalf("error %v, the reference's %v: %q", err, wrong, body)
		}
		if err != nil {
			return
		}
		for i := range req.Events {
			req.Events[i].Skew = 0 // the reference does not tell
		}
		if req.Dropped[Integrations] == 0 {
			compare(t, req.Events, want)
		}
		for _, e := range req.Events {
			sound(t, e)
		}
	})
}

// shares tells whether a batch was refused for the context it shares.
func shares(err error) bool { return err != nil && strings.Contains(err.Error(), "context") }

func compare(t *testing.T, got, want []research.Event) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d events, the reference has %d", len(got), len(want))
	}
	for i := range got {
		g, w := got[i], want[i]
		if diff := cmp.Diff(sorted(t, w.Context), sorted(t, g.Context)); diff != "" {
			t.Error(diff)
		}
		if g.Token != w.Token && g.Token != "" { // the reference lets an own that is no token hide the batch's
			t.Errorf("token %q, the reference has %q", g.Token, w.Token)
		}
		g.Context, w.Context, g.Token, w.Token = nil, nil, "", ""
		if diff := cmp.Diff(w, g); diff != "" {
			t.Error(diff)
		}
	}
}

// sorted is a context with its members in order and the last of equal names.
func sorted(t *testing.T, v json.RawMessage) string {
	t.Helper()
	if v == nil {
		return ""
	}
	out, _ := referenceContext([]byte(v))
	return string(out)
}

func sound(t *testing.T, e research.Event) {
	t.Helper()
	if unusable(&e) != "" || e.MessageID == "" || e.Timestamp.After(received) {
		t.Errorf("kept an unusable event %+v", e)
	}
	for _, s := range []string{e.Name, string(e.UserID), string(e.AnonymousID), e.PreviousID, e.GroupID, e.MessageID} {
		if strings.ContainsRune(s, 0) || strings.ToValidUTF8(s, "") != s {
			t.Errorf("no database keeps %q", s)
		}
	}
	for _, v := range []json.RawMessage{e.Properties, e.Traits, e.Context} {
		if len(v) > 0 && (!json.Valid(v) || !utf8.Valid(v)) {
			t.Errorf("not JSON: %s", v)
		}
	}
	if ip := map[string]any{}; json.Unmarshal(e.Context, &ip) == nil && (ip["ip"] != nil || ip["usercallToken"] != nil) {
		t.Errorf("kept what is not ours to keep: %s", e.Context)
	}
}

// TestAnEventOfABatchIsTheEventAlone: a neighbour changes nothing.
func TestAnEventOfABatchIsTheEventAlone(t *testing.T) {
	var all []string
	var want []research.Event
	for i := range 50 {
		e := typical(i)
		alone, err := Decode([]byte(e), research.Track, origin())
		if err != nil {
			t.Fatal(err)
		}
		all, want = append(all, e), append(want, alone.Events...)
	}
	req, err := Decode([]byte(`{"batch":[`+strings.Join(all, ", ")+`]}`), "", origin())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, req.Events); diff != "" {
		t.Error(diff)
	}
}

// TestDecodeTakesNoMoreMemoryThanItsBytesAreWorth sends what costs a sender
// little.
func TestDecodeTakesNoMoreMemoryThanItsBytesAreWorth(t *testing.T) {
	wide := `{"batch":[` + strings.Repeat(`{"type":"page","userId":"u","context":{"b":1}},`, 2000)
	wide = wide[:len(wide)-1] + `],"context":{"a":"` + strings.Repeat("x", 400<<10) + `"}}`
	tests := map[string]string{
		"nothing but elements":         `{"batch":[` + strings.Repeat("1,", 200_000) + `1]}`,
		"empty messages":               `{"batch":[` + strings.Repeat("{},", 150_000) + `{}]}`,
		"a small one and then nothing": `{"batch":[{"type":"page","userId":"u"},` + strings.Repeat("1,", 200_000) + `1]}`,
		"deep":                         `{"batch":` + strings.Repeat("[", 400_000),
		"names of one letter":          `{"a":{` + strings.Repeat(`"a":1,`, 60_000) + `"a":1}}`,
		"a large context for many":     wide,
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _ = Decode([]byte(body), "", origin())
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > uint64(6*len(body)) {
				t.Errorf("%d bytes for a body of %d", used, len(body))
			}
		})
	}
}
