package ingest

import (
	"cmp"
	"math"
	"sync"
	"time"
)

// What a public key may bring: reliability.md §4.4.
const (
	DefaultEventsPerSecond = 1000
	DefaultBurst           = 10_000
)

// Limiter is a bucket of tokens for each key, one token an event. It remembers
// maxBuckets keys, and then forgives all of them.
type Limiter struct {
	rate, burst float64
	mu          sync.Mutex
	buckets     map[string]*bucket
}

// maxBuckets bounds the memory of a Limiter, whose keys may be strangers'.
const maxBuckets = 100_000

type bucket struct {
	tokens float64 // below zero after a batch larger than the burst
	at     time.Time
}

// NewLimiter lets through rate events a second, after up to burst at once; 0 is
// the default of each.
func NewLimiter(rate, burst int) *Limiter {
	return &Limiter{rate: float64(cmp.Or(rate, DefaultEventsPerSecond)), burst: float64(cmp.Or(burst, DefaultBurst)), buckets: map[string]*bucket{}}
}

// Take takes n tokens and answers 0, or takes none and answers in how many
// seconds there will be enough. More than the burst are had from a full bucket,
// which then owes the rest: otherwise nobody could ever send them.
func (l *Limiter) Take(key string, n int, now time.Time) (wait int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		if len(l.buckets) >= maxBuckets {
			clear(l.buckets)
		}
		b = &bucket{tokens: l.burst, at: now}
		l.buckets[key] = b
	}
	if passed := now.Sub(b.at).Seconds(); passed > 0 {
		b.tokens, b.at = min(l.burst, b.tokens+passed*l.rate), now
	}
	if missing := min(float64(n), l.burst) - b.tokens; missing > 0 {
		return max(1, int(math.Ceil(missing/l.rate)))
	}
	b.tokens -= float64(n)
	return 0
}
