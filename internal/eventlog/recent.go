package eventlog

// Recent is the heads of the events that no run indexes yet, with what is asked
// of them for every new event.
type Recent struct {
	First    int64 // number of the first one
	heads    []Head
	before   []int32         // by place: the place of the message's earlier event, or -1
	messages map[Hash]int32  // message key to the place of its last event
	browsers map[Hash]uint32 // anonymousIds that stand in an event, to how many events
}

// NewRecent is empty; the next event is number first.
func NewRecent(first int64) *Recent {
	return &Recent{First: first, messages: map[Hash]int32{}, browsers: map[Hash]uint32{}}
}

// Next is the number of the event after the last one.
func (r *Recent) Next() int64 { return r.First + int64(len(r.heads)) }

// Len is how many events it holds.
func (r *Recent) Len() int { return len(r.heads) }

// Heads is the heads, by number from First on. The caller must not change them.
func (r *Recent) Heads() []Head { return r.heads }

// Add appends the head of the event with the next number.
func (r *Recent) Add(h Head) {
	place, before := int32(len(r.heads)), int32(-1)
	if h.Project != 0 {
		if last, ok := r.messages[h.Key()]; ok {
			before = last
		}
		r.messages[h.Key()] = place
		r.saw(h.Anon)
		r.saw(h.Prev)
	}
	r.heads, r.before = append(r.heads, h), append(r.before, before)
}

// Cut takes out what was added after the first n events.
func (r *Recent) Cut(n int) {
	for place := len(r.heads) - 1; place >= n; place-- {
		h := &r.heads[place]
		if h.Project == 0 {
			continue
		}
		if before := r.before[place]; before >= 0 {
			r.messages[h.Key()] = before
		} else {
			delete(r.messages, h.Key())
		}
		r.unsee(h.Anon)
		r.unsee(h.Prev)
	}
	r.heads, r.before = r.heads[:n], r.before[:n]
}

func (r *Recent) unsee(browser Hash) {
	if browser == 0 {
		return
	}
	if r.browsers[browser]--; r.browsers[browser] == 0 {
		delete(r.browsers, browser)
	}
}

func (r *Recent) saw(browser Hash) {
	if browser != 0 {
		r.browsers[browser]++
	}
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
func (r *Recent) Message(h *Head, is func(earlier *Head) bool) bool {
	place, ok := r.messages[h.Key()]
	for ; ok && place >= 0; place = r.before[place] {
		if earlier := &r.heads[place]; earlier.Message == h.Message && is(earlier) {
			return true
		}
	}
	return false
}

// Saw tells whether an event stood under that anonymousId.
func (r *Recent) Saw(browser Hash) bool { return r.browsers[browser] > 0 }

// Find is the entries of a user or a browser.
func (r *Recent) Find(h Hash) (found []Entry) {
	if h == 0 {
		return nil
	}
	for i := range r.heads {
		if head := &r.heads[i]; head.User == h || head.Anon == h || head.Prev == h {
			found = append(found, Entry{h, head.At, r.First + int64(i)})
		}
	}
	return found
}

// Seal takes out the first n events, which a run indexes from now on.
func (r *Recent) Seal(n int) *Recent {
	rest := NewRecent(r.First + int64(n))
	for _, h := range r.heads[n:] {
		rest.Add(h)
	}
	return rest
}
