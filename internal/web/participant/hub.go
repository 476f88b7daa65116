package participant

import (
	"context"
	"errors"
	"sync"
)

// Why a session ends from outside; the cause of its context.
var (
	errTakenOver  = errors.New("the interview was opened somewhere else")
	errRestarting = errors.New("the server restarts")
)

// hub knows the open socket of each invite: one at a time, the newest.
type hub struct {
	mu     sync.Mutex
	open   map[int64]*place
	closed bool
}

// place is one session's hold on its invite.
type place struct{ end context.CancelCauseFunc }

func newHub() *hub { return &hub{open: map[int64]*place{}} }

// enter ends the session that holds the invite, if any, and puts a new one in
// its place. The returned function gives the place up; false: we are closing.
func (h *hub) enter(invite int64, end context.CancelCauseFunc) (leave func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, false
	}
	if old := h.open[invite]; old != nil {
		old.end(errTakenOver)
	}
	p := &place{end}
	h.open[invite] = p
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.open[invite] == p {
			delete(h.open, invite)
		}
	}, true
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, p := range h.open {
		p.end(errRestarting)
	}
}
