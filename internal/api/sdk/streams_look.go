package sdk

import (
	"context"
	"errors"

	"github.com/usercall/usercall/internal/invite"
)

// look asks the store what became of invites, and tells those whom it concerns.
func (s *Streams) look(ctx context.Context) error {
	s.mu.Lock()
	paused, idle := s.paused, len(s.open)+s.opening == 0
	s.paused = nil
	if idle {
		s.floor = -1
	}
	floor := s.floor
	s.mu.Unlock()
	if idle || floor < 0 {
		return nil
	}
	err := errors.Join(s.lookMade(ctx, floor), s.lookEnded(ctx))
	for _, p := range paused {
		notices, failed := s.watch.OpenOf(ctx, p.project, p.trigger)
		err = errors.Join(err, failed, s.tellAll(ctx, notices, nil))
	}
	return err
}

// lookMade goes over new invites. A page that opens asks by itself, so what was
// there before the first one is nobody's news.
func (s *Streams) lookMade(ctx context.Context, floor int64) error {
	now := s.now()
	for after := floor; ; {
		made, err := s.watch.Made(ctx, after)
		if err == nil {
			err = s.tellAll(ctx, made, s.made)
		}
		if err != nil {
			return err
		}
		if len(made) == 0 {
			break
		}
		after = made[len(made)-1].ID
	}
	highest := s.made.forget(now.Add(-overlap))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.floor = max(s.floor, highest)
	return nil
}

func (s *Streams) lookEnded(ctx context.Context) error {
	now := s.now()
	ended, err := s.watch.Closed(ctx, now.Add(-overlap))
	if err != nil {
		return err
	}
	s.ended.forget(now.Add(-3 * overlap))
	return s.tellAll(ctx, ended, s.ended)
}

// tellAll tells of what was not told of before, of each browser of it.
func (s *Streams) tellAll(ctx context.Context, notices []invite.Notice, before seen) error {
	now := s.now()
	for _, n := range notices {
		if at, had := before[n.ID]; had && at.Before(now) {
			continue
		}
		if err := s.tell(ctx, n); err != nil {
			return err
		}
		if before != nil {
			before[n.ID] = now
		}
	}
	return nil
}

// tell has the browsers ask that an invite concerns.
func (s *Streams) tell(ctx context.Context, n invite.Notice) error {
	for _, l := range []listening{forTicket(n.Project, n.Ticket), {n.Project, 'p', string(n.Person)}} {
		if l.key == "" {
			continue
		}
		for _, st := range s.listeners(l) {
			st.say(ask)
		}
	}
	for _, st := range s.listeners(listening{n.Project, 'm', string(n.Person)}) {
		known, err := s.watch.Vouched(ctx, st.browser, n)
		if err != nil {
			return err
		}
		if known {
			st.say(ask)
		}
	}
	return nil
}
