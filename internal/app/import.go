package app

import (
	"context"

	"github.com/usercall/usercall/internal/history"
)

// What an import is told and tells.
type (
	Import         = history.Options
	ImportProgress = history.Progress
	ImportReport   = history.Report
)

// Import reads files of Segment messages into a project. Nobody is invited. It
// learns who is who as it goes, like a server does, and leaves no backlog to one
// that runs beside it.
func (a *App) Import(ctx context.Context, o Import) (*ImportReport, error) {
	importer := &history.Importer{Store: a.db, Now: a.now, Learn: func(ctx context.Context) error { return a.settle(ctx, settleGroup) }}
	r, err := importer.Run(ctx, o)
	if err != nil || o.DryRun || r.Stored == 0 {
		return r, err
	}
	return r, a.settle(context.WithoutCancel(ctx), settleEnd)
}

// How often everything that waits is gone over: after a group, and at the end.
const (
	settleGroup = 2
	settleEnd   = 100
)

// settle evaluates what waits, by the rules of this moment: among it may be
// events of the present that nobody has taken yet.
func (a *App) settle(ctx context.Context, times int) error {
	if err := a.catalog.refresh(ctx); err != nil {
		return err
	}
	return a.engine.Settle(ctx, times)
}
