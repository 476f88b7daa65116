package app

import (
	"context"

	"github.com/usercall/usercall/internal/pacing"
	"github.com/usercall/usercall/internal/research"
)

// SetPacing changes settings of pace by their names; see package pacing. All or
// none: invalid where one cannot be.
func (a *App) SetPacing(ctx context.Context, p *research.Project, values map[string]string) error {
	now, err := a.db.ProjectByKey(ctx, p.Key) // another page may have changed something else
	if err != nil {
		return err
	}
	if now.Settings, err = pacing.SetAll(now.Settings, values); err != nil {
		return err
	}
	if err := a.db.UpdateProject(ctx, now); err != nil {
		return err
	}
	return a.catalog.refresh(ctx)
}

// Pause pauses everything of a project, or resumes it: while it lasts nobody is
// invited, nothing shown and nothing sent. who is written down with it.
func (a *App) Pause(ctx context.Context, p *research.Project, paused bool, who string) error {
	if err := a.db.SetPaused(ctx, p.ID, paused, who, a.now()); err != nil {
		return err
	}
	return a.catalog.refresh(ctx)
}

// TestStudy puts every trigger of a study into test mode.
func (a *App) TestStudy(ctx context.Context, s *research.Study) error {
	for i := range s.Triggers {
		t := &s.Triggers[i]
		if err := a.db.SetTesting(ctx, s.Project, t.PublicID, a.now()); err != nil {
			return err
		}
		t.Active, t.Testing = false, true
	}
	return a.catalog.refresh(ctx)
}

// SetTriggerTesting puts a trigger into test mode.
func (c commands) SetTriggerTesting(ctx context.Context, p *research.Project, id string) error {
	if err := c.checkActivation(ctx, p, id, true); err != nil {
		return err
	}
	if err := c.db.SetTesting(ctx, p.ID, id, c.now()); err != nil {
		return err
	}
	return c.catalog.refresh(ctx)
}
