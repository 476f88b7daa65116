package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/usercall/usercall/internal/traces"
	"github.com/usercall/usercall/internal/voice/session"
)

// voiceWatchers is who is told of every spoken exchange, besides the store.
func (a *App) voiceWatchers() []session.Watcher {
	all := []session.Watcher{a.metrics}
	if a.traces != nil {
		all = append(all, a.traces)
	}
	return all
}

// serveMetrics serves the numbers at an address of their own, if one is set, and
// returns what ends that.
func (a *App) serveMetrics(ctx context.Context) (end func() error, err error) {
	if a.cfg.MetricsAddr == "" {
		return func() error { return nil }, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.cfg.MetricsAddr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for metrics: %w; USERCALL_METRICS_ADDR picks another address", a.cfg.MetricsAddr, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.metrics.Handler())
	server := newServer(mux)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	return func() error { return errors.Join(server.Close(), ignoreClosed(<-failed)) }, nil
}

const (
	lookEvery  = 15 * time.Second
	weighEvery = 10 * time.Minute // recordings may be many, and far away
)

// look keeps the numbers of the store fresh while somebody may read them.
func (a *App) look(ctx context.Context) {
	if a.cfg.MetricsAddr == "" {
		return
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var weighed time.Time
	for {
		a.lookOnce(ctx)
		if a.now().Sub(weighed) >= weighEvery {
			weighed = a.now()
			a.weigh(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *App) lookOnce(ctx context.Context) {
	p, err := a.db.Reports().Pulse(ctx, a.now())
	if err != nil {
		if ctx.Err() == nil {
			a.log.Error("the numbers for metrics could not be read; they stay as they were", "err", err)
		}
		return
	}
	a.metrics.Set(p)
}

// weigh adds up what recordings take.
func (a *App) weigh(ctx context.Context) {
	var bytes int64
	for info, err := range a.recordings.All() {
		if err != nil || ctx.Err() != nil {
			if ctx.Err() == nil {
				a.log.Error("the size of the recordings could not be read; it stays as it was", "err", err)
			}
			return
		}
		bytes += info.Bytes
	}
	a.metrics.SetBytes(bytes)
}

func (a *App) buildTraces() (err error) {
	if a.cfg.OTLPURL == "" {
		return nil
	}
	if a.traces, err = traces.New(context.Background(), a.cfg.OTLPURL, a.now, a.log); err != nil {
		return fmt.Errorf("USERCALL_OTLP_URL cannot be used: %w", err)
	}
	return nil
}

// closeTraces sends the last spans. A collector that is away holds up nothing.
func (a *App) closeTraces() error {
	if a.traces == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := a.traces.Close(ctx); err != nil {
		a.log.Warn("the last traces could not be sent")
	}
	return nil
}
