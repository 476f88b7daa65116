package participant

import (
	"context"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

// Sessions gives interviews ears, a mouth and a recording.
type Sessions interface {
	// Session makes a session of an interview. c has what this surface knows: who
	// decides, how patient to be, in which language, and whether somebody comes
	// back; the rest is added. close is called once, when the session has ended,
	// with the interview as it is then.
	Session(ctx context.Context, rec *interview.Record, c session.Config) (s *session.Session, close func(context.Context, *interview.Record), err error)
}

// call is a spoken interview that runs. Its session goes on while sockets come
// and go, until it is over or nobody came back.
type call struct {
	session *session.Session
	mind    *mind
	failed  error         // why it could not begin
	begun   chan struct{} // closed when that is known
	broke   error         // why it broke off
	done    chan struct{} // closed when it is over, that is known, and it was put away
	ctx     context.Context
	end     context.CancelCauseFunc
}

func newCall() *call {
	c := &call{begun: make(chan struct{}), done: make(chan struct{})}
	c.ctx, c.end = context.WithCancelCause(context.Background())
	return c
}

// hardLimit is how long an interview may be spoken in all, whatever its study says.
const hardLimit = 15 * time.Minute

// overtime is how long an interview may go on beyond the limit of its study, to
// come to an end.
const overtime = 2 * time.Minute

// begin makes the session of a call and runs it. A call that cannot begin is
// forgotten, so that the next socket tries again.
func (s *Surface) begin(ctx context.Context, c *call, invite int64, rec *interview.Record, back, half bool) {
	defer close(c.begun)
	c.mind = newMind(s.Room, rec)
	var put func(context.Context, *interview.Record)
	c.session, put, c.failed = s.Sessions.Session(ctx, rec, session.Config{
		Mind: c.mind, Params: params(rec, half), Language: rec.Setup.Language, Voice: rec.Setup.Voice, OutRate: agentRate, Resumed: back,
	})
	if c.failed != nil {
		s.calls.forget(invite)
		close(c.done)
		return
	}
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		defer close(c.done)
		defer s.calls.forget(invite)
		s.hold(c, put)
	}()
}

// hold runs a call to its end, and puts it away.
func (s *Surface) hold(c *call, put func(context.Context, *interview.Record)) {
	c.broke = c.session.Run(c.ctx)
	if c.broke != nil && !errors.Is(c.broke, errRestarting) {
		s.Log.Error("a spoken interview broke off", "code", research.CodeOf(c.broke), "error", c.broke)
	}
	ctx, cancel := context.WithTimeout(context.Background(), storing)
	defer cancel()
	put(ctx, c.mind.record())
}

// params is how the session of an interview behaves. What was talked before counts.
func params(rec *interview.Record, half bool) turn.Params {
	p := turn.Patience(rec.Setup.Patience).Params()
	p.Language, p.HalfDuplex = rec.Setup.Language, half
	limit := hardLimit
	if l := rec.Setup.LimitSeconds; l > 0 {
		limit = min(limit, time.Duration(l)*time.Second+overtime)
	}
	p.Limit = max(limit-rec.Talked(), time.Minute) // to come to an end
	return p
}
