package session

import (
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/turn"
)

// Command is what somebody does on the page. The fields that a kind does not
// name are not read.
type Command struct {
	Do     Doing
	ID     string        // of an answer
	Text   string        // of an answer, of a length that its caller has looked at
	On     bool          // of a switch
	Gen    int           // of a line
	Played time.Duration // how much of the line was heard
}

// Doing names a command, as the wire does.
type Doing string

const (
	Commit       Doing = "commit" // "I have finished"
	Answer       Doing = "answer" // ID, Text
	Mute         Doing = "mute"   // On
	Playback     Doing = "playback"
	PlaybackDone Doing = "playback_done" // Gen
	Skip         Doing = "skip"
	Repeat       Doing = "repeat"
	Pause        Doing = "pause"  // On
	Typing       Doing = "typing" // On: the box holds text
	Voice        Doing = "voice"  // On: spoken, or else typed with captions
	End          Doing = "end"
)

// mostWaiting is how many typed answers may wait for the reply to one before.
const mostWaiting = 4

func (s *Session) command(c Command) {
	switch c.Do {
	case Commit:
		s.step(turn.Event{Kind: turn.Done})
	case Answer:
		s.typed(part{id: c.ID, text: c.Text})
	case Mute:
		s.muted = c.On
		s.listenOrNot()
	case Playback, PlaybackDone:
		s.playback(c)
	case Skip:
		s.step(turn.Event{Kind: turn.Skip})
	case Repeat:
		s.step(turn.Event{Kind: turn.Repeat})
	case Pause:
		s.pressed = c.On
		s.step(turn.Event{Kind: turn.Pause, On: c.On})
	case Typing:
		s.typing = c.On
		s.listenOrNot()
	case Voice:
		s.quiet = !c.On
		s.switched()
	case End:
		s.step(turn.Event{Kind: turn.Leave})
	}
}

// part is something that was said and is not stored yet.
type part struct {
	id       string // of a typed one
	text     string
	from, to time.Duration // of a spoken one
	early    bool          // it belongs to a turn before
}

// typed takes a typed answer. One that is known is acknowledged again, and one
// that comes while another waits for its reply waits for that.
func (s *Session) typed(p part) {
	if n, known := s.acked[p.id]; known {
		s.send(Accepted{p.id, n})
		return
	}
	if s.underway(p.id) {
		return
	}
	switch s.turn.Phase() {
	case turn.Connecting, turn.Consent, turn.Closing, turn.Ended, turn.Reconnecting:
		s.send(Refused{ID: p.id, Code: string(research.Conflict), Retryable: s.turn.Phase() == turn.Reconnecting})
		return
	}
	if s.answering || len(s.keeps) > 0 {
		s.wait(p)
		return
	}
	s.answering = true
	s.parts = append(s.parts, p)
	s.typing, s.boxed = false, false
	s.step(turn.Event{Kind: turn.Typed})
	s.listenOrNot()
}

func (s *Session) wait(p part) {
	if len(s.waiting) >= mostWaiting {
		s.send(Refused{ID: p.id, Code: string(research.Quota), Retryable: true})
		return
	}
	s.waiting = append(s.waiting, p)
}

// next takes the typed answer that waited longest.
func (s *Session) next() {
	if len(s.waiting) > 0 && !s.answering && len(s.keeps) == 0 {
		p := s.waiting[0]
		s.waiting = s.waiting[1:]
		s.typed(p)
	}
}

// underway tells whether a typed answer is about to be stored.
func (s *Session) underway(id string) bool {
	all := append(append([]part(nil), s.parts...), s.waiting...)
	for _, k := range s.keeps {
		all = append(all, k.parts...)
	}
	for _, p := range all {
		if p.id == id {
			return true
		}
	}
	return false
}

func firstID(parts []part) string {
	for _, p := range parts {
		if p.id != "" {
			return p.id
		}
	}
	return ""
}
