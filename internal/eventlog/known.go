package eventlog

// News is what an event may say about who somebody is, as far as its head and
// those before it tell.
type News int

const (
	// Seen: its anonymousId stood in an event before, so somebody may be linked
	// to it, or wait to be.
	Seen News = 1 << iota
	// Linking: it may join an anonymousId to another user than the last event did.
	Linking
	// Person: whom it belongs to is new, or was not seen for a while.
	Person
	// Aliased: its userId was folded into another one.
	Aliased
)

// Known remembers what recent events said about who is who, so that an event
// that says the same again need not be looked at. It forgets what is old, and
// then calls news what is none; the other way round never.
type Known struct {
	links   memory[Hash] // anonymousId to the user it last stood with
	people  memory[span]
	aliases map[Hash]bool // userIds that an alias folded into another
}

// span is when somebody was first and last seen, as far as the store was told.
type span struct{ first, last int64 }

// SeenStep is how much later somebody must be seen for it to be news, in
// milliseconds.
const SeenStep = 10 * 60 * 1000

// NewKnown knows nobody but the userIds that are aliases of others.
func NewKnown(aliases []Hash) *Known {
	k := &Known{aliases: map[Hash]bool{}}
	for _, h := range aliases {
		k.aliases[h] = true
	}
	return k
}

// Learn takes up an event and tells what of it is news. seen tells whether an
// anonymousId stood in an earlier event.
func (k *Known) Learn(h *Head, seen func(Hash) bool) (news News) {
	if k.Aliased(h.User) {
		news |= Aliased
	}
	if h.Anon != 0 && seen(h.Anon) {
		news |= Seen
	}
	if h.User != 0 && h.Anon != 0 {
		if last, ok := k.links.get(h.Anon); news&Seen != 0 && (!ok || last != h.User) {
			news |= Linking
		}
		k.links.put(h.Anon, h.User)
	}
	k.alias(h)
	if k.person(h) {
		news |= Person
	}
	return news
}

func (k *Known) person(h *Head) (news bool) {
	key := h.User
	if key == 0 {
		key = h.Anon
	}
	was, ok := k.people.get(key)
	if ok && h.At >= was.first && h.At <= was.last+SeenStep {
		return false
	}
	if !ok {
		was = span{h.At, h.At}
	}
	k.people.put(key, span{min(was.first, h.At), max(was.last, h.At)})
	return true
}

// Follow takes up an event that another process stored.
func (k *Known) Follow(h *Head) {
	if h.User != 0 && h.Anon != 0 {
		k.links.put(h.Anon, h.User)
	}
	k.alias(h)
}

// alias remembers that a userId may be folded into another one from now on;
// whether it is, the links say.
func (k *Known) alias(h *Head) {
	if h.Prev != 0 {
		k.aliases[h.Prev.asOther()] = true
	}
}

// Aliased tells whether a userId may be folded into another one.
func (k *Known) Aliased(user Hash) bool { return k.aliases[user] }

// memory keeps at least the last maxKnown values, and forgets the oldest in bulk.
type memory[V any] struct{ young, old map[Hash]V }

const maxKnown = 100_000

func (m *memory[V]) get(h Hash) (V, bool) {
	if v, ok := m.young[h]; ok {
		return v, true
	}
	v, ok := m.old[h]
	if ok {
		m.put(h, v)
	}
	return v, ok
}

func (m *memory[V]) put(h Hash, v V) {
	if m.young == nil || len(m.young) >= maxKnown {
		m.old, m.young = m.young, map[Hash]V{}
	}
	m.young[h] = v
}
