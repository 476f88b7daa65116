package trigger

import "slices"

// list is the rules that want a value.
func (f *facet) list(v value) []entry {
	switch v.kind {
	case text:
		if plain, ok := plainText(v.raw); ok {
			return f.texts[string(plain)]
		}
		return f.texts[v.string()]
	case number:
		return f.numbers[parseDecimal(v.raw)]
	}
	return nil
}

func (f *facet) of(o operand) []entry {
	if o.kind == number {
		return f.numbers[o.number()]
	}
	return f.texts[o.text]
}

func (f *facet) set(o operand, of []entry) {
	switch {
	case o.kind == number && len(of) == 0:
		delete(f.numbers, o.number())
	case o.kind == number:
		f.numbers[o.number()] = of
	case len(of) == 0:
		delete(f.texts, o.text)
	default:
		f.texts[o.text] = of
	}
}

// add files a rule under a value, once.
func (f *facet) add(o operand, e entry) {
	of := f.of(o)
	if len(of) == 0 || of[len(of)-1].rule != e.rule {
		f.set(o, append(of, e))
	}
}

func (f *facet) remove(o operand, r *Rule) {
	of := f.of(o)
	if without(&of, r) {
		f.set(o, of)
	}
}

// selective is the paths below properties of which the slot wants certain texts
// or numbers, whatever else it asks.
func selective(s *Step) (names []string) {
	if s.where == nil {
		return nil
	}
	for i := range s.where.terms {
		if q := &s.where.terms[i]; q.wants() != nil {
			names = append(names, q.at.Value().names)
		}
	}
	return names
}

// valuesOf is what the slots want of a property, nil where one of them takes
// others too.
func valuesOf(slots []*Step, names string) (all []operand) {
	for _, s := range slots {
		n := len(all)
		if s.where != nil {
			all = append(all, s.where.wants(names)...)
		}
		if len(all) == n {
			return nil
		}
	}
	return all
}

func (c *compiled) wants(names string) []operand {
	for i := range c.terms {
		if q := &c.terms[i]; q.asksFor(names) {
			return q.wants()
		}
	}
	return nil
}

// asksFor tells whether the question wants values of that property.
func (q *question) asksFor(names string) bool {
	return q.wants() != nil && q.at.Value().names == names
}

// wants is the values of a property that the question accepts, where these are
// texts and numbers; true and false tell too little apart.
func (q *question) wants() []operand {
	if q.op != isEqual && q.op != isIn || q.at.Value().root != RootProperties {
		return nil
	}
	of := []operand{q.operand}
	if q.op == isIn {
		of = q.more.among
	}
	if slices.ContainsFunc(of, func(o operand) bool { return o.kind == boolean }) {
		return nil
	}
	return of
}
