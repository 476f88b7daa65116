package store

import "context"

// queue is where transactions of SQLite wait that do not append events. Only the
// first of them asks for the one connection that writes, and so whoever appends
// waits for one other transaction at most, and one other for one append: the pool
// itself picks anyone who waits. A nil queue lets everybody through.
type queue chan struct{}

func (d *dialect) newQueue() queue {
	if d != sqliteDialect {
		return nil
	}
	return make(queue, 1)
}

// enter waits until it is the caller's turn.
func (q queue) enter(ctx context.Context) error {
	if q == nil {
		return nil
	}
	select {
	case q <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q queue) leave() {
	if q != nil {
		<-q
	}
}
