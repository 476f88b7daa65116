package metrics

import (
	"slices"
	"strconv"
	"time"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/session"
)

// Watching is an ingest.Watcher that counts, and tells another.
type Watching struct {
	*Metrics
	Next ingest.Watcher
}

// Stored implements ingest.Watcher.
func (w Watching) Stored(events []research.Event, fresh []bool) {
	for i := range events {
		result := "stored"
		if !fresh[i] {
			result = "duplicate"
		}
		w.messages.WithLabelValues(sourceOf(events[i].Source), result).Inc()
	}
	w.Next.Stored(events, fresh)
}

// Dropped implements ingest.Watcher.
func (w Watching) Dropped(p research.ProjectID, source research.Source, reasons map[ingest.Reason]int) {
	for _, n := range reasons {
		w.messages.WithLabelValues(sourceOf(source), "dropped").Add(float64(n))
	}
	w.Next.Dropped(p, source, reasons)
}

// Refused implements ingest.Watcher.
func (w Watching) Refused(r ingest.Refusal) {
	w.refused.WithLabelValues(sourceOf(r.Source)).Inc()
	w.Next.Refused(r)
}

func sourceOf(s research.Source) string {
	return known(string(s), string(research.FromBrowser), string(research.FromServer), string(research.FromWebhook), string(research.FromCustom))
}

// known is a value that we named; anything else is "other", so that no stranger's
// word becomes a label.
func known(value string, ours ...string) string {
	if slices.Contains(ours, value) {
		return value
	}
	return "other"
}

// Began and Ended tell of a spoken interview in this process.
func (m *Metrics) Began() { m.sessions.Inc() }

// Ended is the other half of Began.
func (m *Metrics) Ended() { m.sessions.Dec() }

// Exchanged implements session.Watcher.
func (m *Metrics) Exchanged(e session.Exchange) {
	m.replies.WithLabelValues(resultOf(e)).Inc()
	if e.FirstWrite > 0 && e.LastSpeech > 0 {
		m.latency.Observe(e.Latency().Seconds())
		m.overhead.Observe(e.Overhead().Seconds())
	}
	for step, took := range stepsOf(e) {
		m.steps.WithLabelValues(step).Observe(took.Seconds())
	}
}

func resultOf(e session.Exchange) string {
	switch {
	case e.Cut:
		return "interrupted"
	case e.FirstWrite == 0:
		return "silent"
	}
	return "heard"
}

// stepsOf is the steps that were begun and done.
func stepsOf(e session.Exchange) map[string]time.Duration {
	all := map[string]time.Duration{}
	for step, at := range map[string][2]time.Duration{"end_of_turn": {e.LastSpeech, e.Endpoint}, "recognise": {e.STTSent, e.STTDone},
		"decide": {e.ReplyAsked, e.ReplyDone}, "voice": {e.TTSSent, e.TTSFirst}, "network": {e.FirstWrite, e.FirstHeard}} {
		if at[0] > 0 && at[1] >= at[0] {
			all[step] = at[1] - at[0]
		}
	}
	return all
}

// Failed implements session.Watcher.
func (m *Metrics) Failed(service string, _ error) {
	m.failures.WithLabelValues(known(service, "stt", "tts", "record", "mind", "words")).Inc()
}

// VoiceBudget tells that so many percent of a project's day of voice are taken.
func (m *Metrics) VoiceBudget(percent int) {
	m.budget.WithLabelValues(known(strconv.Itoa(percent), "80", "100")).Inc()
}

var (
	_ session.Watcher = (*Metrics)(nil)
	_ ingest.Watcher  = Watching{}
)
