package session

import (
	"context"
	"sync"
	"time"
)

// slice is how much voice time is reserved at once, in seconds: asking for each
// sentence would cost more than it saves.
const slice = 60

// purse is the voice time that was reserved and not used. It is used by many.
type purse struct {
	reserve func(ctx context.Context, seconds int) error // nil: no limit

	mu   sync.Mutex
	left time.Duration
}

// take takes voice time before a service is asked, and reserves more where it is
// not enough.
func (p *purse) take(ctx context.Context, d time.Duration) error {
	if p.reserve == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left < d {
		more := max(slice, int((d+time.Second-1)/time.Second))
		if err := p.reserve(ctx, more); err != nil {
			return err
		}
		p.left += time.Duration(more) * time.Second
	}
	p.left -= d
	return nil
}

// rest is what is left, in whole seconds.
func (p *purse) rest() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int(p.left / time.Second)
}
