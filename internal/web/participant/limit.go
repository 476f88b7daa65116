package participant

import (
	"sync"
	"time"
)

// limiter counts uses of a key in windows of time. It forgets everything at the
// end of each window, so its memory is bounded by what one window brings, and a
// restart forgives: it is there against loops, not against theft.
type limiter struct {
	most   int
	window time.Duration

	mu    sync.Mutex
	since time.Time
	used  map[string]int
}

func newLimiter(most int, window time.Duration) *limiter {
	return &limiter{most: most, window: window, used: map[string]int{}}
}

// allow counts one use, unless the key has had all of them.
func (l *limiter) allow(key string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if gone := now.Sub(l.since); gone >= l.window || gone < 0 {
		l.since = now
		clear(l.used)
	}
	if l.used[key] >= l.most {
		return false
	}
	l.used[key]++
	return true
}
