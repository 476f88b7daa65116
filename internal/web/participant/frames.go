package participant

import (
	"time"

	"github.com/usercall/usercall/internal/voice/session"
)

// Frames of the server in a spoken interview.
type (
	spokenUserFrame struct {
		userFrame
		Start *int64 `json:"start_ms,omitempty"` // in the recording
		End   *int64 `json:"end_ms,omitempty"`
	}
	spokenAgentFrame struct {
		agentFrame
		Gen    int  `json:"gen"`
		Spoken bool `json:"spoken"` // its sound follows
	}
	duckFrame struct {
		Type string `json:"type"`
		On   bool   `json:"on"`
	}
	partialFrame struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	flushFrame struct {
		Type string `json:"type"`
		Gen  int    `json:"gen"`
	}
	resumeFrame struct {
		Type string `json:"type"`
		Gen  int    `json:"gen"`
		From int64  `json:"from_ms"`
	}
)

// spokenFrame is what a session says as a frame.
func spokenFrame(m session.Message) any {
	switch m := m.(type) {
	case session.Phase:
		return stateFrame{"state", string(m.Name)}
	case session.Duck:
		return duckFrame{"duck", m.On}
	case session.Partial:
		return partialFrame{"partial", m.Text}
	case session.Heard:
		return heardFrame(m.Stored)
	case session.Says:
		return spokenAgentFrame{agentFrame{"agent_turn", m.Turn, m.Text, m.Question, m.Progress}, m.Gen, m.Spoken}
	case session.Flush:
		return flushFrame{"flush", m.Gen}
	case session.Resume:
		return resumeFrame{"resume", m.Gen, m.From.Milliseconds()}
	case session.Notice:
		return noticeFrame{"notice", m.Code}
	case session.Accepted:
		return acceptedFrame{"accepted", m.ID, m.Turn}
	case session.Refused:
		return errorFrame{"error", m.Code, m.Retryable, m.ID}
	case session.Ended:
		return endedFrame{"ended", m.Reason}
	}
	return nil // a message of tomorrow: nothing goes out
}

// heardFrame is the participant's turn; the places are told of what was spoken.
func heardFrame(s session.Stored) any {
	f := spokenUserFrame{userFrame: userFrame{"user_turn", s.Turn, s.ID, s.Text}}
	if s.End > 0 {
		start, end := s.Start.Milliseconds(), s.End.Milliseconds()
		f.Start, f.End = &start, &end
	}
	return f
}

// playedTo is how much of a line a page says was heard. Nobody plays for a day,
// and no number of a page may overflow.
func playedTo(ms int) time.Duration {
	return time.Duration(min(max(ms, 0), 24*60*60*1000)) * time.Millisecond
}
