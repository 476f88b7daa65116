package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// finding is what one drive found out.
type finding struct {
	took      time.Duration
	latencies []float64 // ms, one a request, sorted
	late      int       // open loop: requests that were due while no connection was free
}

// drive sends every body once over n connections and stops at the first error.
//
// With due, an open loop: request i is due so long after the start, whether or
// not the server keeps up, and its latency counts from there, so that a stall is
// charged to everybody who waited behind it. Without, a closed one: each
// connection sends as soon as it has its answer.
func drive(ctx context.Context, s *subject, bodies [][]byte, n int, due []time.Duration) (finding, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	f := finding{latencies: make([]float64, len(bodies))}
	var next, late atomic.Int64
	var wait sync.WaitGroup
	senders, err := dialAll(ctx, s, n)
	if err != nil {
		return f, err
	}
	start := time.Now()
	for _, conn := range senders {
		wait.Go(func() {
			defer conn.close()
			for i := next.Add(1) - 1; i < int64(len(bodies)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				from := time.Now()
				if due != nil {
					from = start.Add(due[i])
					if !sleepUntil(from) {
						late.Add(1)
					}
				}
				if err := conn.send(bodies[i]); err != nil {
					fail(err)
				}
				f.latencies[i] = milliseconds(time.Since(from))
			}
		})
	}
	wait.Wait()
	f.took, f.late = time.Since(start), int(late.Load())
	slices.Sort(f.latencies)
	return f, context.Cause(ctx)
}

func dialAll(ctx context.Context, s *subject, n int) ([]*sender, error) {
	var all []*sender
	for range n {
		c, err := dial(ctx, s.addr, s.key)
		if err != nil {
			for _, open := range all {
				open.close()
			}
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// sleepUntil tells whether the moment was still to come.
func sleepUntil(t time.Time) bool {
	left := time.Until(t)
	time.Sleep(left)
	return left > 0
}

// poisson is when n requests are due that arrive independently of each other,
// rate of them a second.
func poisson(n int, rate float64, seed uint64) []time.Duration {
	r := rand.New(rand.NewPCG(seed, 7))
	due := make([]time.Duration, n)
	at := 0.0
	for i := range due {
		at += r.ExpFloat64() / rate
		due[i] = time.Duration(at * float64(time.Second))
	}
	return due
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
