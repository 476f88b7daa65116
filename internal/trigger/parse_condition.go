package trigger

import (
	"slices"
)

// maxTerms bounds one map or list of a condition.
const maxTerms = 200

// condition reads a map from paths to tests whose paths begin at the roots. An
// empty map asks nothing and is as if left out.
func (r *reader) condition(f field, roots []Root) *Condition {
	if f.kind != object {
		r.wrong(f, "needs a map from paths to tests, as in { %s.plan: pro }, not %s", roots[0], f.shown())
		return nil
	}
	if len(f.items) > maxTerms {
		r.wrong(f, "has more than %d entries", maxTerms)
		return nil
	}
	c := &Condition{}
	for i, n := range f.names {
		inner := field{f.items[i], f.below(n.text), n.text, f.inside()}
		t := r.term(inner, n, roots)
		if slices.ContainsFunc(c.Terms, t.sameKey) {
			r.problem(n.line, inner.key, "%s stands twice%s", quoted(n.text), f.inside())
		}
		c.Terms = append(c.Terms, t)
	}
	return c
}

// sameKey tells whether two terms would be one key in a file.
func (t Term) sameKey(o Term) bool {
	return t.Join == o.Join && (t.Join != "" || t.Path.Root == o.Path.Root && slices.Equal(t.Path.Names, o.Path.Names))
}

func (r *reader) term(f field, n name, roots []Root) Term {
	switch Join(n.text) {
	case All, Any:
		t := Term{Join: Join(n.text)}
		r.each(f, maxTerms, func(c field) { t.Of = append(t.Of, r.nested(c, roots)) })
		if f.kind == list && len(f.items) == 0 {
			r.wrong(f, "is an empty list")
		}
		return t
	case Not:
		return Term{Join: Not, Of: []Condition{r.nested(f, roots)}}
	}
	p, err := parsePath(n.text)
	if err == nil {
		err = p.check(roots)
	}
	if err != nil {
		r.problem(n.line, f.key, "%s%s", err, f.place)
	}
	return Term{Path: p, Tests: r.tests(f, Ops)}
}

func (r *reader) nested(f field, roots []Root) Condition {
	if c := r.condition(f, roots); c != nil {
		return *c
	}
	return Condition{}
}

// tests reads a scalar, which is equals, or a map of tests of which each has to
// be one of the known.
func (r *reader) tests(f field, known []Op) []Test {
	if f.scalar() {
		return []Test{r.test(f, Equals, f)}
	}
	if f.kind != object || len(f.items) == 0 {
		r.wrong(f, "needs a value, or a map of tests such as { gte: 5 }, not %s", emptyOr(f))
		return nil
	}
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	var out []Test
	in := r.fields(f, f.inside(), words...)
	for _, n := range f.names {
		if slices.Contains(words, n.text) && len(out) < len(in) {
			out = append(out, r.test(f, Op(n.text), in[n.text]))
		}
	}
	return out
}

func emptyOr(f field) string {
	if f.kind == object {
		return "an empty map"
	}
	return f.kind.String()
}

// test reads the operands of one test and tries whether they make sense.
func (r *reader) test(of field, op Op, f field) Test {
	t := Test{Op: op}
	switch {
	case op == In || op == NotIn:
		if f.kind != list {
			r.wrong(f, "needs a list of values, not %s", f.shown())
			return t
		}
		for _, n := range f.items {
			t.Operands = append(t.Operands, Literal{n.kind, n.text})
		}
	default:
		t.Operands = []Literal{{f.kind, f.node.text}}
	}
	if _, err := t.compile(); err != nil {
		r.problem(f.line, f.key, "%s%s: %s", of.called, of.place, err)
	}
	return t
}
