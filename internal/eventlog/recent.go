package eventlog

import (
	"cmp"
	"slices"
)

// Recent is the heads of the events that no run indexes yet, with what is asked
// of them for every new event.
type Recent struct {
	First    int64 // number of the first one
	heads    []Head
	before   []chain        // by place
	messages map[Hash]int32 // message key to the place of its last event
	users    map[Hash]int32 // userIds, and
	browsers map[Hash]int32 // anonymousIds, to the place of the last event that they stand in
}

// chain is the places of the events before this one that share something with
// it; -1 is none.
type chain struct{ message, user, anon, prev int32 }

// NewRecent is empty; the next event is number first.
func NewRecent(first int64) *Recent {
	return &Recent{First: first, messages: map[Hash]int32{}, users: map[Hash]int32{}, browsers: map[Hash]int32{}}
}

// Next is the number of the event after the last one.
func (r *Recent) Next() int64 { return r.First + int64(len(r.heads)) }

// Len is how many events it holds.
func (r *Recent) Len() int { return len(r.heads) }

// Heads is the heads, by number from First on. The caller must not change them.
func (r *Recent) Heads() []Head { return r.heads }

// Add appends the head of the event with the next number.
func (r *Recent) Add(h Head) {
	place, c := int32(len(r.heads)), chain{-1, -1, -1, -1}
	if h.Project != 0 {
		c.message, c.user, c.anon = push(r.messages, h.Key(), place), push(r.users, h.User, place), push(r.browsers, h.Anon, place)
		if h.Prev != h.Anon {
			c.prev = push(r.browsers, h.Prev, place)
		}
	}
	r.heads, r.before = append(r.heads, h), append(r.before, c)
}

// push makes a place the last one of a hash, and returns the one before.
func push(last map[Hash]int32, h Hash, place int32) int32 {
	if h == 0 {
		return -1
	}
	before, ok := last[h]
	last[h] = place
	if !ok {
		return -1
	}
	return before
}

// pop undoes push.
func pop(last map[Hash]int32, h Hash, before int32) {
	switch {
	case h == 0:
	case before >= 0:
		last[h] = before
	default:
		delete(last, h)
	}
}

// Change gives an event that is there other flags.
func (r *Recent) Change(seq int64, flags uint32) {
	if place := seq - r.First; place >= 0 && place < int64(len(r.heads)) {
		r.heads[place].Flags = flags
	}
}

// Cut takes out what was added after the first n events.
func (r *Recent) Cut(n int) {
	for place := len(r.heads) - 1; place >= n; place-- {
		h, c := &r.heads[place], r.before[place]
		if h.Project == 0 {
			continue
		}
		if h.Prev != h.Anon {
			pop(r.browsers, h.Prev, c.prev)
		}
		pop(r.browsers, h.Anon, c.anon)
		pop(r.users, h.User, c.user)
		pop(r.messages, h.Key(), c.message)
	}
	r.heads, r.before = r.heads[:n], r.before[:n]
}

// Skip makes Next the number to, where numbers in between were never given.
func (r *Recent) Skip(to int64) {
	if len(r.heads) == 0 {
		r.First = max(r.First, to)
		return
	}
	for r.Next() < to {
		r.Add(Head{})
	}
}

// Message tells whether an event of the same message is there for which is
// holds.
func (r *Recent) Message(h *Head, is func(earlier *Head, seq int64) bool) bool {
	place, ok := r.messages[h.Key()]
	for ; ok && place >= 0; place = r.before[place].message {
		if earlier := &r.heads[place]; earlier.Message == h.Message && is(earlier, r.First+int64(place)) {
			return true
		}
	}
	return false
}

// Saw tells whether an event stood under that anonymousId.
func (r *Recent) Saw(browser Hash) bool {
	_, ok := r.browsers[browser]
	return ok
}

// Find is the entries of a user or a browser, in order.
func (r *Recent) Find(h Hash) (found []Entry) {
	at := func(place int32) Entry {
		e := Entry{Hash: h, At: r.heads[place].At, Seq: r.First + int64(place)}
		if head := &r.heads[place]; head.Anon == h || head.Prev == h {
			e.User = head.Tag()
		}
		return e
	}
	place, ok := r.users[h]
	for ; ok && place >= 0; place = r.before[place].user {
		found = append(found, at(place))
	}
	place, ok = r.browsers[h]
	for ok && place >= 0 {
		found = append(found, at(place))
		if c := r.before[place]; r.heads[place].Anon == h {
			place = c.anon
		} else {
			place = c.prev
		}
	}
	slices.SortFunc(found, func(a, b Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	return slices.CompactFunc(found, func(a, b Entry) bool { return a.Seq == b.Seq })
}

// Seal takes out the first n events, which a run indexes from now on.
func (r *Recent) Seal(n int) *Recent {
	rest := NewRecent(r.First + int64(n))
	for _, h := range r.heads[n:] {
		rest.Add(h)
	}
	return rest
}
