package session

import (
	"context"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// broken is a service that could not be used. The page is told once.
func (s *Session) broken(service string, err error) {
	if errors.Is(err, context.Canceled) {
		return // by us
	}
	if research.CodeOf(err) == research.Quota {
		s.spend()
		return
	}
	s.c.Watcher.Failed(service, err)
	is, code := &s.noEars, NoticeNoEars
	if service == "tts" {
		is, code = &s.noVoice, NoticeNoVoice
	}
	if !*is {
		*is = true
		s.send(Notice{code})
	}
}

// mended is a service that works.
func (s *Session) mended(is *bool) {
	if !*is {
		return
	}
	*is = false
	if !s.noEars && !s.noVoice {
		s.send(Notice{NoticeVoiceBack})
	}
}

// spend is the end of the time for voice: the interview goes on typed.
func (s *Session) spend() {
	if s.spent {
		return
	}
	s.spent = true
	s.send(Notice{NoticeBudget})
	s.switched()
}

// record begins to write the recording.
func (s *Session) record() {
	if s.c.Record == nil {
		return
	}
	t := newTrack(nil)
	t.failed = func(err error) {
		s.c.Watcher.Failed("record", err)
		s.work.Go(func() {
			s.tell(s.root, func() { t.close(); s.send(Notice{NoticeNoRecord}) })
		})
	}
	s.track = t
	s.work.Go(func() { t.run(s.c.Record, func() time.Duration { return s.c.Start + s.now() }) })
}
