package participant

import "sync"

// crowd counts what an address has open at once.
type crowd struct {
	mu   sync.Mutex
	open map[string]int
}

func newCrowd() *crowd { return &crowd{open: map[string]int{}} }

// enter counts one more and says how many there are now; leave takes it away.
func (c *crowd) enter(address string) (n int, leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[address]++
	return c.open[address], sync.OnceFunc(func() { c.leave(address) })
}

func (c *crowd) leave(address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[address]--; c.open[address] <= 0 {
		delete(c.open, address)
	}
}
