package provider

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Guard protects an interview from one service: it bounds the time of a call,
// repeats one that failed once, and stops asking for a while where nobody
// answers. A Guard is shared by all calls to a service, and safe for many
// goroutines.
type Guard struct {
	Name   string           // as errors call it
	Limit  time.Duration    // of a call with its repetition; 0: 8 s
	Single bool             // do not repeat
	Now    func() time.Time // nil: time.Now

	mu    sync.Mutex
	state breaker
}

const (
	usualLimit = 8 * time.Second
	mostFailed = 3                // calls in a row until nobody is asked
	firstRest  = 10 * time.Second // and for how long, at first
	longRest   = 2 * time.Minute
)

// breaker counts failures. It is pure.
type breaker struct {
	failed int
	rest   time.Duration // the last rest
	until  time.Time     // of the rest; zero: none
	trying bool          // one call may see whether it works again
}

// may tells whether to ask now. After a rest one call tries, and the others
// wait for what becomes of it.
func (b *breaker) may(now time.Time) bool {
	switch {
	case b.until.IsZero():
		return true
	case now.Before(b.until) || b.trying:
		return false
	}
	b.trying = true
	return true
}

func (b *breaker) worked() { *b = breaker{} }

// gaveUp is a call that says nothing about the service: it was not needed any more.
func (b *breaker) gaveUp() { b.trying = false }

func (b *breaker) didNot(now time.Time, after time.Duration) {
	b.failed++
	if b.failed < mostFailed && !b.trying && after == 0 {
		return
	}
	b.rest = min(max(2*b.rest, firstRest), longRest)
	b.until, b.trying = now.Add(max(b.rest, min(after, longRest))), false
}

// guarded makes a call under a guard. The time limit is over the first result:
// what call returns may go on using its context, which cancel ends.
func guarded[T any](ctx context.Context, g *Guard, call func(context.Context) (T, error)) (T, error) {
	var none T
	if !g.may() {
		return none, unavailable(g.Name, "did not work several times and is left alone for a moment", nil)
	}
	result, err := call(ctx)
	if again(ctx, g, err) {
		result, err = call(ctx)
	}
	g.note(ctx, err)
	if err != nil {
		return none, err
	}
	return result, nil
}

// again tells whether a failed call is worth a second one: not where the server
// asks for patience, or nobody waits any more.
func again(ctx context.Context, g *Guard, err error) bool {
	var f *failure
	return errors.As(err, &f) && f.again && f.after == 0 && !g.Single && ctx.Err() == nil
}

func (g *Guard) may() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.state.may(g.now())
}

func (g *Guard) note(ctx context.Context, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var f *failure
	switch {
	case err == nil:
		g.state.worked()
	case errors.Is(context.Cause(ctx), context.Canceled):
		g.state.gaveUp()
	case errors.As(err, &f):
		g.state.didNot(g.now(), f.after)
	default:
		g.state.didNot(g.now(), 0)
	}
}

func (g *Guard) now() time.Time {
	if g.Now != nil {
		return g.Now()
	}
	return time.Now()
}

func (g *Guard) limit() time.Duration {
	if g.Limit > 0 {
		return g.Limit
	}
	return usualLimit
}

// within is guarded for a call whose result is whole.
func within[T any](ctx context.Context, g *Guard, call func(context.Context) (T, error)) (T, error) {
	limited, cancel := context.WithTimeout(ctx, g.limit())
	defer cancel()
	return guarded(limited, g, call)
}

// GuardedSTT is an [STT] and its guard.
type GuardedSTT struct {
	STT
	*Guard
}

// Transcribe implements [STT].
func (g GuardedSTT) Transcribe(ctx context.Context, r Recording) (Transcript, error) {
	return within(ctx, g.Guard, func(ctx context.Context) (Transcript, error) { return g.STT.Transcribe(ctx, r) })
}

// GuardedChat is a [Chat] and its guard. Where it fails, the interviewer goes on by
// its rules.
type GuardedChat struct {
	Chat
	*Guard
}

// Object implements [Chat].
func (g GuardedChat) Object(ctx context.Context, q Question) (json.RawMessage, error) {
	return within(ctx, g.Guard, func(ctx context.Context) (json.RawMessage, error) { return g.Chat.Object(ctx, q) })
}

// begun makes a call whose result goes on after it: the limit is for the call,
// and cancel ends the result.
func begun[T any](ctx context.Context, g *Guard, call func(context.Context) (T, error)) (T, context.CancelCauseFunc, error) {
	work, cancel := context.WithCancelCause(ctx)
	watch := time.AfterFunc(g.limit(), func() { cancel(context.DeadlineExceeded) })
	result, err := guarded(work, g, call)
	watch.Stop()
	if err != nil {
		cancel(nil)
	}
	return result, cancel, err
}

// GuardedTTS is a [TTS] and its guard. The limit is for the first sound, and
// for all the waiting after it beyond the time that the sound itself takes.
type GuardedTTS struct {
	TTS
	*Guard
}

// Speak implements [TTS].
func (g GuardedTTS) Speak(ctx context.Context, l Line) (*Speech, error) {
	s, cancel, err := begun(ctx, g.Guard, func(ctx context.Context) (*Speech, error) { return g.TTS.Speak(ctx, l) })
	if err != nil {
		return nil, err
	}
	s.ReadCloser = &watched{ReadCloser: s.ReadCloser, rate: s.Rate, left: g.limit(), cancel: cancel}
	return s, nil
}

// watched is sound that has to come about as fast as it is played.
type watched struct {
	io.ReadCloser
	rate   int
	left   time.Duration // that may be waited
	cancel context.CancelCauseFunc
}

func (w *watched) Read(p []byte) (int, error) {
	watch := time.AfterFunc(max(w.left, 0), func() { w.cancel(context.DeadlineExceeded) })
	defer watch.Stop()
	begun := time.Now()
	n, err := w.ReadCloser.Read(p)
	w.left += time.Duration(n/2)*time.Second/time.Duration(max(w.rate, 1)) - time.Since(begun)
	return n, err
}

func (w *watched) Close() error {
	w.cancel(nil)
	return w.ReadCloser.Close()
}

// GuardedListener is a [Listener] and its guard. The limit is for the beginning
// of a session.
type GuardedListener struct {
	Listener
	*Guard
}

// Listen implements [Listener].
func (g GuardedListener) Listen(ctx context.Context, language string) (Session, error) {
	s, cancel, err := begun(ctx, g.Guard, func(ctx context.Context) (Session, error) { return g.Listener.Listen(ctx, language) })
	if err != nil {
		return nil, err
	}
	return &heldSession{s, cancel}, nil
}

// heldSession is a session with a context of its own.
type heldSession struct {
	Session
	cancel context.CancelCauseFunc
}

func (h *heldSession) Close() error {
	defer h.cancel(nil)
	return h.Session.Close()
}

// TTSs is several, best first.
type TTSs []TTS

// Speak implements [TTS] with the first that works. Settings that are wrong are no
// reason to stop: the next one may have the right ones. An interview that is over is.
func (s TTSs) Speak(ctx context.Context, l Line) (*Speech, error) {
	var errs []error
	for _, p := range s {
		speech, err := p.Speak(ctx, l)
		if err == nil {
			return speech, nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	if len(errs) == 1 {
		return nil, errs[0]
	}
	return nil, &research.Error{Code: research.Unavailable, Message: "None of the services that were set up answers.", Err: errors.Join(errs...)}
}
