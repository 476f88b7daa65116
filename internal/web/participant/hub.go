package participant

import (
	"context"
	"errors"
	"sync"

	"github.com/usercall/usercall/internal/voice/session"
)

// Why a session ends from outside; the cause of its context.
var (
	errTakenOver  = errors.New("the interview was opened somewhere else")
	errRestarting = session.ErrRestarting
	errBroken     = errors.New("the spoken interview broke off; it can be taken up again")
	errFull       = errors.New("as many interviews are spoken as this server can follow")
)

// hub knows the open socket of each invite: one at a time, the newest. And it
// knows the spoken interviews that run, which outlive a socket for a while.
type hub struct {
	mu     sync.Mutex
	open   map[int64]*place
	calls  map[int64]*call
	most   int // calls at once
	closed bool
}

// place is one session's hold on its invite.
type place struct{ end context.CancelCauseFunc }

func newHub(mostCalls int) *hub {
	return &hub{open: map[int64]*place{}, calls: map[int64]*call{}, most: mostCalls}
}

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

// call is the spoken interview of an invite; nil where none runs.
func (h *hub) call(invite int64) *call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls[invite]
}

// full tells whether no more interviews can be spoken now.
func (h *hub) full() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.calls) >= h.most
}

// join is the call of an invite. Where none runs, the new one is the caller's to
// begin; everybody else waits for that.
func (h *hub) join(invite int64) (c *call, first bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch c := h.calls[invite]; {
	case h.closed:
		return nil, false, errRestarting
	case c != nil:
		return c, false, nil
	case len(h.calls) >= h.most:
		return nil, false, errFull
	}
	c = newCall()
	h.calls[invite] = c
	return c, true, nil
}

// forget makes room for another call of the invite.
func (h *hub) forget(invite int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.calls, invite)
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, p := range h.open {
		p.end(errRestarting)
	}
	for _, c := range h.calls {
		c.end(errRestarting)
	}
}
