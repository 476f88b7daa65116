package session

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/voice/turn"
)

// Attach says that a page is here: the first one, the same again, or another in
// its place. The turns after the last that it has are for the caller to send.
func (s *Session) Attach(p Page, _ int) {
	s.tell(context.Background(), func() { s.attach(p) })
}

// Detach says that a page is gone, if it is still the one that was attached.
func (s *Session) Detach(p Page) {
	s.tell(context.Background(), func() {
		if s.page == p {
			s.page = nil
			s.step(turn.Event{Kind: turn.Lost})
		}
	})
}

func (s *Session) attach(p Page) {
	if s.page != nil { // another takes over
		s.page = nil
		s.step(turn.Event{Kind: turn.Lost})
	}
	s.page = p
	s.clock.Again()
	s.muted, s.typing = false, false
	s.send(Phase{s.shown})
	s.services()
	if s.turn.Phase() == turn.Connecting {
		s.step(turn.Event{Kind: turn.Ready, On: true})
	} else {
		s.step(turn.Event{Kind: turn.Back})
	}
	s.listenOrNot()
}

// services tells a page what does not work.
func (s *Session) services() {
	s.noEars = s.noEars || s.c.STT == nil && s.c.Listener == nil
	s.noVoice = s.noVoice || s.c.TTS == nil
	switch {
	case s.spent:
		s.send(Notice{NoticeBudget})
		return
	case s.noEars:
		s.send(Notice{NoticeNoEars})
	}
	if s.noVoice {
		s.send(Notice{NoticeNoVoice})
	}
	if s.c.Params.HalfDuplex {
		s.send(Notice{NoticeHalfDuplex})
	}
}

// frame is sound of a microphone.
type frame struct {
	seq uint32
	pcm []byte
}

// Mic takes a frame of the page's microphone, by its number: 16 bits,
// little-endian, mono, at 16 kHz. It may wait for a moment, and pcm is not
// changed afterwards; how fast it may come is for whoever has the socket to
// say. False: it is no sound, or the session could not take it in time.
func (s *Session) Mic(seq uint32, pcm []byte) bool {
	if len(pcm) == 0 || len(pcm)%2 != 0 {
		return false
	}
	patience := time.NewTimer(mostPatience)
	defer patience.Stop()
	select {
	case s.frames <- frame{seq, pcm}:
		return true
	case <-s.done:
		return true
	case <-patience.C:
		return false
	}
}

// Do has something done that was pressed on the page.
func (s *Session) Do(c Command) {
	select {
	case s.orders <- c:
	case <-s.done:
	}
}

// mostPatience is how long a frame may wait for the actor.
const mostPatience = 2 * time.Second
