package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/voice/turn"
)

// long is a line of about seven seconds.
const long = "This is a line that takes its time, so that somebody can interrupt it in the middle of what it has to say."

// barges interrupts lines at random moments.
func barges(ctx context.Context, w *world, how amount) (string, error) {
	c := w.call(long)
	defer c.hangUp()
	random := rand.New(rand.NewPCG(6, 3))
	var ducks, flushes []time.Duration
	held := 0
	for range how.barges {
		duck, flush, confirmed, err := c.barge(ctx, time.Duration(500+random.IntN(2500))*time.Millisecond)
		if err != nil {
			return "", err
		}
		ducks = append(ducks, duck)
		if confirmed {
			flushes = append(flushes, flush)
		} else {
			held++
		}
	}
	var b strings.Builder
	b.WriteString("| interruptions | first word to lower: p50 ms | most ms | words known to silence: p50 ms | most ms | silent before the words were known |\n| ---: | ---: | ---: | ---: | ---: | ---: |\n")
	fmt.Fprintf(&b, "| %d | %s | %s | %s | %s | %d |\n", how.barges, ms(quantile(ducks, 0.5)), ms(quantile(ducks, 1)), ms(quantile(flushes, 0.5)), ms(quantile(flushes, 1)), held)
	return b.String(), nil
}

// barge speaks over a line, after it was heard for so long: how long it takes
// until the line is lowered, and from the words to the order to be silent; not
// confirmed: silence came first.
func (c *caller) barge(ctx context.Context, after time.Duration) (duck, flush time.Duration, confirmed bool, err error) {
	if err = c.until(ctx, "a line", func() bool { return c.phase == turn.Speaking && c.played > 0 }); err != nil {
		return
	}
	if err = sleep(ctx, after); err != nil {
		return
	}
	began := time.Now()
	c.speak(true)
	if err = c.until(ctx, "silence", func() bool { return c.flushed.After(began) && c.phase != turn.Speaking }); err != nil {
		return
	}
	c.mu.Lock()
	duck, confirmed = c.ducked.Sub(c.begun), !c.flushed.Before(c.stt.last())
	flush = c.flushed.Sub(c.stt.last())
	c.mu.Unlock()
	if err = sleep(ctx, 2*time.Second); err != nil { // they say more than two words
		return
	}
	c.speak(false)
	return
}
