package trigger

import (
	"cmp"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Run is what one trigger remembers of one person: how far the steps came, when
// the events happened that its counts, did, did_not and absent look at, and the
// matches whose moment of decision is still to come. It holds times and ids, and
// nothing of what an event said.
type Run struct {
	Last    []Point   // by step, the latest point at which steps 0 to i were completed
	Marks   [][]Point // by slot, events that satisfied it, in order
	Pending []Match   // in the order of their events
}

// Point is a place in the order of a person's events: its time, ties by receipt.
type Point struct {
	At  int64 // Unix milliseconds
	Seq int64 // order of receipt; 0: no point
}

// PointOf is the place of an event.
func PointOf(e *research.Event) Point { return Point{e.Timestamp.UnixMilli(), e.Seq} }

func (p Point) compare(o Point) int {
	return cmp.Or(cmp.Compare(p.At, o.At), cmp.Compare(p.Seq, o.Seq))
}

func (p Point) before(o Point) bool { return p.compare(o) < 0 }

// Match is an event that satisfied a trigger, with what its decision needs when
// the event is long gone.
type Match struct {
	Point            // of the event
	Due       int64  // when it stands: At, or At and the for of absent; Unix milliseconds
	Received  int64  // Unix milliseconds
	MessageID string // of the event
	EventName string
	Proved    bool   // who it was about can be believed
	Ticket    []byte // of the browser that sent it; nil: none
}

func (r *Rule) matchOf(e *research.Event) Match {
	m := Match{Point: PointOf(e), Received: e.ReceivedAt.UnixMilli(), MessageID: e.MessageID, EventName: e.Name,
		Proved: e.Proved(), Ticket: e.TicketHash}
	m.Due = m.At
	if r.Absent != nil {
		m.Due += r.Absent.For.Milliseconds()
	}
	return m
}

// Moment is when a match is decided.
func (r *Rule) Moment(m *Match) time.Time {
	return time.UnixMilli(m.Due).Add(r.Delay).UTC()
}

// takeUp is when a running server decides a match: at its moment, but for one
// that waited not before late deliveries had time to arrive.
func (r *Rule) takeUp(m *Match, grace time.Duration) time.Time {
	if r.Absent == nil {
		return r.Moment(m)
	}
	return time.UnixMilli(m.Due).Add(max(r.Delay, grace)).UTC()
}

// NextAt is when the first pending match is to be taken up; the zero time where
// none is.
func (r *Rule) NextAt(run *Run, grace time.Duration) (next time.Time) {
	for i := range run.Pending {
		if at := r.takeUp(&run.Pending[i], grace); next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}

// TakeUp removes the pending matches that are to be decided by now and returns
// them in the order of their events.
func (r *Rule) TakeUp(run *Run, now time.Time, grace time.Duration) (ripe []Match) {
	rest := run.Pending[:0]
	for _, m := range run.Pending {
		if r.takeUp(&m, grace).After(now) {
			rest = append(rest, m)
			continue
		}
		ripe = append(ripe, m)
	}
	run.Pending = rest
	return ripe
}

// Empty tells whether nothing is remembered.
func (run *Run) Empty() bool {
	return len(run.Pending) == 0 && !slices.ContainsFunc(run.Last, func(p Point) bool { return p.Seq != 0 }) &&
		!slices.ContainsFunc(run.Marks, func(m []Point) bool { return len(m) > 0 })
}

// Stateless tells whether a match follows from its event alone and is decided at
// once, so that nothing is remembered of anybody.
func (r *Rule) Stateless() bool {
	return len(r.Steps) == 1 && r.Steps[0].Times <= 1 && r.Absent == nil && len(r.Did) == 0 && len(r.DidNot) == 0 && r.Delay == 0
}

// The slots whose events are remembered one by one.
const (
	slotOn = iota
	slotAbsent
	slotMatch // that began a wait
	slotDid   // and those of did_not behind
)

func (r *Rule) slots() int { return slotDid + len(r.Did) + len(r.DidNot) }

// grow makes room for what the rule remembers.
func (run *Run) grow(r *Rule) {
	if len(run.Last) < len(r.Steps) {
		run.Last = append(run.Last, make([]Point, len(r.Steps)-len(run.Last))...)
	}
	if n := r.slots(); len(run.Marks) < n {
		run.Marks = append(run.Marks, make([][]Point, n-len(run.Marks))...)
	}
}

// drop forgets a pending match: the first one, as a rule.
func (run *Run) drop(seq int64) {
	if len(run.Pending) > 0 && run.Pending[0].Seq == seq {
		run.Pending = run.Pending[1:]
		return
	}
	run.Pending = slices.DeleteFunc(run.Pending, func(m Match) bool { return m.Seq == seq })
}
