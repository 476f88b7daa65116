package trigger

import (
	"cmp"
	"hash/maphash"
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Recording is events of one project on their way into a replay, in any order.
// Of an event that no rule looks at it keeps 40 bytes: when it was there, and who
// it says is who. The others are bytes on a shelf, so that millions of events are
// little to the garbage collector.
type Recording struct {
	Count int // of events, repeated ones too

	keep   func(*research.Event) bool
	seed   maphash.Seed
	traces [][]trace
	kept   shelf
	users  names                           // of links
	alone  map[uint64]research.AnonymousID // by hash: those with something of their own
}

// trace is what is known of every event. Its place in the order of receipt is by
// received, then as it was added.
type trace struct {
	at, received int64  // Unix milliseconds, nanoseconds
	id           uint64 // hash of the messageId; 0: it has none
	where        uint64 // of a kept event, on the shelf; of a link, the hash of its anonymousId
	user         int32  // of a link; else one of the two below
	print        uint32 // of what a forger would have to change; see signed
}

const (
	isKept  int32 = -1
	isOther int32 = -2
)

// signed is the bit of a print that says whether the event was.
const signed uint32 = 1

const tracesInBlock = 1 << 16

// NewRecording keeps the events that keep says, as keep leaves them.
func NewRecording(keep func(*research.Event) bool) *Recording {
	kept := newShelf()
	return &Recording{keep: keep, seed: kept.seed, kept: kept, alone: map[uint64]research.AnonymousID{}}
}

// Add takes an event, which the caller may use again. Its order of receipt is that
// of ReceivedAt, then of Add.
func (r *Recording) Add(e *research.Event) {
	t := trace{at: e.Timestamp.UnixMilli(), received: nanoseconds(e.ReceivedAt), user: isOther}
	user, browser := r.hash(string(e.UserID)), r.hash(string(e.AnonymousID))
	if e.MessageID != "" {
		t.id, t.print = r.hash(e.MessageID)|1, r.print(e, user, browser)
	}
	switch {
	case r.keep(e):
		t.user, t.where = isKept, r.kept.put(e)
		r.meet(e)
	case e.UserID != "" && e.AnonymousID != "":
		t.user, t.where = r.users.number(user, string(e.UserID)), browser
	}
	if r.Count%tracesInBlock == 0 {
		r.traces = append(r.traces, make([]trace, 0, tracesInBlock))
	}
	last := &r.traces[len(r.traces)-1]
	*last = append(*last, t)
	r.Count++
}

// nanoseconds is a moment as a number, for as long as one suffices.
func nanoseconds(t time.Time) int64 {
	if t.Year() > 2261 {
		return math.MaxInt64
	}
	return t.UnixNano()
}

func (r *Recording) hash(s string) uint64 { return maphash.String(r.seed, s) }

func (r *Recording) print(e *research.Event, user, browser uint64) uint32 {
	h := user
	for _, part := range [...]uint64{browser, r.hash(string(e.Type)), r.hash(e.Name)} {
		h = bits.RotateLeft64(h, 17) ^ part
	}
	if e.Signed {
		return uint32(h) | signed
	}
	return uint32(h) &^ signed
}

// meet notes an anonymousId under which something is kept. To whom the others are
// linked can change nothing.
func (r *Recording) meet(e *research.Event) {
	id := e.AnonymousID
	if e.Type == research.Alias {
		r.alone[r.hash(e.PreviousID)] = research.AnonymousID(e.PreviousID)
	}
	if e.UserID == "" {
		r.alone[r.hash(string(id))] = id
	}
}

// playing is an event in the order of a replay.
type playing struct {
	*trace
	line int64
}

// Play gives the events to apply, those that repeat another left out, in the
// order of their times and then of receipt, which becomes their Seq. It returns
// the time of the last event, whether or not it was to be applied.
func (r *Recording) Play(apply func(*research.Event) error) (last time.Time, err error) {
	order, end := r.order()
	var e research.Event
	for i := range order {
		r.read(order[i].trace, &e)
		e.Seq = int64(i + 1)
		if err := apply(&e); err != nil {
			return last, err
		}
	}
	return time.UnixMilli(end).UTC(), nil
}

// order is what is to be applied, and the time of the last event.
func (r *Recording) order() (all []playing, last int64) {
	out := r.repeats()
	for line, t := range r.each() {
		if out[line] {
			continue
		}
		if last = max(last, t.at); r.matters(t) {
			all = append(all, playing{t, line})
		}
	}
	slices.SortFunc(all, func(a, b playing) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.received, b.received), cmp.Compare(a.line, b.line))
	})
	return all, last
}

func (r *Recording) matters(t *trace) bool {
	if t.user >= 0 {
		_, ok := r.alone[t.where]
		return ok
	}
	return t.user == isKept
}

// each goes over all events as they were added.
func (r *Recording) each() func(yield func(int64, *trace) bool) {
	return func(yield func(int64, *trace) bool) {
		line := int64(0)
		for _, block := range r.traces {
			for i := range block {
				if !yield(line, &block[i]) {
					return
				}
				line++
			}
		}
	}
}

// read makes e the event again. Of a link there are only the ids, with a type that
// no rule asks for.
func (r *Recording) read(t *trace, e *research.Event) {
	if t.user == isKept {
		r.kept.get(t.where, e)
		if _, ok := r.alone[r.hash(string(e.AnonymousID))]; !ok && e.UserID != "" {
			e.AnonymousID = ""
		}
		return
	}
	*e = research.Event{UserID: research.UserID(r.users.list[t.user]), AnonymousID: r.alone[t.where], Timestamp: time.UnixMilli(t.at).UTC()}
}
