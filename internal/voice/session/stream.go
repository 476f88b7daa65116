package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/provider"
	"github.com/usercall/usercall/internal/voice/record"
	"github.com/usercall/usercall/internal/voice/turn"
)

const (
	// mostUnheard is how many frames may wait for a running recogniser.
	mostUnheard = 128
	// streamRest is for how long one that failed is left alone.
	streamRest = 20 * time.Second
	// finalizing is how long certain words may take.
	finalizing = 3 * time.Second
)

var errSlow = research.Errorf(research.Unavailable, "The running recogniser takes too long. What was said is sent to the other one.")

// stream is a recogniser that runs while somebody speaks. Where it fails, what it
// was to write down is written down from the tape.
type stream struct {
	todo    chan order // to the service; closed at the end
	cancel  context.CancelFunc
	certain string     // of the turn, from what was finalized
	latest  string     // and what may still change
	asked   []*attempt // that wait for a Finalize, oldest first
}

// order is sound to send, or the wish for certain words.
type order struct {
	pcm      []byte
	finalize bool
}

func (x *stream) text() string { return strings.TrimSpace(x.certain + " " + x.latest) }

// nextTurn forgets the words of a turn that is stored.
func (x *stream) nextTurn() {
	if x != nil {
		x.certain, x.latest = "", ""
	}
}

// forget drops words heard over a line that are its own, or show that somebody
// listens.
func (x *stream) forget(line, language string) {
	if x != nil && (turn.Echoes(line, x.text()) || turn.Backchannel(language, x.text())) {
		x.nextTurn()
	}
}

// write has a running recogniser hear, and begins one where there is none.
func (s *Session) write(samples []int16) {
	if s.c.Listener == nil || s.shown == turn.Paused || s.turn.Phase() == turn.Ended {
		return
	}
	if s.stream != nil {
		s.order(order{pcm: pcm.AppendBytes(nil, samples)})
	} else if s.now() >= s.retry {
		s.listen()
	}
}

// order gives a recogniser something to do. One that takes nothing has failed.
func (s *Session) order(o order) {
	x := s.stream
	select {
	case x.todo <- o:
	default:
		s.fallen(x, errDeaf)
	}
}

// listen begins a running recogniser, with what it may have missed.
func (s *Session) listen() {
	ctx, cancel := context.WithCancel(s.root)
	x := &stream{todo: make(chan order, mostUnheard), cancel: cancel}
	s.stream = x
	sound, _ := s.tape.cut(record.Samples(s.turn.Needs()), s.judged)
	x.todo <- order{pcm: sound} // the first has room
	s.work.Go(func() {
		defer cancel()
		if err := s.converse(ctx, x); err != nil && ctx.Err() == nil {
			s.tell(s.root, func() { s.fallen(x, err) })
		}
	})
}

// converse is one session with the service, to its end.
func (s *Session) converse(ctx context.Context, x *stream) error {
	session, err := s.c.Listener.Listen(ctx, s.c.Language)
	if err != nil {
		return err
	}
	s.work.Go(func() {
		for h := range session.Results() {
			s.tell(ctx, func() { s.understood(x, h) })
		}
		err := session.Err()
		if err == nil {
			err = errDeaf
		}
		s.tell(ctx, func() { s.fallen(x, err) })
	})
	defer func() { _ = session.Close() }() // what it says to that is of no interest
	for {
		select {
		case <-ctx.Done():
			return nil
		case o, open := <-x.todo:
			if !open {
				return nil
			}
			if err := s.obey(ctx, session, o); err != nil {
				return err
			}
		}
	}
}

func (s *Session) obey(ctx context.Context, to provider.Session, o order) error {
	if o.finalize {
		return to.Finalize()
	}
	if err := s.purse.take(ctx, record.Duration(int64(len(o.pcm)/2))); err != nil {
		return err
	}
	return to.Write(o.pcm)
}

// finalize asks for the words of an attempt, one after the other: what answers is
// not told whom it answers.
func (s *Session) finalize(t *attempt) {
	x := s.stream
	x.asked = append(x.asked, t)
	if len(x.asked) == 1 {
		s.ask(x)
	}
}

func (s *Session) ask(x *stream) {
	t := x.asked[0]
	time.AfterFunc(finalizing, func() {
		s.tell(s.root, func() {
			if len(x.asked) > 0 && x.asked[0] == t {
				s.fallen(x, errSlow)
			}
		})
	})
	s.order(order{finalize: true})
}

// understood is what a running recogniser says.
func (s *Session) understood(x *stream, h provider.Heard) {
	if s.stream != x {
		return
	}
	s.mended(&s.noEars)
	x.latest = h.Text
	if !h.Final {
		s.running(x)
		return
	}
	x.certain, x.latest = x.text(), ""
	if len(x.asked) == 0 {
		return
	}
	t := x.asked[0]
	x.asked = slices.DeleteFunc(x.asked[1:], func(t *attempt) bool { return t.done })
	if len(x.asked) > 0 {
		s.ask(x)
	}
	s.written(t, provider.Transcript{Text: x.certain}, nil, nil)
}

// running tells the conversation of words that come by themselves.
func (s *Session) running(x *stream) {
	if x.text() == "" {
		return
	}
	s.partial(&attempt{turn: s.turn.Turn()}, x.text())
	s.step(turn.Event{Kind: turn.Heard, Turn: s.turn.Turn(), Text: x.text()})
}

// fallen is a running recogniser that does not work. What it owes is looked for
// on the tape.
func (s *Session) fallen(x *stream, err error) {
	if s.stream != x {
		return
	}
	s.stream, s.retry = nil, s.now()+streamRest
	x.cancel()
	if s.c.STT == nil || !errors.Is(err, errDeaf) {
		s.broken("stt", err)
	}
	for _, t := range x.asked {
		if !t.done {
			s.writeDown(t)
		}
	}
	s.drain()
}

// hangUp ends a running recogniser: nobody speaks, and it is paid by the minute.
func (s *Session) hangUp() {
	if x := s.stream; x != nil {
		s.stream = nil
		x.cancel()
		for _, t := range x.asked {
			if !t.done && !s.over {
				s.writeDown(t)
			}
		}
	}
}
