package participant

import (
	"context"
	"time"

	"github.com/coder/websocket"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

const (
	nudgeAfter = time.Minute      // of silence, once for each question
	pauseAfter = 5 * time.Minute  // of silence
	closeAfter = interview.Silent // also with words in the box
	pingEvery  = 15 * time.Second
	pongWithin = 10 * time.Second // half-open connections are found within both
	storing    = 10 * time.Second // how long one frame may take
)

// visit is one socket's part of an interview. One goroutine runs it, so its
// fields need no lock, and only it writes to the socket.
type visit struct {
	*Surface
	conn      *websocket.Conn
	offer     *interview.Offer
	languages []string
	address   string
	hello     request
	end       context.CancelCauseFunc
	sent      int // the last turn the page has
	typing    bool
	nudged    bool
	ended     bool

	aloud    bool // it is to be spoken
	fresh    bool // they consented just now, and have heard nothing
	paused   bool // a spoken interview is
	offences int
	mic      pace
}

// run serves the socket until one side ends it, or ctx does. What is done on the
// socket does not run under ctx: the library drops a connection whose context
// ends, and we want to finish the sentence and say why.
func (s *visit) run(ctx context.Context) {
	over, end := context.WithCancelCause(ctx)
	defer end(nil)
	s.end = end
	work := context.WithoutCancel(ctx)
	frames := make(chan request, 8)
	go s.receive(over, work, frames)
	go s.watch(over, work)
	for err := s.greet(work); err == nil && !s.ended && over.Err() == nil; {
		if s.aloud {
			s.aloud, err = false, s.talk(over, work, frames)
			continue
		}
		err = s.loop(over, work, frames)
	}
	s.part(over, work)
}

// receive hands frames to the loop. It waits where the loop is busy, and so
// does whoever sends faster than we store. It ends with the connection.
func (s *visit) receive(over, work context.Context, frames chan<- request) {
	defer s.end(nil)
	for {
		var q request
		if read(work, s.conn, &q) != nil {
			return
		}
		select {
		case frames <- q:
		case <-over.Done():
			return
		}
	}
}

// watch finds connections whose other end is gone without a word.
func (s *visit) watch(over, work context.Context) {
	defer s.end(nil)
	for {
		select {
		case <-over.Done():
			return
		case <-time.After(pingEvery):
		}
		ping, done := context.WithTimeout(work, pongWithin)
		err := s.conn.Ping(ping)
		done()
		if err != nil {
			return
		}
	}
}

// greet brings the page up to date.
func (s *visit) greet(ctx context.Context) error {
	setup, err := s.Room.Preview(s.offer, s.languages)
	if err != nil {
		return s.fail(ctx, err, "")
	}
	if err := s.send(ctx, s.ready(setup)); err != nil {
		return err
	}
	if s.aloud = s.goesOnAloud(setup); s.aloud {
		return nil
	}
	return s.show(ctx)
}

// loop takes what comes, whatever it is, one at a time, as long as the interview
// is typed.
func (s *visit) loop(over, work context.Context, frames <-chan request) (err error) {
	ping, idle := time.NewTicker(pingEvery), time.NewTimer(nudgeAfter)
	defer ping.Stop()
	defer idle.Stop()
	last := time.Now()
	for err == nil && !s.ended && !s.aloud {
		select {
		case <-over.Done():
			return nil
		case <-ping.C:
			err = s.send(work, pingFrame{"ping"})
		case <-idle.C:
			err = s.quiet(work, time.Since(last))
			idle.Reset(nudgeAfter)
		case q := <-frames:
			if q.Type != "pong" {
				last = time.Now()
				idle.Reset(nudgeAfter)
			}
			err = s.take(work, q)
		}
	}
	return err
}

// take does what one frame asks for. An error ends the session; what the page
// did wrong is answered, and does not.
func (s *visit) take(ctx context.Context, q request) error {
	ctx, cancel := context.WithTimeout(ctx, storing)
	defer cancel()
	if s.offer.Interview == nil {
		return s.consent(ctx, q)
	}
	switch q.Type {
	case "answer":
		return s.answer(ctx, q)
	case "skip":
		return s.press(ctx, interview.Skip, q.Turn)
	case "repeat":
		return s.press(ctx, interview.Repeat, q.Turn)
	case "end":
		return s.press(ctx, interview.Leave, 0)
	case "pause":
		return s.pause(ctx, q.On)
	case "typing":
		s.typing = q.On
		return nil
	case "voice":
		s.aloud = q.On && s.mayTalk()
		s.hello.Voice = s.aloud
		return nil
	case "pong", "consent", "mute", "commit", "playback", "playback_done": // a second press of the button; what is left of a voice
		return nil
	case "":
		if q.Sound != nil && s.mayTalk() { // the microphone was not put away yet
			return nil
		}
	}
	return s.send(ctx, failure(research.Invalid, q.ID))
}

func (s *visit) consent(ctx context.Context, q request) (err error) {
	switch {
	case q.Type == "consent" && q.Accepted && !s.mayStart():
		err = research.Errorf(research.Quota, "Too many interviews were started from here. Try again in an hour.")
	case q.Type == "consent" && q.Accepted:
		return s.agree(ctx, q)
	case q.Type == "consent" || q.Type == "end":
		_, err = s.Room.Refuse(ctx, s.offer)
	case q.Type == "pong" || q.Type == "typing" || q.Type == "voice" || q.Type == "mute":
		return nil
	default: // nothing is stored before consent
		return s.send(ctx, failure(research.Forbidden, q.ID))
	}
	if err != nil {
		return s.fail(ctx, err, "")
	}
	return s.show(ctx)
}

// mayStart counts the start of an interview for its address. A project in
// development has no such limit.
func (s *visit) mayStart() bool {
	return s.offer.Project.Open || s.starts.allow(s.address, s.now())
}

func (s *visit) answer(ctx context.Context, q request) error {
	n, rec, err := s.Room.Answer(ctx, s.offer.Interview.Key(), q.ID, q.Text)
	if err != nil {
		return s.fail(ctx, err, q.ID)
	}
	s.offer.Interview, s.typing, s.nudged = rec, false, false
	if err := s.send(ctx, acceptedFrame{"accepted", q.ID, n}); err != nil {
		return err
	}
	return s.show(ctx)
}

func (s *visit) press(ctx context.Context, kind interview.InputKind, after int) error {
	rec, err := s.Room.Press(ctx, s.offer.Interview.Key(), kind, after)
	if err != nil {
		return s.fail(ctx, err, "")
	}
	s.offer.Interview = rec
	return s.show(ctx)
}

func (s *visit) pause(ctx context.Context, on bool) error {
	set := s.Room.Resume
	if on {
		set = s.Room.Pause
	}
	rec, err := set(ctx, s.offer.Interview.Key())
	if err != nil {
		return s.fail(ctx, err, "")
	}
	s.offer.Interview = rec
	return s.show(ctx)
}
