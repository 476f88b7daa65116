package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/voice/pcm"
	"github.com/usercall/usercall/internal/voice/session"
)

// said is how long an answer is, until "done" is pressed.
const said = 2 * time.Second

// pair is an exchange and the same calls without us, after each other.
type pair struct{ ours, bare time.Duration }

// replies is the time from "done" to the first sound of the reply.
func replies(ctx context.Context, w *world, how amount) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "| sessions at once | exchanges | beyond the services' %d ms: p50 ms | p95 ms | bare calls: p50 ms | p95 ms | difference in pairs: median ms | difference of p95 ms |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n", ideal.Milliseconds())
	for _, n := range how.sessions {
		pairs, err := w.exchanges(ctx, n, how.turns)
		if err != nil {
			return "", err
		}
		var ours, bare, more []time.Duration
		for _, p := range pairs {
			ours, bare, more = append(ours, p.ours-ideal), append(bare, p.bare-ideal), append(more, p.ours-p.bare)
		}
		fmt.Fprintf(&b, "| %d | %d | %s | %s | %s | %s | %s | %s |\n", n, len(pairs), ms(quantile(ours, 0.5)), ms(quantile(ours, 0.95)),
			ms(quantile(bare, 0.5)), ms(quantile(bare, 0.95)), ms(quantile(more, 0.5)), ms(quantile(ours, 0.95)-quantile(bare, 0.95)))
	}
	return b.String(), nil
}

// exchanges has so many people talk at once.
func (w *world) exchanges(ctx context.Context, sessions, turns int) ([]pair, error) {
	all := make([][]pair, sessions)
	err := together(ctx, sessions, func(ctx context.Context, i int) (err error) {
		if err := sleep(ctx, 3*time.Second*time.Duration(i)/time.Duration(sessions)); err != nil {
			return err
		}
		all[i], err = w.talk(ctx, turns)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []pair
	for _, p := range all {
		out = append(out, p...)
	}
	return out, nil
}

func (w *world) talk(ctx context.Context, turns int) (out []pair, err error) {
	c := w.call("And then?")
	defer c.hangUp()
	sound := pcm.AppendBytes(nil, w.speech[:int(said.Seconds()*16000)])
	for range turns {
		ours, err := c.exchange(ctx)
		if err != nil {
			return nil, err
		}
		bare, err := w.control(ctx, sound)
		if err != nil {
			return nil, err
		}
		out = append(out, pair{ours, bare})
	}
	return out, nil
}

// exchange is from "done" to the first sound.
func (c *caller) exchange(ctx context.Context) (time.Duration, error) {
	if err := c.until(ctx, "listening", c.listening); err != nil {
		return 0, err
	}
	c.speak(true)
	if err := sleep(ctx, said); err != nil {
		return 0, err
	}
	c.mu.Lock()
	before := c.gen
	c.mu.Unlock()
	pressed := time.Now()
	c.s.Do(session.Command{Do: session.Commit})
	c.speak(false)
	err := c.until(ctx, "a reply", func() bool { return c.gen > before })
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.first.Sub(pressed), err
}
