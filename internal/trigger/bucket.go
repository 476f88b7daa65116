package trigger

import "slices"

// bucket is the rules that ask for events of one type and name.
type bucket struct {
	loose  []entry  // each has to be asked
	facets []*facet // the others, by the value of one property
}

// few rules of a name are asked one by one: to tell them apart would cost more.
const few = 4

// entry is a rule in a bucket. Where only one of its slots can take an event of
// the name, and from any source, it holds what that one still has to ask: most
// rules are passed over, and looking them up would cost more than asking.
type entry struct {
	rule     *Rule
	first    question // unless it asks nothing
	others   []question
	alone    bool // that is all there is to ask
	nothing  bool
	personal bool // some of it is about the person
}

func entryOf(r *Rule, slots []*Step, answered string) entry {
	e := entry{rule: r}
	if len(slots) > 1 || len(slots[0].Sources) > 0 {
		return e
	}
	e.alone, e.nothing = true, true
	w := slots[0].where
	if w == nil {
		return e
	}
	asks := w.terms
	if asks[0].asksFor(answered) { // being filed under the value answers it
		asks = asks[1:]
	}
	if len(asks) > 0 {
		e.first, e.others, e.nothing, e.personal = asks[0], asks[1:], false, w.personal
	}
	return e
}

func (e *entry) may(v *view) bool {
	if !e.alone {
		return e.rule.mayTake(v)
	}
	return e.nothing || e.first.may(v, e.personal) && mayHold(e.others, e.personal, v)
}

// facet is rules of which each wants certain values of one property.
type facet struct {
	names   string // path below properties, as in a trail
	texts   map[string][]entry
	numbers map[decimal][]entry
}

// each gives the rules that the event of the view may mean something to, until
// yield has had enough; then it is false. Each rule is filed once in a bucket,
// or by several values of one property, so an event finds it once.
func (b *bucket) each(v *view, yield func(*Rule) bool) bool {
	if b == nil {
		return true
	}
	for _, f := range b.facets {
		if !ask(f.list(v.property(f.names)), v, yield) {
			return false
		}
	}
	return ask(b.loose, v, yield)
}

func ask(of []entry, v *view, yield func(*Rule) bool) bool {
	for i := range of {
		if e := &of[i]; e.may(v) && !yield(e.rule) {
			return false
		}
	}
	return true
}

func (b *bucket) add(r *Rule, slots []*Step) {
	f := b.choose(slots)
	if f == nil {
		b.loose = append(b.loose, entryOf(r, slots, ""))
		return
	}
	for _, o := range valuesOf(slots, f.names) {
		f.add(o, entryOf(r, slots, f.names))
	}
}

// choose is the facet that tells the rule from most others; nil: none does.
func (b *bucket) choose(slots []*Step) (best *facet) {
	if len(b.loose) < few {
		return nil
	}
	least := 0
	for _, names := range selective(slots[0]) {
		values := valuesOf(slots, names)
		if values == nil {
			continue
		}
		f, crowd := b.facet(names), 0
		if f == nil {
			f, crowd = &facet{names: names, texts: map[string][]entry{}, numbers: map[decimal][]entry{}}, few
		}
		for _, o := range values {
			crowd = max(crowd, len(f.of(o)))
		}
		if best == nil || crowd < least {
			best, least = f, crowd
		}
	}
	if best != nil && !slices.Contains(b.facets, best) {
		b.facets = append(b.facets, best)
	}
	return best
}

func (b *bucket) facet(names string) *facet {
	for _, f := range b.facets {
		if f.names == names {
			return f
		}
	}
	return nil
}

func (b *bucket) remove(r *Rule, slots []*Step) {
	if without(&b.loose, r) {
		return
	}
	for i, f := range b.facets {
		for _, o := range valuesOf(slots, f.names) {
			f.remove(o, r)
		}
		if len(f.texts) == 0 && len(f.numbers) == 0 {
			b.facets = slices.Delete(b.facets, i, i+1)
			return
		}
	}
}

func (b *bucket) empty() bool { return len(b.loose) == 0 && len(b.facets) == 0 }

// without takes a rule out of a list, and tells whether it was there.
func without(of *[]entry, r *Rule) bool {
	i := slices.IndexFunc(*of, func(e entry) bool { return e.rule == r })
	if i < 0 {
		return false
	}
	last := len(*of) - 1
	(*of)[i], (*of)[last] = (*of)[last], entry{}
	*of = (*of)[:last]
	return true
}
