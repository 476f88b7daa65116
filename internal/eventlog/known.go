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
	links   memory[said] // anonymousId to the user it stood with in its latest event
	people  memory[span]
	aliases map[Hash]bool // userIds that an alias folded into another
	// sealed is when the events that it was not told of ended: none of them lies
	// after, in Unix milliseconds.
	sealed int64
}

// said is the user beside an anonymousId, and when that was said.
type said struct {
	user Hash
	at   int64
}

func (s said) time() int64 { return s.at }

// span is when somebody was first and last seen, as far as the store was told.
type span struct{ first, last int64 }

func (s span) time() int64 { return s.last }

// SeenStep is how much later somebody must be seen for it to be news, in
// milliseconds.
const SeenStep = 10 * 60 * 1000

// NewKnown knows nobody but the userIds that are aliases of others. Of the events
// that it will not be told of, none lies after sealed, in Unix milliseconds.
func NewKnown(aliases []Hash, sealed int64) *Known {
	k := &Known{aliases: map[Hash]bool{}, sealed: sealed}
	k.links.forgot, k.people.forgot = never, never
	for _, h := range aliases {
		k.aliases[h] = true
	}
	return k
}

// Begin makes what is learned from now on revocable, until Begin is called again.
func (k *Known) Begin() {
	k.links.journal, k.people.journal = k.links.journal[:0], k.people.journal[:0]
}

// Undo forgets what was learned since Begin, but for aliases, of which too many
// do no harm.
func (k *Known) Undo() {
	k.links.undo()
	k.people.undo()
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
	if h.User != 0 && h.Anon != 0 && h.Flags&Doubted == 0 {
		if last, ok := k.links.get(h.Anon); news&Seen != 0 && (!ok || last.user != h.User || news&Aliased != 0) {
			news |= Linking
		}
	}
	k.say(h.Anon, h, news&Seen != 0)
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
	k.say(h.Anon, h, true)
	k.alias(h)
}

// say remembers whom an anonymousId stood with, unless it stood with somebody
// else later. Where that is not known, for it was seen before and is forgotten,
// it stays so: an event that came late must not pass for the latest.
func (k *Known) say(browser Hash, h *Head, seen bool) {
	if browser == 0 || h.User == 0 || h.Flags&Doubted != 0 {
		return
	}
	last, ok := k.links.get(browser)
	if ok && h.At >= last.at || !ok && (!seen || h.At >= max(k.sealed, k.links.forgot)) {
		k.links.put(browser, said{h.User, h.At})
	}
}

// alias remembers that a userId may be folded into another one from now on, and
// that a browser is; whether they are, the links say.
func (k *Known) alias(h *Head) {
	if h.Prev != 0 {
		k.aliases[h.Prev.asOther()] = true
		k.say(h.Prev, h, true)
	}
}

// Aliased tells whether a userId may be folded into another one.
func (k *Known) Aliased(user Hash) bool { return k.aliases[user] }

// memory keeps at least the last maxKnown values, and forgets the oldest in bulk.
type memory[V interface{ time() int64 }] struct {
	young, old map[Hash]V
	forgot     int64 // the latest time of a forgotten value
	journal    []change[V]
}

// change is what a value was before it was put.
type change[V any] struct {
	hash Hash
	was  V
	had  bool
}

const maxKnown = 200_000

// never is before every time.
const never = -1 << 63

func (m *memory[V]) get(h Hash) (V, bool) {
	if v, ok := m.young[h]; ok {
		return v, true
	}
	v, ok := m.old[h]
	if ok {
		m.keep(h, v)
	}
	return v, ok
}

func (m *memory[V]) put(h Hash, v V) {
	was, had := m.get(h)
	m.journal = append(m.journal, change[V]{h, was, had})
	m.keep(h, v)
}

func (m *memory[V]) keep(h Hash, v V) {
	if m.young == nil || len(m.young) >= maxKnown {
		for _, gone := range m.old {
			m.forgot = max(m.forgot, gone.time())
		}
		m.old, m.young = m.young, map[Hash]V{}
	}
	m.young[h] = v
}

func (m *memory[V]) undo() {
	for i := len(m.journal) - 1; i >= 0; i-- {
		c := m.journal[i]
		if c.had {
			m.keep(c.hash, c.was)
			continue
		}
		delete(m.young, c.hash)
		delete(m.old, c.hash)
	}
	m.journal = m.journal[:0]
}
