package participant

import (
	"context"
	"errors"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

var errOffences = errors.New("the page sent too much that makes no sense")

// mayTalk tells whether this interview can be spoken: where it was agreed to be
// typed, a switch may still be pressed.
func (s *visit) mayTalk() bool {
	setup, err := s.Room.Preview(s.offer, s.languages)
	return err == nil && s.speaks(setup)
}

// speaks tells whether we can hear and speak in an interview of that setup.
func (s *Surface) speaks(su interview.Setup) bool {
	return s.Sessions != nil && s.Room.Voice && s.Speech.Kind == VoiceServer && (su.Offers == "voice" || su.Offers == "choice")
}

// goesOnAloud tells whether an interview that was begun is to be spoken on this
// socket: where it is being spoken, or where its page says that it can.
func (s *visit) goesOnAloud(su interview.Setup) bool {
	rec := s.offer.Interview
	if rec == nil || rec.State.Final() || !s.speaks(su) {
		return false
	}
	return s.calls.call(s.offer.Invite.ID) != nil || s.hello.Voice && su.Mode == "voice"
}

// ready is what the page is told first.
func (s *visit) ready(su interview.Setup) readyFrame {
	return readyFrame{Type: "ready", Mode: su.Mode, Offers: su.Offers, Voice: s.voiceOf(su),
		InRate: micRate, OutRate: agentRate, Recorded: su.Recorded, Limits: limits{interview.LongestAnswer}}
}

// voiceOf is who speaks, for the page: where a study wants voices and we have
// none, a browser may have one.
func (s *Surface) voiceOf(su interview.Setup) string {
	switch {
	case su.Offers != "voice" && su.Offers != "choice":
		return ""
	case s.Speech.Kind == VoiceServer && !s.speaks(su):
		return ""
	}
	return s.Speech.Kind
}

// agree is the button. Who said nothing of a voice types.
func (s *visit) agree(ctx context.Context, q request) error {
	choice, err := s.choice(q)
	if err == nil {
		_, err = s.Room.Consent(ctx, s.offer, s.languages, choice)
	}
	if err != nil {
		return s.fail(ctx, err, "")
	}
	rec := s.offer.Interview
	s.aloud = rec.Setup.Mode == "voice" && !rec.State.Final() && s.speaks(rec.Setup)
	if !s.aloud {
		return s.show(ctx)
	}
	s.fresh, s.hello.Voice = true, true
	return s.send(ctx, s.ready(rec.Setup))
}

// choice is what somebody agreed to.
func (s *visit) choice(q request) (interview.Choice, error) {
	c := interview.Choice{Mode: "text"}
	switch {
	case q.Mode == "" || q.Mode == "text":
		return c, nil
	case q.Mode != "voice" || !s.mayTalk():
		return c, research.Errorf(research.Invalid, "This interview is typed.")
	case s.calls.full():
		return c, interview.ErrCrowded
	}
	return interview.Choice{Mode: "voice", Record: q.Record}, nil
}
