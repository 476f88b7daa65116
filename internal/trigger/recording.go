package trigger

import (
	"cmp"
	"hash/maphash"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Recording is events of one project on their way into a replay, in any order.
// Of an event that no rule looks at it keeps 48 bytes where it says who is who,
// else only that it was there.
type Recording struct {
	Last  time.Time // of any event
	Count int       // of events, repeated ones too

	needs func(*research.Event) bool
	kept  []recorded
	pairs map[pair]*pair // each once
	again again
}

// recorded is an event that is kept.
type recorded struct {
	at    int64
	place place
	event *research.Event // nil: only who is who
	pair  *pair
}

type pair struct {
	user research.UserID
	anon research.AnonymousID
}

// place is where an event stands in the order of receipt.
type place struct{ received, line int64 }

func (p place) compare(o place) int {
	return cmp.Or(cmp.Compare(p.received, o.received), cmp.Compare(p.line, o.line))
}

// NewRecording keeps of each event what needs tells.
func NewRecording(needs func(*research.Event) bool) *Recording {
	return &Recording{needs: needs, pairs: map[pair]*pair{}, again: newAgain()}
}

// Add takes an event. Its order of receipt is that of ReceivedAt, then of Add.
func (r *Recording) Add(e *research.Event) {
	r.Count++
	if e.Timestamp.After(r.Last) {
		r.Last = e.Timestamp
	}
	at := place{e.ReceivedAt.UnixNano(), int64(r.Count)}
	r.again.add(e, at)
	switch {
	case r.needs(e):
		e.Seq = at.line
		r.kept = append(r.kept, recorded{at: e.Timestamp.UnixMilli(), place: at, event: e})
	case e.UserID != "" && e.AnonymousID != "":
		r.kept = append(r.kept, recorded{at: e.Timestamp.UnixMilli(), place: at, pair: r.paired(e)})
	}
}

func (r *Recording) paired(e *research.Event) *pair {
	key := pair{e.UserID, e.AnonymousID}
	if p := r.pairs[key]; p != nil {
		return p
	}
	r.pairs[key] = &key
	return &key
}

// Play gives the events to apply, those that repeat another left out, in the
// order of their times and then of receipt, which becomes their Seq.
func (r *Recording) Play(apply func(*research.Event) error) error {
	out := r.again.repeats()
	r.kept = slices.DeleteFunc(r.kept, func(k recorded) bool { return out[k.place.line] })
	slices.SortFunc(r.kept, func(a, b recorded) int { return a.place.compare(b.place) })
	for i := range r.kept {
		r.kept[i].place = place{line: int64(i + 1)}
	}
	slices.SortFunc(r.kept, func(a, b recorded) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.place.line, b.place.line))
	})
	for i := range r.kept {
		if err := apply(r.kept[i].whole()); err != nil {
			return err
		}
	}
	return nil
}

// whole is the event; of one of which only the ids are known, a stand-in that no
// rule looks at.
func (k *recorded) whole() *research.Event {
	e := k.event
	if e == nil {
		e = &research.Event{UserID: k.pair.user, AnonymousID: k.pair.anon, Timestamp: time.UnixMilli(k.at).UTC()}
	}
	e.Seq = k.place.line
	return e
}

// again finds events of the same messageId. One is told from another by hashes of
// 128 and 64 bits.
type again struct {
	seeds [2]maphash.Seed
	seen  map[[2]uint64]version
	twice map[[2]uint64][]version
}

// version is one of several events with the same messageId.
type version struct {
	place
	print  uint64 // of what a forger would have to change
	signed bool
}

func newAgain() again {
	return again{[2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, map[[2]uint64]version{}, map[[2]uint64][]version{}}
}

func (a *again) add(e *research.Event, at place) {
	if e.MessageID == "" {
		return
	}
	id := [2]uint64{maphash.String(a.seeds[0], e.MessageID), maphash.String(a.seeds[1], e.MessageID)}
	v := version{at, a.print(e), e.Signed}
	first, known := a.seen[id]
	switch {
	case !known:
		a.seen[id] = v
	case len(a.twice[id]) == 0:
		a.twice[id] = []version{first, v}
	default:
		a.twice[id] = append(a.twice[id], v)
	}
}

func (a *again) print(e *research.Event) uint64 {
	return maphash.Comparable(a.seeds[0], [4]string{string(e.Type), e.Name, string(e.UserID), string(e.AnonymousID)})
}

// repeats is the lines of the events that repeat one received before: one that
// is not signed never suppresses a signed one that differs.
func (a *again) repeats() map[int64]bool {
	out := map[int64]bool{}
	for _, versions := range a.twice {
		slices.SortFunc(versions, func(x, y version) int { return x.compare(y.place) })
		var stand []version
		for _, v := range versions {
			if slices.ContainsFunc(stand, func(s version) bool { return s.print == v.print || s.signed || !v.signed }) {
				out[v.line] = true
				continue
			}
			stand = append(stand, v)
		}
	}
	return out
}
