// Package traces sends how long each exchange of a spoken interview took to a
// collector, as spans of OpenTelemetry by OTLP over HTTP.
//
// It is a session.Watcher and nothing else: it sees when steps were done, and no
// word, no person and no project. It never blocks: where the collector does not keep
// up, spans are left out. Start at [New].
package traces

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/session"
)

// Traces sends spans. It is safe for many goroutines.
type Traces struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	now      func() time.Time
}

// New sends to the collector at a base address, like http://127.0.0.1:4318; what it
// asks for besides is set as for every program, by OTEL_EXPORTER_OTLP_HEADERS and its
// like. It asks the collector for nothing yet.
func New(ctx context.Context, collector string, now func() time.Time, log *slog.Logger) (*Traces, error) {
	to, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimRight(collector, "/")+"/v1/traces"))
	if err != nil {
		return nil, err
	}
	// The cause may name addresses and what the collector answered.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {
		log.Warn("traces could not be sent; some are left out. Look at the collector that USERCALL_OTLP_URL names")
	}))
	p := sdk.NewTracerProvider(sdk.WithBatcher(to), sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "usercall"))))
	return &Traces{provider: p, tracer: p.Tracer("github.com/usercall/usercall/voice"), now: now}, nil
}

// Close sends what waits.
func (t *Traces) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }

// Exchanged implements session.Watcher: one span, and one each of its steps. How long
// they took is exact; when it was follows from the moment at which it is told.
func (t *Traces) Exchanged(e session.Exchange) {
	first, last := bounds(e)
	if last == 0 {
		return
	}
	began := t.now().Add(-last) // of the session
	at := func(d time.Duration) trace.SpanEventOption { return trace.WithTimestamp(began.Add(d)) }
	ctx, whole := t.tracer.Start(context.Background(), "exchange", trace.WithNewRoot(), at(first), trace.WithAttributes(
		attribute.Int("usercall.turn", e.Turn), attribute.String("usercall.what", string(e.What)), attribute.Bool("usercall.interrupted", e.Cut),
		attribute.Int64("usercall.latency_ms", e.Latency().Milliseconds()), attribute.Int64("usercall.overhead_ms", e.Overhead().Milliseconds())))
	for _, s := range stepsOf(e) {
		if s.from > 0 && s.to >= s.from {
			_, span := t.tracer.Start(ctx, s.name, at(s.from), trace.WithSpanKind(s.kind))
			span.End(at(s.to))
		}
	}
	whole.End(at(last))
}

type step struct {
	name     string
	from, to time.Duration
	kind     trace.SpanKind
}

func stepsOf(e session.Exchange) []step {
	return []step{
		{"end of turn", e.LastSpeech, e.Endpoint, trace.SpanKindInternal},
		{"recognise", e.STTSent, e.STTDone, trace.SpanKindClient},
		{"decide", e.ReplyAsked, e.ReplyDone, trace.SpanKindInternal},
		{"voice", e.TTSSent, e.TTSFirst, trace.SpanKindClient},
		{"network", e.FirstWrite, e.FirstHeard, trace.SpanKindInternal},
	}
}

// bounds is the first and the last stamp; both 0 where nothing was done.
func bounds(e session.Exchange) (first, last time.Duration) {
	all := []time.Duration{e.FirstWrite}
	for _, s := range stepsOf(e) {
		all = append(all, s.from, s.to)
	}
	for _, d := range all {
		if d > 0 && (first == 0 || d < first) {
			first = d
		}
		last = max(last, d)
	}
	if e.FirstHeard > 0 {
		last = max(last, e.FirstHeard+e.Heard)
	}
	return first, last
}

// Failed implements session.Watcher.
func (t *Traces) Failed(service string, err error) {
	_, span := t.tracer.Start(context.Background(), "failure", trace.WithNewRoot(), trace.WithTimestamp(t.now()), trace.WithAttributes(
		attribute.String("usercall.service", service), attribute.String("error.type", string(research.CodeOf(err)))))
	span.SetStatus(codes.Error, "")
	span.End(trace.WithTimestamp(t.now()))
}

var _ session.Watcher = (*Traces)(nil)
