package session

import (
	"context"
	"sync"
	"time"
)

// slice is how much voice time is reserved at once, in seconds, where an interview
// takes more than all of it should: asking for each sentence would cost more than
// it saves.
const slice = 60

// purse is the voice time that was reserved and not used. It is used by many.
type purse struct {
	reserve func(ctx context.Context, seconds int) error // nil: no limit
	whole   time.Duration                                // what an interview may take: reserved at first, so that one that began can finish

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
		more := max(slice*time.Second, p.whole, d+time.Second-1).Truncate(time.Second)
		if err := p.reserve(ctx, int(more/time.Second)); err != nil {
			return err
		}
		p.left += more
		p.whole = 0
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
