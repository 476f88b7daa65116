package sdk

import (
	"hash/maphash"
	"net/http"
	"sync"
	"time"

	"github.com/usercall/usercall/internal/ingest"
	"github.com/usercall/usercall/internal/research"
)

// limits bounds what a public key can be made to do by whoever has it:
// reliability.md §4.4. They are counted in memory, so a restart forgives, and a
// project that is open has none.
type limits struct {
	events *ingest.Limiter // of a project's pages together
	polls  *ingest.Limiter // of one browser

	mu      sync.Mutex
	seed    maphash.Seed // addresses are never kept, and not to be compared from day to day
	day     time.Time
	invites map[uint64]int // of people without a userId, by address
}

// anonymousInvites is how many invites a day people without a userId get at one
// address.
const anonymousInvites = 20

func newLimits(rate, burst int) *limits {
	return &limits{events: ingest.NewLimiter(rate, burst), polls: ingest.NewLimiter(pollsPerSecond, pollBurst)}
}

// How often a browser may ask what is open for its ticket.
const (
	pollsPerSecond = 1
	pollBurst      = 10
)

// tooFast is a Quota error that says when to come back.
type tooFast struct {
	err  *research.Error
	wait int // seconds
}

func (e tooFast) Error() string { return e.err.Error() }
func (e tooFast) Unwrap() error { return e.err }

// RetryAfter implements what httpkit asks of an error.
func (e tooFast) RetryAfter() time.Duration { return time.Duration(e.wait) * time.Second }

// admit refuses what the pages of a project bring beyond its limit.
func (c Config) admit(v visitor, events int, now time.Time) error {
	if v.project.Open {
		return nil
	}
	if wait := c.limits.events.Take(v.project.Key, max(1, events), now); wait > 0 {
		return tooFast{research.Errorf(research.Quota, "The pages of this project bring more events than they may. Send them again in %d seconds.", wait), wait}
	}
	return nil
}

// admitPoll refuses a browser that asks without end.
func (c Config) admitPoll(v visitor, now time.Time) error {
	if v.project.Open {
		return nil
	}
	if v.ticket == nil || v.browser != "" { // a ticket is made up easily, and ids are looked for in the log
		if err := c.admit(v, 1, now); err != nil || v.ticket == nil {
			return err
		}
	}
	if wait := c.limits.polls.Take(string(v.ticket), 1, now); wait > 0 {
		return tooFast{research.Errorf(research.Quota, "This browser asks too often. Ask again in %d seconds.", wait), wait}
	}
	return nil
}

// hush keeps the events of people without a userId from inviting anybody, where
// their address has had its share of invites.
func (c Config) hush(r *http.Request, v visitor, events []research.Event, now time.Time) {
	if v.project.Open || !c.limits.spent(c.Address(r), now) {
		return
	}
	for i := range events {
		events[i].Quiet = events[i].Quiet || events[i].UserID == ""
	}
}

// invited counts an invite that an address was just given.
func (l *limits) invited(address string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.invites[l.key(address, now)]++
}

func (l *limits) spent(address string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.invites[l.key(address, now)] >= anonymousInvites
}

// key is a keyed hash of an address, with another key each day. The caller holds mu.
func (l *limits) key(address string, now time.Time) uint64 {
	if day := now.UTC().Truncate(24 * time.Hour); l.invites == nil || !day.Equal(l.day) {
		l.seed, l.day, l.invites = maphash.MakeSeed(), day, map[uint64]int{}
	}
	return maphash.String(l.seed, address)
}
