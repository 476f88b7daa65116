package participant

import (
	"errors"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

// The wire: JSON text frames over the subprotocol usercall.interview.v1.

const subprotocol = "usercall.interview.v1"

// request is every frame of the page. Fields that its type does not know are
// empty.
type request struct {
	Type     string `json:"type"`     // hello consent answer skip repeat pause end typing pong
	Ticket   string `json:"ticket"`   // hello
	After    int    `json:"after"`    // hello: the last turn the page has
	Accepted bool   `json:"accepted"` // consent
	ID       string `json:"id"`       // answer: chosen by the page, for idempotence
	Text     string `json:"text"`     // answer
	On       bool   `json:"on"`       // pause, typing
	Turn     int    `json:"turn"`     // skip, repeat: the turn that the person looks at; 0: any
}

// Frames of the server.
type (
	readyFrame struct {
		Type   string `json:"type"`
		Mode   string `json:"mode"`
		Limits limits `json:"limits"`
	}
	limits struct {
		Answer int `json:"answer_chars"`
	}
	stateFrame struct {
		Type string `json:"type"`
		Name string `json:"name"` // consent, listening, paused, ended
	}
	agentFrame struct {
		Type     string  `json:"type"`
		Turn     int     `json:"turn"`
		Text     string  `json:"text"`
		Question string  `json:"question"` // the part of text that the page shows large
		Progress float64 `json:"progress"` // 0 to 1
	}
	userFrame struct {
		Type string `json:"type"`
		Turn int    `json:"turn"`
		ID   string `json:"id"`
		Text string `json:"text"`
	}
	acceptedFrame struct {
		Type string `json:"type"`
		ID   string `json:"id"`
		Turn int    `json:"turn"`
	}
	noticeFrame struct {
		Type string `json:"type"`
		Code string `json:"code"` // restarting
	}
	errorFrame struct {
		Type      string `json:"type"`
		Code      string `json:"code"`
		Retryable bool   `json:"retryable"`
		ID        string `json:"id,omitempty"` // of the answer it is about
	}
	endedFrame struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
	}
	pingFrame struct {
		Type string `json:"type"`
	}
)

func ready(su interview.Setup) readyFrame {
	return readyFrame{"ready", su.Mode, limits{interview.LongestAnswer}}
}

// turnFrame is a stored turn as the page gets it.
func turnFrame(t research.Turn, share float64) any {
	if t.Speaker == research.Participant {
		return userFrame{"user_turn", t.N, t.Answer, t.Text}
	}
	return agentFrame{"agent_turn", t.N, t.Text, t.Question, share}
}

// stateOf is the state of an interview in the words of the wire.
func stateOf(r *interview.Record) stateFrame {
	name := "listening"
	switch {
	case r == nil:
		name = "consent"
	case r.State.Final():
		name = "ended"
	case r.State == research.Paused:
		name = "paused"
	}
	return stateFrame{"state", name}
}

// failure is an error as a frame. An answer that is too long has a name of its
// own on the wire.
func failure(code research.Code, id string) errorFrame {
	name := string(code)
	if code == research.TooLarge {
		name = "too_long"
	}
	return errorFrame{"error", name, code == research.Internal || code == research.Unavailable, id}
}

// message is the part of an error that is written for the person.
func message(err error) string {
	var e *research.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return ""
}
