package traces

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spanpb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/session"
)

// collector takes what is sent to it.
func collector(t *testing.T, spans *[]*spanpb.Span) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var got tracepb.ExportTraceServiceRequest
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = proto.Unmarshal(body, &got)
		}
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		for _, rs := range got.ResourceSpans {
			for _, ss := range rs.ScopeSpans {
				*spans = append(*spans, ss.Spans...)
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(s.Close)
	return s
}

func TestAnExchangeIsASpanAndItsSteps(t *testing.T) {
	const ms = time.Millisecond
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	var spans []*spanpb.Span
	traces, err := New(t.Context(), collector(t, &spans).URL+"/", func() time.Time { return now }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	traces.Exchanged(session.Exchange{Turn: 3, What: "answer", Cut: true, Heard: 2000 * ms, LastSpeech: 1000 * ms, Endpoint: 1900 * ms,
		STTSent: 1300 * ms, STTDone: 2100 * ms, ReplyAsked: 2105 * ms, ReplyDone: 2505 * ms, FirstWrite: 2715 * ms, FirstHeard: 2800 * ms})
	traces.Exchanged(session.Exchange{Turn: 5}) // nothing was done
	traces.Failed("tts", research.Errorf(research.Unavailable, "SECRET WORDS"))
	traces.Failed("stt", errors.New("SECRET WORDS"))
	if err := traces.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	began := now.Add(-4800 * ms)
	want := map[string][2]time.Duration{"exchange": {1000 * ms, 4800 * ms}, "end of turn": {1000 * ms, 1900 * ms}, "recognise": {1300 * ms, 2100 * ms},
		"decide": {2105 * ms, 2505 * ms}, "network": {2715 * ms, 2800 * ms}}
	failures, root := 0, spanNamed(spans, "exchange")
	for _, s := range spans {
		if strings.Contains(s.String(), "SECRET") {
			t.Errorf("a span has the words of an error: %v", s)
		}
		if s.Name == "failure" {
			failures++
			continue
		}
		times := want[s.Name]
		if s.StartTimeUnixNano != uint64(began.Add(times[0]).UnixNano()) || s.EndTimeUnixNano != uint64(began.Add(times[1]).UnixNano()) {
			t.Errorf("%s is at %d to %d", s.Name, s.StartTimeUnixNano, s.EndTimeUnixNano)
		}
		if s != root && string(s.ParentSpanId) != string(root.SpanId) {
			t.Errorf("%s is not part of the exchange", s.Name)
		}
		delete(want, s.Name)
	}
	if len(want) > 0 || failures != 2 {
		t.Errorf("missing %v, %d failures", want, failures)
	}
	if text := root.String(); !strings.Contains(text, "usercall.overhead_ms") || !strings.Contains(text, "usercall.interrupted") {
		t.Errorf("the exchange says %s", text)
	}
}

func spanNamed(all []*spanpb.Span, name string) *spanpb.Span {
	for _, s := range all {
		if s.Name == name {
			return s
		}
	}
	return &spanpb.Span{}
}
