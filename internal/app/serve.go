package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Serve runs the server until ctx ends: first it stops taking connections and
// lets those under way finish, then it stores what is queued, then it stops the
// work behind. ready is called once, when the first request would be answered.
func (a *App) Serve(ctx context.Context, ready func(Ready)) error {
	listener, err := net.Listen("tcp", a.cfg.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; is another server running? USERCALL_ADDR picks another address", a.cfg.Addr, err)
	}
	return a.serveOn(ctx, listener, ready)
}

// Ready is what a started server tells.
type Ready struct {
	URL    string
	Engine string // of the store
	Empty  bool   // no project yet
}

func (a *App) serveOn(ctx context.Context, listener net.Listener, ready func(Ready)) error {
	if err := a.catalog.refresh(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := a.recordings.Repair(); err != nil { // before anything is recorded
		return errors.Join(err, listener.Close())
	}
	watched, err := a.serveMetrics(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	a.serving.Store(true)
	a.db.SetInterest(a.engine.Asks)
	surfaces, err := a.surfaces()
	if err != nil {
		return errors.Join(err, listener.Close(), watched())
	}
	a.db.SetReserved(surfaces.streams.Wake)
	a.catalog.paused = surfaces.streams.Paused
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var work sync.WaitGroup
	for _, loop := range []func(context.Context){a.catalog.run, a.engine.Run, a.past.Run, a.queue.Run, a.sending.Run, a.voices.Run, a.sweep, a.tidy, a.keepVoices, a.tally.Run, surfaces.streams.Run, a.keySets.run, a.look} {
		work.Go(func() { loop(background) })
	}
	server := newServer(surfaces.handler)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	ready(Ready{URL: a.cfg.URL(), Engine: a.db.Engine(), Empty: len(a.catalog.now.Load().byKey) == 0})
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	err = errors.Join(ignoreClosed(err), surfaces.shutdown(server))
	stop()
	work.Wait()
	return errors.Join(err, watched(), a.closeTraces())
}

// shutdownTime is how long requests under way may take to finish.
const shutdownTime = 15 * time.Second

func (s *surfaces) shutdown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	s.streams.Close() // the pages open another, at another server
	err := errors.Join(s.participants.Shutdown(ctx), server.Shutdown(ctx))
	s.writer.Close()
	return err
}

func newServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// sweep does what time alone brings about: invites and interviews that nobody
// came back to end, and events that were kept long enough.
func (a *App) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		a.sweepOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

const sweepEvery = 30 * time.Second

func (a *App) sweepOnce(ctx context.Context) {
	for what, end := range map[string]func(context.Context) (int, error){
		"invites":        func(ctx context.Context) (int, error) { return a.db.ExpireDue(ctx, a.now()) },
		"what is paused": a.revokePaused,
		"second looks":   func(ctx context.Context) (int, error) { return 0, a.db.ForgetSecondLooks(ctx, a.now()) },
		"waits":          func(ctx context.Context) (int, error) { return a.db.DropOldRuns(ctx, a.now()) },
		"interviews":     a.room.AbandonStale,
		"events":         a.dropEvents,
		"deliveries":     func(ctx context.Context) (int, error) { return a.db.TidyDeliveries(ctx, a.now()) },
	} {
		for n := 1; n > 0 && ctx.Err() == nil; {
			var err error
			if n, err = end(ctx); err != nil {
				a.log.Error("what is overdue could not be ended; it will be tried again", "what", what, "err", err)
				break
			}
		}
	}
}

// revokePaused takes back cards that nobody saw yet of triggers that invite nobody
// any more. What went out as a link stays: somebody may hold it.
func (a *App) revokePaused(ctx context.Context) (int, error) {
	return a.db.RevokePaused(ctx, a.catalog.sent, a.now())
}
