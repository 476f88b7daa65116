package eventlog

import (
	"math/rand/v2"
	"testing"
)

// plainKnown knows everything that was ever said.
type plainKnown struct {
	seen    map[Hash]bool
	latest  map[Hash]Said
	aliased map[Hash]bool
	was     map[Hash]span
}

func newPlainKnown() *plainKnown {
	return &plainKnown{map[Hash]bool{}, map[Hash]Said{}, map[Hash]bool{}, map[Hash]span{}}
}

// needs is the news that an event must not come without.
func (p *plainKnown) needs(h *Head) (news News) {
	if p.aliased[h.User] {
		news |= Aliased
	}
	if p.seen[h.Anon] {
		news |= Seen
		if last := p.latest[h.Anon]; h.Says() && last.User != h.Tag() {
			news |= Linking
		}
	}
	was, ok := p.was[plainPerson(h)]
	if !ok || h.At < was.first || h.At > was.last+SeenStep {
		news |= Person
	}
	return news
}

func plainPerson(h *Head) Hash {
	if h.User != 0 {
		return h.User
	}
	return h.Anon
}

// take takes up an event; told says whether the news of a person were told.
func (p *plainKnown) take(h *Head, told bool) {
	for _, browser := range []Hash{h.Anon, h.Prev} {
		if browser == 0 {
			continue
		}
		p.seen[browser] = true
		if last, ok := p.latest[browser]; h.Tag() > Unsure && (!ok || h.At >= last.At) {
			p.latest[browser] = Said{h.Tag(), h.At}
		}
	}
	if h.Prev != 0 {
		p.aliased[h.Prev.asOther()] = true
	}
	if was, ok := p.was[plainPerson(h)]; told && ok {
		p.was[plainPerson(h)] = span{min(was.first, h.At), max(was.last, h.At)}
	} else if told {
		p.was[plainPerson(h)] = span{h.At, h.At}
	}
}

// recall is what the store does before an event is learned.
func (p *plainKnown) recall(k *Known, h *Head) bool {
	if h.Says() && p.seen[h.Anon] && !k.Remembers(h.Anon) {
		last, ok := p.latest[h.Anon]
		if !ok {
			last = Nothing
		}
		k.Recall(h.Anon, last)
	}
	return p.seen[h.Anon]
}

// anySay is an event of few people and browsers, most of them in order.
func anySay(r *rand.Rand, now int64) Head {
	h := Head{Project: 1, At: now, User: Hash(r.IntN(4)) << 40, Anon: Hash(100 + r.IntN(4))}
	if r.IntN(4) == 0 {
		h.At -= r.Int64N(5 * SeenStep)
	}
	if r.IntN(5) == 0 {
		h.Anon = 0
		h.User = (1 + Hash(r.IntN(3))) << 40
	}
	if r.IntN(20) == 0 {
		h.Flags = Doubted
	}
	if r.IntN(10) == 0 && h.User != 0 {
		h.Prev = [...]Hash{100, 101, Hash(1 << 40).asOther(), Hash(2 << 40).asOther()}[r.IntN(4)]
	}
	return h
}

// TestNoNewsIsNeverWrong follows what is said through restarts, evictions and
// other processes: what is news must be called so.
func TestNoNewsIsNeverWrong(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	quiet := 0
	for range 200 {
		model, known := newPlainKnown(), NewKnown(nil)
		for i := range int64(200) {
			now := i * SeenStep / 3
			h := anySay(r, now)
			switch r.IntN(60) {
			case 0: // a restart
				var aliases []Hash
				for a := range model.aliased {
					aliases = append(aliases, a)
				}
				known = NewKnown(aliases)
			case 1: // so many others that it is all forgotten
				known.links.forgetHalf()
				known.people.forgetHalf()
			}
			if r.IntN(6) == 0 {
				known.Follow(&h)
				model.take(&h, false)
				continue
			}
			need, got := model.needs(&h), known.Learn(&h, model.recall(known, &h))
			if got&need != need || (got^need)&(Seen|Aliased) != 0 {
				t.Fatalf("event %d, %+v: news %04b, want at least %04b", i, h, got, need)
			}
			if got&(Linking|Person) == 0 {
				quiet++
			}
			model.take(&h, got&Person != 0)
		}
	}
	if quiet < 1000 {
		t.Errorf("inconclusive: only %d events were no news", quiet)
	}
}

// forgetHalf is what many other values would do.
func (m *memory[V]) forgetHalf() {
	m.old, m.young = m.young, map[Hash]V{}
}

func TestAMemoryKeepsTheLast(t *testing.T) {
	var m memory[Said]
	for i := range Hash(3 * maxKnown) {
		m.put(i, Said{At: int64(i)})
	}
	for i := Hash(2 * maxKnown); i < 3*maxKnown; i++ {
		if v, ok := m.get(i); !ok || v.At != int64(i) {
			t.Fatalf("%d is forgotten", i)
		}
	}
	if n := len(m.young) + len(m.old); n > 2*maxKnown {
		t.Errorf("it keeps %d", n)
	}
	if _, ok := m.get(0); ok {
		t.Error("the first is kept")
	}
}
