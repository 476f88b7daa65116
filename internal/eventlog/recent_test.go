package eventlog

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// plainRecent is Recent without its indexes.
type plainRecent struct {
	first int64
	heads []Head
}

func (p *plainRecent) message(h *Head, is func(*Head) bool) bool {
	return slices.ContainsFunc(p.heads, func(e Head) bool { return e.Project != 0 && e.Message == h.Message && is(&e) })
}

func (p *plainRecent) saw(browser Hash) bool {
	return browser != 0 && slices.ContainsFunc(p.heads, func(e Head) bool { return e.Anon == browser || e.Prev == browser })
}

func (p *plainRecent) find(h Hash) (found []Entry) {
	for i, e := range p.heads {
		if h != 0 && (e.User == h || e.Anon == h || e.Prev == h) {
			entry := Entry{Hash: h, At: e.At, Seq: p.first + int64(i)}
			if e.Anon == h || e.Prev == h {
				entry.User = e.Tag()
			}
			found = append(found, entry)
		}
	}
	return found
}

func (p *plainRecent) skip(to int64) {
	if len(p.heads) == 0 {
		p.first = max(p.first, to)
	}
	for p.first+int64(len(p.heads)) < to {
		p.heads = append(p.heads, Head{})
	}
}

func TestRecentAnswersAsItsHeadsDo(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		first := 1 + r.Int64N(1000)
		got, want := NewRecent(first), &plainRecent{first: first}
		for range 120 {
			switch r.IntN(12) {
			case 0:
				to := got.Next() + r.Int64N(5) - 1
				got.Skip(to)
				want.skip(to)
			case 1:
				n := r.IntN(got.Len() + 1)
				got = got.Seal(n)
				want = &plainRecent{want.first + int64(n), slices.Clone(want.heads[n:])}
			case 2:
				n := r.IntN(len(want.heads) + 1)
				got.Cut(n)
				want.heads = want.heads[:n]
			default:
				h := anyHeads(r, 1)[0]
				got.Add(h)
				want.heads = append(want.heads, h)
			}
			sameRecent(t, r, got, want)
		}
	}
}

func sameRecent(t *testing.T, r *rand.Rand, got *Recent, want *plainRecent) {
	t.Helper()
	if got.First != want.first || got.Len() != len(want.heads) || got.Next() != want.first+int64(len(want.heads)) || !slices.Equal(got.Heads(), want.heads) {
		t.Fatalf("%d heads from %d, want %d from %d", got.Len(), got.First, len(want.heads), want.first)
	}
	probe := anyHeads(r, 1)[0]
	late := func(e *Head) bool { return e.At > 0 }
	there := got.Message(&probe, func(e *Head, seq int64) bool { return late(e) && got.Heads()[seq-got.First] == *e })
	if there != want.message(&probe, late) {
		t.Fatalf("message %x: %v", probe.Message, there)
	}
	for _, h := range []Hash{probe.User, probe.Anon, probe.Prev, 0} {
		if got.Saw(h) != want.saw(h) || !slices.Equal(got.Find(h), want.find(h)) {
			t.Fatalf("of %x: saw %v, found %v; want %v", h, got.Saw(h), got.Find(h), want.find(h))
		}
	}
}
