package participant

import (
	"errors"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

// The wire: JSON text frames over the subprotocol usercall.interview.v1, and the
// sound of sound.go. A typed and a spoken interview have the same frames;
// spoken.go has those of which a typed one has no use.

const subprotocol = "usercall.interview.v1"

// request is every frame of the page. Fields that its type does not know are
// empty.
type request struct {
	Type     string `json:"type"`      // hello consent answer skip repeat pause end typing pong; mute commit playback playback_done voice
	Ticket   string `json:"ticket"`    // hello
	After    int    `json:"after"`     // hello: the last turn the page has
	Voice    bool   `json:"voice"`     // hello: the page can hear and speak
	AEC      *bool  `json:"aec"`       // hello: false: its microphone hears its own loudspeaker
	Accepted bool   `json:"accepted"`  // consent
	Mode     string `json:"mode"`      // consent: voice or text; "": as the study says
	Record   bool   `json:"record"`    // consent: the voice may be recorded
	ID       string `json:"id"`        // answer: chosen by the page, for idempotence
	Text     string `json:"text"`      // answer
	On       bool   `json:"on"`        // pause, typing, mute, voice
	Turn     int    `json:"turn"`      // skip, repeat: the turn that the person looks at; 0: any
	Gen      int    `json:"gen"`       // playback, playback_done: of which line
	Played   int    `json:"played_ms"` // playback: how much of it was heard

	// Sound is what a binary frame holds; the type of such a frame is "".
	Sound []byte `json:"-"`
}

// Frames of the server.
type (
	readyFrame struct {
		Type     string `json:"type"`
		Mode     string `json:"mode"`     // voice or text
		Offers   string `json:"offers"`   // voice, text or choice: what may be agreed to
		Voice    string `json:"voice"`    // server: we hear and speak; browser: the page may speak by itself; "": typed
		InRate   int    `json:"in_rate"`  // of the sound that we take
		OutRate  int    `json:"out_rate"` // and of ours
		Recorded bool   `json:"recorded"`
		Limits   limits `json:"limits"`
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
