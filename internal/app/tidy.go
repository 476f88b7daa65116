package app

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// tidyEvery is how often the log of events is looked after.
const tidyEvery = time.Second

// tidy seals the log of events as it grows, and writes the database's own log
// back, until ctx ends.
func (a *App) tidy(ctx context.Context) {
	if err := a.db.RecoverSightings(ctx); err != nil {
		a.log.Error("the last events before the start could not be read", "err", err)
	}
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			a.writeSightings(context.WithoutCancel(ctx))
			return
		case <-tick.C:
		}
		a.writeSightings(ctx)
		if err := a.db.Checkpoint(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("the database's log could not be written back; it will be tried again", "err", err)
		}
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = a.db.SealDue(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("the log of events could not be sealed; it will be tried again", "err", err)
			}
		}
	}
}

func (a *App) writeSightings(ctx context.Context) {
	if err := a.db.WriteSightings(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("who was there could not be written down", "err", err)
	}
}

// dropEvents deletes a part of what is older than events are kept.
func (a *App) dropEvents(ctx context.Context) (int, error) {
	return a.db.DropEvents(ctx, a.now().Add(-research.EventRetention))
}
