package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/session"
)

const (
	// exchangesWaiting is how many may wait for the store; an interview has fewer.
	exchangesWaiting = 64
	keepWithin       = 10 * time.Second
)

// keeper writes down the exchanges of a session, one after another, beside it: a
// watcher must not wait for a database.
type keeper struct {
	add   func(ctx context.Context, e research.Exchange) error
	log   *slog.Logger
	queue chan research.Exchange
	done  chan struct{}
}

// keeps is a keeper that runs until it is closed.
func (v *voices) keeps(key interview.Key) *keeper {
	k := &keeper{log: v.log, queue: make(chan research.Exchange, exchangesWaiting), done: make(chan struct{}),
		add: func(ctx context.Context, e research.Exchange) error { return v.db.AddExchange(ctx, key, e) }}
	go k.run()
	return k
}

func (k *keeper) run() {
	defer close(k.done)
	for e := range k.queue {
		ctx, cancel := context.WithTimeout(context.Background(), keepWithin)
		if err := k.add(ctx, e); err != nil {
			k.log.Error("how long an exchange took could not be stored; the interview goes on", "code", research.CodeOf(err), "err", err)
		}
		cancel()
	}
}

// close waits until everything is written. Nothing may be told after it.
func (k *keeper) close() {
	close(k.queue)
	<-k.done
}

// Exchanged implements [session.Watcher].
func (k *keeper) Exchanged(e session.Exchange) {
	select {
	case k.queue <- inMilliseconds(e):
	default:
		k.log.Error("the store is too slow to keep how long exchanges took; one is left out")
	}
}

// Failed implements [session.Watcher].
func (k *keeper) Failed(service string, err error) {
	k.log.Warn("a service of a spoken interview could not be used; the interview goes on without it", "service", service, "code", research.CodeOf(err), "err", err)
}

// inMilliseconds is an exchange as it is stored.
func inMilliseconds(e session.Exchange) research.Exchange {
	return research.Exchange{Turn: e.Turn, What: string(e.What), Cut: e.Cut, Heard: e.Heard.Milliseconds(),
		LastSpeech: stamp(e.LastSpeech), Endpoint: stamp(e.Endpoint), STTSent: stamp(e.STTSent), STTDone: stamp(e.STTDone),
		ReplyAsked: stamp(e.ReplyAsked), ReplyDone: stamp(e.ReplyDone), TTSSent: stamp(e.TTSSent), TTSFirst: stamp(e.TTSFirst),
		FirstWrite: stamp(e.FirstWrite), FirstHeard: stamp(e.FirstHeard)}
}

// stamp is when something was done; -1 where it was not.
func stamp(d time.Duration) int64 {
	if d == 0 {
		return -1
	}
	return d.Milliseconds()
}
