package app

import (
	"context"

	"github.com/usercall/usercall/internal/research"
)

// erase deletes what is stored of a user whom Segment asks to forget. Segment
// waits a few seconds for an answer, so it is only written down here.
func (a *App) erase(ctx context.Context, p *research.Project, user research.UserID) error {
	return a.eraseLater(ctx, p, research.UserKey(user))
}

func (a *App) eraseLater(ctx context.Context, p *research.Project, key research.PersonKey) error {
	if err := a.db.EraseLater(ctx, p.ID, key, a.now()); err != nil {
		return err
	}
	a.queue.Wake()
	return nil
}

// EraseUser deletes what is stored of a user, and returns when it is gone.
func (a *App) EraseUser(ctx context.Context, p *research.Project, user research.UserID) error {
	return a.db.ErasePerson(ctx, p.ID, research.UserKey(user), a.now())
}
