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
// that says the same again need not be looked at. Of a browser that it forgot, the
// log must be asked: see [Known.Recall]. Of anybody else it then calls news what is
// none; the other way round never.
type Known struct {
	links   memory[Said] // by anonymousId
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

// Begin makes what is learned from now on revocable, until Keep or Undo.
func (k *Known) Begin() {
	k.links.revocable, k.people.revocable = true, true
}

// Keep makes what was learned since Begin stay.
func (k *Known) Keep() {
	k.links.settle()
	k.people.settle()
}

// Undo forgets what was learned since Begin, but for aliases, of which too many
// do no harm.
func (k *Known) Undo() {
	k.links.undo()
	k.people.undo()
}

// Remembers tells whether it is known whom a browser stood with.
func (k *Known) Remembers(browser Hash) bool {
	_, ok := k.links.get(browser)
	return ok
}

// Recall takes up what the log says of a browser that stood in an event.
func (k *Known) Recall(browser Hash, s Said) { k.links.put(browser, s) }

// Learn takes up an event and tells what of it is news. seen tells whether its
// anonymousId stood in an earlier one. Where it did, and the event says whom it
// belongs to, that is to be recalled before.
func (k *Known) Learn(h *Head, seen bool) (news News) {
	if k.Aliased(h.User) {
		news |= Aliased
	}
	if h.Anon != 0 && seen {
		news |= Seen
	}
	if h.Says() && seen {
		if last, _ := k.links.get(h.Anon); last.User != h.Tag() || news&Aliased != 0 {
			news |= Linking
		}
	}
	if h.Says() && !seen {
		k.links.put(h.Anon, Said{h.Tag(), h.At})
	}
	k.Follow(h)
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

// Follow takes up an event of which nobody asks what is news: another process
// stored it, or it is believed only now.
func (k *Known) Follow(h *Head) {
	k.say(h.Anon, h)
	if h.Prev != 0 {
		// Whether the one is folded into the other now, the links say.
		k.aliases[h.Prev.asOther()] = true
		k.say(h.Prev, h)
	}
}

// say remembers whom an anonymousId stands with, unless it stood with somebody
// else later. What is not known stays so: the log will be asked.
func (k *Known) say(browser Hash, h *Head) {
	if h.Tag() <= Unsure {
		return
	}
	if last, ok := k.links.get(browser); ok && h.At >= last.At {
		k.links.put(browser, Said{h.Tag(), h.At})
	}
}

// Aliased tells whether a userId may be folded into another one.
func (k *Known) Aliased(user Hash) bool { return k.aliases[user] }

// memory keeps at least the last maxKnown values, and forgets the oldest in bulk.
type memory[V any] struct {
	young, old map[Hash]V
	revocable  bool
	journal    []change[V] // since it is revocable; else it would grow for ever
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
	if m.revocable {
		was, had := m.get(h)
		m.journal = append(m.journal, change[V]{h, was, had})
	}
	m.keep(h, v)
}

func (m *memory[V]) keep(h Hash, v V) {
	if m.young == nil || len(m.young) >= maxKnown {
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
	m.settle()
}

func (m *memory[V]) settle() {
	m.revocable, m.journal = false, m.journal[:0]
}
