package participant

import (
	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/session"
)

// commands are the frames that a session takes, by their names on the wire.
var commands = map[string]session.Doing{
	"commit": session.Commit, "answer": session.Answer, "mute": session.Mute, "playback": session.Playback,
	"playback_done": session.PlaybackDone, "skip": session.Skip, "repeat": session.Repeat, "pause": session.Pause,
	"typing": session.Typing, "voice": session.Voice, "end": session.End,
}

// hand gives a session what the page sent. What makes no sense is answered, and
// only ends the socket where it goes on.
func (s *visit) hand(c *call, out *outlet, q request) {
	if q.Sound != nil {
		s.listen(c, out, q.Sound)
		return
	}
	do, known := commands[q.Type]
	switch {
	case q.Type == "pong" || q.Type == "consent": // a second press of the button
	case !known:
		s.offend(out, failure(research.Invalid, q.ID))
	case (q.Type == "skip" || q.Type == "repeat") && q.Turn > 0 && q.Turn != c.mind.record().LastTurn():
		// a double click: they looked at another turn
	case q.Type == "answer" && interview.CheckAnswer(q.ID, q.Text) != nil:
		out.say(failure(research.CodeOf(interview.CheckAnswer(q.ID, q.Text)), q.ID))
	default:
		c.session.Do(session.Command{Do: do, ID: q.ID, Text: q.Text, On: q.On, Gen: q.Gen, Played: playedTo(q.Played)})
	}
}

// listen takes a frame of the microphone.
func (s *visit) listen(c *call, out *outlet, b []byte) {
	f, err := hear(b)
	switch {
	case err != nil:
		s.offend(out, failure(research.Invalid, ""))
	case !s.mic.allow(len(b), s.now()):
		s.offend(out, failure(research.Quota, ""))
	case !c.session.Mic(f.seq, f.pcm):
		s.end(errSlow)
	}
}

// offend tells the page that it sent what makes no sense. A page that goes on
// with that is none of ours.
func (s *visit) offend(out *outlet, f errorFrame) {
	out.say(f)
	if s.offences++; s.offences >= mostOffences {
		s.end(errOffences)
	}
}
