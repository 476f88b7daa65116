package app

import (
	"context"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/history"
	"github.com/usercall/usercall/internal/store"
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
	others := &others{db: a.db}
	if err := others.look(ctx); err != nil {
		return nil, err
	}
	importer := &history.Importer{Store: a.db, Now: a.now, Learn: func(ctx context.Context) error {
		if err := a.settle(ctx, settleGroup); err != nil {
			return err
		}
		return others.giveWay(ctx)
	}}
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
	return errors.Join(a.db.WriteSightings(ctx), a.engine.Settle(ctx, times))
}

// others is who else writes to the store.
type others struct {
	db   *store.DB
	seen int64
}

// breath is longer than what SQLite lets somebody sleep who waits for the
// writer: without it an import is there first again, and again.
const breath = 120 * time.Millisecond

func (o *others) look(ctx context.Context) (err error) {
	o.seen, err = o.db.ForeignVersion(ctx)
	return err
}

// giveWay pauses where somebody else has written since the last time.
func (o *others) giveWay(ctx context.Context) error {
	before := o.seen
	if err := o.look(ctx); err != nil || o.seen == before {
		return err
	}
	select {
	case <-ctx.Done():
	case <-time.After(breath):
	}
	return nil
}
