package session

import (
	"errors"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/turn"
)

// step moves the conversation on, and does what follows from that. What happens
// meanwhile waits for its turn.
func (s *Session) step(e turn.Event) {
	s.queue = append(s.queue, e)
	s.drain()
}

// drain takes all that waits: events first, and then what waits for them.
func (s *Session) drain() {
	if s.busy {
		return
	}
	s.busy = true
	for len(s.queue)+len(s.soon) > 0 {
		if len(s.queue) > 0 {
			e := s.queue[0]
			s.queue = s.queue[1:]
			s.take(e)
			continue
		}
		f := s.soon[0]
		s.soon = s.soon[1:]
		f()
	}
	s.busy = false
}

func (s *Session) take(e turn.Event) {
	e.At = max(e.At, s.now())
	var all []turn.Action
	s.turn, all = turn.Step(s.turn, e)
	for _, a := range all {
		s.perform(a)
	}
	s.lineOver()
	s.advance()
}

func (s *Session) perform(a turn.Action) {
	switch a.Do {
	case turn.Show:
		s.show(a.Phase)
	case turn.Duck, turn.Unduck:
		s.send(Duck{a.Do == turn.Duck})
	case turn.Flush:
		s.flush(a.Gen)
	case turn.Resume:
		s.resume(a.Gen, a.From)
	case turn.Transcribe:
		s.transcribe(a)
	case turn.Discard:
		s.discard(a.Attempt)
	case turn.Commit:
		s.commit(a)
	case turn.Cancel:
		s.drop(a.Gen)
	case turn.Store:
		s.store(a)
	case turn.Play:
		s.reply.playing = true
	case turn.Apologise:
		s.apologise(a)
	case turn.End:
		s.end(a.Reason)
	}
}

// show is a new phase. After a rest the microphone is heard by the time again,
// and what woke the conversation up is recorded, too.
func (s *Session) show(p turn.Phase) {
	was := s.shown
	s.shown = p
	s.send(Phase{p})
	switch {
	case p == turn.Paused || p == turn.Reconnecting || p == turn.Ended:
		s.hangUp()
	case was == turn.Paused:
		s.pressed = false
		for _, piece := range s.tape.pieces {
			s.track.put(false, piece.at, piece.samples)
		}
		s.clock.Again()
	case p == turn.Listening:
		s.stream.forget(s.lastLine, s.c.Language)
	}
}

// end is the last thing that the conversation asks for.
func (s *Session) end(why turn.Reason) {
	if s.last != nil {
		return
	}
	s.ending, s.why = true, why
	s.parts = append(s.parts, s.waiting...)
	s.waiting = nil
	if len(s.parts) > 0 {
		s.keeps = append(s.keeps, s.keepParts(turn.Action{Do: turn.Store, What: turn.ByHand, Known: true}))
	}
	if n := len(s.keeps); n > 0 && (why == turn.Gone || why == turn.TooQuiet) {
		s.keeps[n-1].plain = true // they can come back, to a question
	}
	most := mostEnding
	if s.stopped {
		most = mostStopping
	}
	s.last = time.AfterFunc(most, s.cancel)
}

// finish says that the interview is over, once all is stored.
func (s *Session) finish() {
	s.ending = false // once
	if s.stopped && s.why == turn.Gone {
		s.over = true
		return
	}
	if s.reason != "" {
		s.farewell(Kept{Reason: s.reason}, nil)
		return
	}
	s.work.Go(func() {
		kept, err := s.c.Mind.Over(s.root, s.why)
		s.tell(s.root, func() { s.farewell(kept, err) })
	})
}

// farewell is the last message.
func (s *Session) farewell(kept Kept, err error) {
	if err != nil {
		s.fail(err)
		return
	}
	reason := kept.Reason
	if reason == "" {
		reason = string(s.why)
	}
	s.send(Ended{reason})
	s.over = true
}

// fail ends the session without an end of the interview.
func (s *Session) fail(err error) {
	if s.err == nil {
		s.err = err
	}
	s.over = true
	code := research.CodeOf(err)
	s.send(Refused{Code: string(code), Retryable: code != research.Conflict})
}

// interrupted is the end of the context: what was said is stored, and the
// interview goes on another time.
func (s *Session) interrupted(cause error) {
	if s.turn.Phase() == turn.Ended {
		return // what is left to do has its time
	}
	s.err, s.stopped = cause, true
	if errors.Is(cause, ErrRestarting) {
		s.send(Notice{NoticeRestarting})
	}
	s.page = nil // the end of this session is not that of the interview
	s.step(turn.Event{Kind: turn.Lost})
	s.step(turn.Event{Kind: turn.Expired, Timer: turn.TimerGrace, At: s.now() + time.Minute})
}
