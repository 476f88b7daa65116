package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
)

// load is what a server is sent in one run.
type load struct {
	size   int // events in a batch
	events int
	conns  int
	rate   float64 // requests a second, open loop; 0 is a closed one
	hit    float64 // share of track events that make a trigger fire
	from   browsers
	seed   uint64
}

// people is how many persons the events of a run are of.
const people = 20_000

// result is what one run cost and how it felt.
type result struct {
	rate     float64 // events a second, acknowledged
	cpu      float64 // µs an event, of all the server's processes, settled
	p50, p99 float64 // ms until a request was answered
	written  float64 // bytes an event handed to the disk, with what was rewritten
	kept     float64 // bytes an event by which the data grew
	memory   float64 // MiB, settled
	settled  float64 // seconds from the last answer until all was decided and the server quiet
	left     float64 // events that were not decided by then: the server did not keep up
	late     float64 // share of the open loop that had to wait for a connection
}

// measure sends one load and checks that it was stored. A run with an error, or
// in which an acknowledged event is not there exactly once, has no result.
func (l *lab) measure(ctx context.Context, s *subject, c load) (result, error) {
	r, err := l.run(ctx, s, c)
	if err != nil {
		err = errors.Join(err, s.server.epitaph())
	}
	return r, err
}

func (l *lab) run(ctx context.Context, s *subject, c load) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	began := time.Now()
	m := mix{seed: c.seed, run: fmt.Sprintf("%x", began.UnixNano()), hit: c.hit, from: c.from, now: began.UTC(), users: people}
	all := m.events(l.scale.warmUp + c.events)
	if _, err := drive(ctx, s, batches(all[:l.scale.warmUp], c.size, m.now), c.conns, nil); err != nil {
		return result{}, fmt.Errorf("warm-up: %w", err)
	}
	if err := l.drain(ctx, s); err != nil {
		return result{}, err
	}
	r, err := l.weigh(ctx, s, c, batches(all[l.scale.warmUp:], c.size, m.now))
	if err != nil {
		return result{}, err
	}
	return r, storedOnce(ctx, s, m.run, len(all), began)
}

// weigh sends bodies and compares the server before with the server after.
func (l *lab) weigh(ctx context.Context, s *subject, c load, bodies [][]byte) (result, error) {
	var due []time.Duration
	if c.rate > 0 {
		due = poisson(len(bodies), c.rate, c.seed)
	}
	keptBefore, err := s.size(ctx)
	if err != nil {
		return result{}, err
	}
	runtime.GC() // ours, now rather than while the server works
	before, err := s.usage()
	if err != nil {
		return result{}, err
	}
	f, err := drive(ctx, s, bodies, c.conns, due)
	if err != nil {
		return result{}, err
	}
	settled, left, err := l.settle(ctx, s)
	if err != nil {
		return result{}, err
	}
	after, errUsage := s.usage()
	keptAfter, errKept := s.size(ctx)
	spent, n := after.minus(before), float64(c.events)
	return result{
		rate: n / f.took.Seconds(), cpu: float64(spent.cpu.Microseconds()) / n,
		p50: quantile(f.latencies, 0.50), p99: quantile(f.latencies, 0.99),
		written: float64(spent.written) / n, kept: float64(keptAfter-keptBefore) / n,
		memory: mib(after.rss), settled: settled.Seconds(), left: float64(left), late: float64(f.late) / float64(len(bodies)),
	}, errors.Join(errUsage, errKept)
}

const (
	quietFor = 500 * time.Millisecond
	quietCPU = 20 * time.Millisecond // in that time: what polling and timers take
)

// quietTimes spans more than the second at which usercall tidies its log.
const quietTimes = 3

// settle waits until every event has met the triggers and the server has been
// quiet some times in a row, so that work left for after the answer is counted too.
// It returns how long that took, and how many events were still undecided when it
// had waited long enough.
func (l *lab) settle(ctx context.Context, s *subject) (took time.Duration, left int, err error) {
	began, quiet := time.Now(), 0
	last, err := s.usage()
	for err == nil && quiet < quietTimes && time.Since(began) < time.Duration(l.scale.settleFor)*time.Second {
		var now usage
		err = pause(ctx, quietFor)
		if err == nil && s.undecided != nil {
			left, err = s.undecided(ctx)
		}
		if err == nil {
			now, err = s.usage()
		}
		if quiet++; left > 0 || now.cpu-last.cpu > quietCPU {
			quiet = 0
		}
		last = now
	}
	return time.Since(began) - time.Duration(quiet)*quietFor, left, err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
