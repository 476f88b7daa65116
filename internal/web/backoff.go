package web

import (
	"fmt"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// backoff makes each further failure of the same key wait twice as long. It
// forgets: nobody is locked out for longer than most, whoever fails in their
// name.
type backoff struct {
	free int           // failures that cost nothing
	most time.Duration // longest wait

	mu   sync.Mutex
	keys map[string]failures
}

type failures struct {
	n    int
	last time.Time
}

// maxKeys bounds the memory. When it is full, the keys are forgotten: a flood
// of them is no reason to keep people out.
const maxKeys = 50_000

func newBackoff(free int, most time.Duration) *backoff {
	return &backoff{free: free, most: most, keys: map[string]failures{}}
}

// attempt counts an attempt as failed until it is known to have succeeded, so
// that a thousand at once are a thousand; or tells how long the key has to wait
// before it may try. Failures that lie far back no longer count.
func (b *backoff) attempt(key string, now time.Time) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.keys[key]
	if now.Sub(f.last) > 4*b.most {
		f.n = 0
	}
	if f.n >= b.free {
		pause := min(b.most, time.Second<<min(f.n-b.free, 30))
		if wait := f.last.Add(pause).Sub(now); wait > 0 {
			return wait
		}
	}
	if len(b.keys) >= maxKeys {
		clear(b.keys)
	}
	b.keys[key] = failures{f.n + 1, now}
	return 0
}

// forgive takes back the attempt that just succeeded.
func (b *backoff) forgive(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f := b.keys[key]; f.n > 1 {
		b.keys[key] = failures{f.n - 1, f.last}
		return
	}
	delete(b.keys, key)
}

// forget takes back all of a key's attempts.
func (b *backoff) forget(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.keys, key)
}

// waitError refuses an attempt that comes too soon.
type waitError struct{ time.Duration }

func (e waitError) Error() string             { return "too many attempts" }
func (e waitError) RetryAfter() time.Duration { return e.Duration }

func tooSoon(wait time.Duration) error {
	seconds := max(1, int(wait.Round(time.Second)/time.Second))
	return &research.Error{Code: research.Quota, Err: waitError{wait},
		Message: fmt.Sprintf("Too many attempts in a row. Try again in %d s, or sign in by a link.", seconds)}
}
