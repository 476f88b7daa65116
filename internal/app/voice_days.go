package app

import (
	"context"

	"github.com/usercall/usercall/internal/research"
)

// RecordingDays is how many days a project keeps recordings; 0: until somebody
// deletes them.
func (a *App) RecordingDays(ctx context.Context, p *research.Project) (int, error) {
	return a.db.RecordingDays(ctx, p.ID)
}

// SetRecordingDays changes it; fewer days also for recordings that there are.
func (a *App) SetRecordingDays(ctx context.Context, p *research.Project, days int) error {
	return a.db.SetRecordingDays(ctx, p.ID, days)
}
