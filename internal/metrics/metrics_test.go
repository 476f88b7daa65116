package metrics

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/session"
)

// told counts what it was told.
type told struct{ stored, dropped, refused int }

func (t *told) Stored(e []research.Event, _ []bool) { t.stored += len(e) }
func (t *told) Dropped(research.ProjectID, research.Source, map[ingest.Reason]int) {
	t.dropped++
}
func (t *told) Refused(ingest.Refusal) { t.refused++ }

func page(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func wants(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("there is no line %s", line)
		}
	}
}

func TestNumbers(t *testing.T) {
	const ms = time.Millisecond
	m, next := New(), &told{}
	w := Watching{m, next}
	w.Stored([]research.Event{{Source: research.FromServer}, {Source: research.FromServer}}, []bool{true, false})
	w.Dropped(1, research.FromBrowser, map[ingest.Reason]int{"a": 2, "b": 1})
	w.Refused(ingest.Refusal{Source: "SECRET of a stranger", Key: "SECRET"})
	m.Began()
	m.Began()
	m.Ended()
	m.Exchanged(session.Exchange{LastSpeech: 1215 * ms, Endpoint: 1900 * ms, STTSent: 1300 * ms, STTDone: 2100 * ms, ReplyAsked: 2105 * ms,
		ReplyDone: 2505 * ms, TTSSent: 2510 * ms, TTSFirst: 2710 * ms, FirstWrite: 2715 * ms, FirstHeard: 2795 * ms})
	m.Exchanged(session.Exchange{Cut: true, FirstWrite: 100 * ms})
	m.Exchanged(session.Exchange{})
	m.Failed("tts", errors.New("SECRET"))
	m.Failed("SECRET", nil)
	m.VoiceBudget(80)
	m.VoiceBudget(7)
	text := page(t, m)
	wants(t, text, `usercall_messages_total{result="stored",source="server"} 1`, `usercall_messages_total{result="duplicate",source="server"} 1`,
		`usercall_messages_total{result="dropped",source="browser"} 3`, `usercall_requests_refused_total{source="other"} 1`, `usercall_voice_sessions 1`,
		`usercall_voice_replies_total{result="heard"} 1`, `usercall_voice_replies_total{result="interrupted"} 1`, `usercall_voice_replies_total{result="silent"} 1`,
		`usercall_voice_latency_seconds_count 1`, `usercall_voice_latency_seconds_sum 1.5`, `usercall_voice_overhead_seconds_sum 0.015`,
		`usercall_voice_step_seconds_sum{step="decide"} 0.4`, `usercall_voice_step_seconds_sum{step="end_of_turn"} 0.685`, `usercall_voice_step_seconds_count{step="voice"} 1`,
		`usercall_voice_failures_total{service="tts"} 1`, `usercall_voice_failures_total{service="other"} 1`,
		`usercall_voice_budget_reached_total{percent="80"} 1`, `usercall_voice_budget_reached_total{percent="other"} 1`)
	if strings.Contains(text, "SECRET") {
		t.Error("a stranger's words are a label")
	}
	if *next != (told{2, 1, 1}) {
		t.Errorf("the next was told %+v", *next)
	}
}

func TestTheStateIsThatOfTheLastLook(t *testing.T) {
	m := New()
	m.Set(report.Pulse{Invites: map[research.InviteState]int{"shown": 3}, Queues: []report.Queue{{Name: "mail", Waiting: 1}}})
	m.Set(report.Pulse{At: time.Unix(1_800_000_000, 0), Decisions: map[research.Outcome]int{research.Invited: 2}, Interviews: map[research.InterviewState]int{research.Running: 4},
		Queues: []report.Queue{{Name: "", Waiting: 5, Dead: 1, Lag: 90 * time.Second}}, Recordings: map[research.RecordingState]int{research.RecordingSettled: 7},
		Recorded: time.Hour, RetentionLag: time.Minute})
	m.SetBytes(123)
	text := page(t, m)
	wants(t, text, `usercall_decisions_today{outcome="invited"} 2`, `usercall_interviews_open{state="running"} 4`, `usercall_jobs_waiting{queue=""} 5`,
		`usercall_jobs_dead{queue=""} 1`, `usercall_jobs_lag_seconds{queue=""} 90`, `usercall_recordings{state="settled"} 7`, `usercall_recording_seconds 3600`,
		`usercall_retention_lag_seconds 60`, `usercall_recording_bytes 123`, `usercall_state_timestamp_seconds 1.8e+09`)
	if strings.Contains(text, `state="shown"`) || strings.Contains(text, "mail") {
		t.Error("what is not there any more is still shown")
	}
}
