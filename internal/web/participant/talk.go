package participant

import (
	"context"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

// talk is this socket's part of a spoken interview. Where it cannot be spoken now,
// the page is told, and it goes on typed.
func (s *visit) talk(over, work context.Context, frames <-chan request) error {
	err := errFull
	for range 3 { // a call may end in the moment in which somebody comes back to it
		var c *call
		if c, err = s.join(work); err != nil {
			break
		}
		if s.follow(over, work, c, frames) {
			return nil
		}
	}
	return s.silent(work, err)
}

// join is the call of this interview: the one that runs, or a new one. Whoever
// consented just now has its first line when it is heard, and not before.
func (s *visit) join(ctx context.Context) (*call, error) {
	c, first, err := s.calls.join(s.offer.Invite.ID)
	if err != nil {
		return nil, err
	}
	if first {
		half := s.hello.AEC != nil && !*s.hello.AEC
		s.begin(ctx, c, s.offer.Invite.ID, s.offer.Interview, !s.fresh, half)
	}
	<-c.begun
	if s.fresh && c.failed == nil {
		s.fresh, s.sent = false, s.offer.Interview.LastTurn()
	}
	return c, c.failed
}

// silent tells the page that it is typed for now, and why that may be.
func (s *visit) silent(ctx context.Context, err error) error {
	if err != nil && !errors.Is(err, errFull) && !errors.Is(err, errRestarting) {
		s.Log.Error("an interview could not be spoken; it goes on typed", "code", research.CodeOf(err), "error", err)
	}
	if err := s.send(ctx, noticeFrame{"notice", session.NoticeNoEars}); err != nil {
		return err
	}
	return s.show(ctx)
}

// follow attaches the socket to a call until one of them ends. False: the call
// was over before.
func (s *visit) follow(over, work context.Context, c *call, frames <-chan request) bool {
	out := newOutlet(s.conn, s.end, func() bool { return c.mind.record().State.Final() })
	go out.run(work)
	defer out.finish()
	defer func() { s.offer.Interview = c.mind.record() }()
	c.session.Attach(out, s.sent)
	defer c.session.Detach(out)
	c.session.Do(session.Command{Do: session.Voice, On: s.hello.Voice})
	select {
	case <-out.attached:
	case <-over.Done():
		return true
	case <-c.done:
		return c.mind.record().State.Final()
	}
	s.catchUp(c, out)
	s.relay(over, work, c, out, frames)
	return true
}

// catchUp sends the turns that the page lacks, and lets go what the session said
// since it was attached.
func (s *visit) catchUp(c *call, out *outlet) {
	rec := c.mind.record()
	var first []any
	for _, t := range rec.Turns {
		if t.N > s.sent {
			first = append(first, turnFrame(t, rec.Share()))
			s.sent = t.N
		}
	}
	out.release(first, s.sent)
}

// relay carries what comes from one side to the other.
func (s *visit) relay(over, work context.Context, c *call, out *outlet, frames <-chan request) {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		select {
		case <-over.Done():
			return
		case <-c.done:
			s.ended = true
			if c.broke != nil && research.CodeOf(c.broke) != research.Conflict {
				s.end(errBroken)
			}
			return
		case <-ping.C:
			out.say(pingFrame{"ping"})
		case p := <-out.phases:
			s.tick(work, c, p)
		case q := <-frames:
			s.hand(c, out, q)
		}
	}
}

// tick stops the interview's clock in a pause, and starts it after one.
func (s *visit) tick(ctx context.Context, c *call, p turn.Phase) {
	if (p == turn.Paused) == s.paused || p == turn.Ended {
		return
	}
	s.paused = p == turn.Paused
	ctx, cancel := context.WithTimeout(ctx, storing)
	defer cancel()
	set := s.Room.Resume
	if s.paused {
		set = s.Room.Pause
	}
	if _, err := set(ctx, c.mind.key); err != nil {
		s.Log.Error("the clock of a spoken interview could not be set", "code", research.CodeOf(err), "error", err)
	}
}
