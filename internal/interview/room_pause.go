package interview

import (
	"context"
	"errors"

	"github.com/usercall/usercall/internal/research"
)

// Pause stops the clock of an interview: at a press of the button, after a long
// silence, or because the connection is gone. It says nothing and ends nothing.
func (r *Room) Pause(ctx context.Context, key Key) (*Record, error) {
	return r.contact(ctx, key, research.Paused, func(c *clock) { c.stop(r.Now()) })
}

// Resume starts the clock again. The next answer does so too.
func (r *Room) Resume(ctx context.Context, key Key) (*Record, error) {
	return r.contact(ctx, key, research.Running, func(c *clock) { c.tick(r.Now()) })
}

// contact changes the clock and the state of an interview that is not over.
func (r *Room) contact(ctx context.Context, key Key, state research.InterviewState, set func(*clock)) (*Record, error) {
	return r.retry(ctx, key, func(rec *Record) (*Move, error) {
		if rec.State.Final() {
			return nil, nil
		}
		p, err := rec.progress()
		if err != nil {
			return nil, err
		}
		set(&p.Clock)
		m := &Move{Key: key, After: rec.LastTurn(), At: r.Now(), State: state}
		m.Progress, err = p.encode()
		return m, err
	})
}

// AbandonStale ends some of the interviews whose participant did not come back
// within [Patience], and says how many. Call it again while it is not 0; once a
// minute is often enough.
func (r *Room) AbandonStale(ctx context.Context) (int, error) {
	stale, err := r.Store.StaleInterviews(ctx, r.Now().Add(-Patience))
	if err != nil {
		return 0, err
	}
	for _, rec := range stale {
		err = errors.Join(err, r.abandon(ctx, rec))
	}
	return len(stale), err
}

// abandon ends an interview unless somebody came back in this very moment.
func (r *Room) abandon(ctx context.Context, rec *Record) error {
	now := r.Now()
	m := Move{Key: rec.Key(), After: rec.LastTurn(), IdleSince: now.Add(-Patience), At: now,
		State: research.Abandoned, Reason: "silence", Progress: rec.Progress}
	err := r.Store.MoveInterview(ctx, m)
	if research.CodeOf(err) == research.Conflict {
		return nil
	}
	if err == nil {
		rec.apply(&m)
	}
	return err
}

// Share is how far the interview is, from 0 to 1, for a line on the page: by
// questions or by time, whichever is further. It never goes back.
func (r *Record) Share() float64 {
	p, err := r.progress()
	if err != nil || r.State.Final() {
		return 1
	}
	asked := float64(p.Conductor.Asked) / (maxQuestions + 1)
	spent := p.Clock.Spent.Seconds() / max(r.limit().Seconds(), 1)
	return min(max(asked, spent), 0.95)
}
