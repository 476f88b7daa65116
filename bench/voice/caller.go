package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/session"
	"github.com/usercall/usercall/internal/voice/turn"
)

const (
	micFrame   = 60 * time.Millisecond
	micSamples = 960
	outRate    = 24000
)

// caller is somebody with a page, in real time.
type caller struct {
	w      *world
	s      *session.Session
	stt    *timed
	err    error
	over   chan struct{} // the session has ended
	stop   context.CancelFunc
	others sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed at the next change of what follows
	phase    turn.Phase
	gen      int       // of the line that is heard
	first    time.Time // its first sound
	ducked   time.Time
	flushed  time.Time
	buffer   time.Duration // of the line, and what of it was played
	played   time.Duration
	complete bool
	speaks   int // sample of the speech that comes next; below 0: silence
	begun    time.Time
}

// call begins a session with lines of that text.
func (w *world) call(line string) *caller {
	c := &caller{w: w, stt: &timed{STT: w.stt}, over: make(chan struct{}), changed: make(chan struct{}), speaks: -1}
	p := turn.Normal.Params()
	c.s = session.New(session.Config{Mind: &thinks{chat: w.chat, line: line}, Params: p, Language: "en", STT: c.stt, TTS: w.tts, OutRate: outRate})
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	go func() {
		defer close(c.over)
		c.err = c.s.Run(ctx)
	}()
	c.s.Attach(c, 0)
	c.others.Go(func() { c.every(micFrame, c.microphone()) })
	c.others.Go(func() { c.every(240*time.Millisecond, c.report) })
	return c
}

// hangUp ends the session.
func (c *caller) hangUp() {
	c.stop()
	<-c.over
	c.others.Wait()
}

func (c *caller) every(d time.Duration, do func()) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-c.over:
			return
		case <-tick.C:
			do()
		}
	}
}

// microphone sends speech while somebody speaks, and else the noise of a room.
func (c *caller) microphone() func() {
	seq, samples := uint32(0), make([]int16, micSamples)
	return func() {
		c.mu.Lock()
		for i := range samples {
			samples[i] = int16(i%3 - 1)
		}
		if c.speaks >= 0 {
			n := copy(samples, c.w.speech[c.speaks:])
			if c.speaks == 0 {
				c.begun = time.Now().Add(-micFrame)
			}
			if c.speaks += n; c.speaks >= len(c.w.speech) {
				c.speaks = -1
			}
		}
		c.mu.Unlock()
		c.s.Mic(seq, pcm.AppendBytes(nil, samples))
		seq++
	}
}

// speak begins to speak, or to be silent.
func (c *caller) speak(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.speaks = -1
	if on {
		c.speaks = 0
	}
}

// report plays what there is and tells how far that is.
func (c *caller) report() {
	c.mu.Lock()
	c.played = min(c.played+240*time.Millisecond, c.buffer)
	gen, played, done := c.gen, c.played, c.complete && c.played == c.buffer
	if done {
		c.complete = false
	}
	c.mu.Unlock()
	switch {
	case done:
		c.s.Do(session.Command{Do: session.PlaybackDone, Gen: gen})
	case gen > 0:
		c.s.Do(session.Command{Do: session.Playback, Gen: gen, Played: played})
	}
}

// Send implements [session.Page].
func (c *caller) Send(m session.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch m := m.(type) {
	case session.Phase:
		c.phase = m.Name
	case session.Duck:
		if m.On {
			c.ducked = time.Now()
		}
	case session.Flush:
		c.flushed, c.buffer, c.complete = time.Now(), c.played, false
	case session.Resume:
		c.buffer, c.played = m.From, m.From
	}
	c.wake()
}

// Sound implements [session.Page].
func (c *caller) Sound(gen int, _ uint32, pcm []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if gen != c.gen {
		c.gen, c.first, c.buffer, c.played = gen, time.Now(), 0, 0
	}
	c.buffer += time.Duration(len(pcm)/2) * time.Second / outRate
	c.complete = len(pcm) == 0
	c.wake()
}

func (c *caller) wake() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// until waits until something is true.
func (c *caller) until(ctx context.Context, what string, is func() bool) error {
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	for {
		c.mu.Lock()
		ok, changed, phase := is(), c.changed, c.phase
		c.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-c.over:
			return fmt.Errorf("a session ended before %s: %w", what, c.err)
		case <-late.C:
			return fmt.Errorf("%s did not come in half a minute; it is %s", what, phase)
		}
	}
}

func (c *caller) listening() bool { return c.phase == turn.Listening }

// together does something many times at once, until the first that fails or until
// ctx is over by time, which is no failure.
func together(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if err := do(ctx, i); err != nil {
				cancel(err) // the first one counts
			}
		})
	}
	all.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return nil
}

// sleep is a pause that ends with ctx.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
