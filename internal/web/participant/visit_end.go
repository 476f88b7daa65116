package participant

import (
	"context"
	"errors"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

// show sends the turns that the page does not have, and how things stand. The
// interview's record decides, not what just happened: so a resumed page, a
// second tab and a repeated frame all see the same.
func (s *visit) show(ctx context.Context) error {
	rec := s.offer.Interview
	if rec == nil {
		return s.send(ctx, stateOf(nil))
	}
	share := rec.Share()
	for _, t := range rec.Turns {
		if t.N <= s.sent {
			continue
		}
		if err := s.send(ctx, turnFrame(t, share)); err != nil {
			return err
		}
		s.sent = t.N
	}
	if err := s.send(ctx, stateOf(rec)); err != nil || !rec.State.Final() {
		return err
	}
	s.ended = true
	return s.send(ctx, endedFrame{"ended", rec.Reason})
}

// quiet is what happens when nothing does: one gentle word for each question,
// and later a pause. Words in the box are no silence, but a page that was left
// open with some must not stay connected for ever.
func (s *visit) quiet(ctx context.Context, silence time.Duration) error {
	rec := s.offer.Interview
	switch {
	case silence >= closeAfter:
		return errIdle
	case s.typing || rec == nil || rec.State != research.Running:
		return nil
	case silence >= pauseAfter:
		return s.pause(ctx, true)
	case s.nudged:
		return nil
	}
	s.nudged = true
	return s.press(ctx, interview.Silence, rec.LastTurn())
}

var errIdle = errors.New("nobody is there")

// fail tells the page what went wrong. Only an interview that is over ends the
// session: all else can be tried again on the same socket.
func (s *visit) fail(ctx context.Context, err error, id string) error {
	code, _ := s.explain(err)
	frame := failure(code, id)
	if errors.Is(err, interview.ErrCrowded) {
		frame.Code = "crowded"
	}
	if sendErr := s.send(ctx, frame); sendErr != nil {
		return sendErr
	}
	if code == research.Conflict {
		return err
	}
	return nil
}

func (s *visit) send(ctx context.Context, frame any) error { return write(ctx, s.conn, frame) }

// part says why the socket closes, and stops the interview's clock unless it is
// over or goes on elsewhere.
func (s *visit) part(over, work context.Context) {
	cause := context.Cause(over)
	if errors.Is(cause, errTakenOver) {
		s.conn.Close(closeReplaced, "open somewhere else")
		return
	}
	s.stopClock(work)
	switch {
	case errors.Is(cause, errSlow), errors.Is(cause, errBroken):
		s.conn.Close(websocket.StatusTryAgainLater, "try again")
		return
	case errors.Is(cause, errOffences):
		s.conn.Close(websocket.StatusPolicyViolation, "too much that makes no sense")
		return
	case errors.Is(cause, errRestarting):
		_ = s.send(work, noticeFrame{"notice", "restarting"}) // the close says it too
		s.conn.Close(websocket.StatusServiceRestart, "restarting")
		return
	}
	s.conn.Close(websocket.StatusNormalClosure, "")
}

func (s *visit) stopClock(ctx context.Context) {
	rec := s.offer.Interview
	if rec == nil || rec.State.Final() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, storing)
	defer cancel()
	if _, err := s.Room.Pause(ctx, rec.Key()); err != nil {
		s.Log.Error("pausing an interview failed", "error", err)
	}
}
