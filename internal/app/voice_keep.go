package app

import (
	"context"
	"errors"
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
	*talks
	key      interview.Key
	recorded bool
	start    time.Duration // where in the recording the session began
	queue    chan session.Exchange
	done     chan struct{}
}

// keeps is a keeper that runs until it is closed.
func (v *talks) keeps(key interview.Key, recorded bool, start time.Duration) *keeper {
	k := &keeper{talks: v, key: key, recorded: recorded, start: start,
		queue: make(chan session.Exchange, exchangesWaiting), done: make(chan struct{})}
	go k.run()
	return k
}

func (k *keeper) run() {
	defer close(k.done)
	for e := range k.queue {
		ctx, cancel := context.WithTimeout(context.Background(), keepWithin)
		if err := k.keep(ctx, e); err != nil {
			k.log.Error("how long an exchange took could not be stored; the interview goes on", "code", research.CodeOf(err), "err", err)
		}
		cancel()
	}
}

// keep stores an exchange, and where its line stands in the recording. The line
// may be gone, as everything of a child is.
func (k *keeper) keep(ctx context.Context, e session.Exchange) error {
	err := k.db.AddExchange(ctx, k.key, inMilliseconds(e))
	if !k.recorded || e.Turn == 0 || e.FirstHeard == 0 || e.Heard == 0 {
		return err
	}
	from := k.start + e.FirstHeard
	if e := k.heard(ctx, k.key, e.Turn, from, from+e.Heard); research.CodeOf(e) != research.NotFound {
		err = errors.Join(err, e)
	}
	return err
}

// close waits until everything is written. Nothing may be told after it.
func (k *keeper) close() {
	close(k.queue)
	<-k.done
}

// Exchanged implements [session.Watcher].
func (k *keeper) Exchanged(e session.Exchange) {
	select {
	case k.queue <- e:
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
