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
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
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

// dropEvents deletes a part of what is older than events are kept.
func (a *App) dropEvents(ctx context.Context) (int, error) {
	return a.db.DropEvents(ctx, a.now().Add(-research.EventRetention))
}
