package trigger

import (
	"fmt"
	"slices"
	"unique"
)

// compiled is a condition that is ready to be asked. A nil one asks nothing.
type compiled struct {
	terms    []question
	personal bool // it reads traits
}

// compile makes a condition ready, or tells which of its operands makes no
// sense.
func (c *Condition) compile() (*compiled, error) {
	if c == nil || len(c.Terms) == 0 {
		return nil, nil
	}
	out := &compiled{terms: make([]question, 0, len(c.Terms))}
	c.paths(func(p Path) { out.personal = out.personal || p.Root == RootTraits })
	for i := range c.Terms {
		if err := out.add(&c.Terms[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *compiled) add(t *Term) error {
	n := c.next()
	if t.Join != "" {
		return c.addJoin(t, n)
	}
	at := unique.Make(t.Path.trail())
	for _, test := range t.Tests {
		q, err := test.compile()
		if err != nil {
			return fmt.Errorf("%s: %w", t.Path, err)
		}
		q.at, q.term = at, n
		c.terms = append(c.terms, q)
	}
	return nil
}

// next is the number of the next term.
func (c *compiled) next() uint16 {
	if len(c.terms) == 0 {
		return 0
	}
	return c.terms[len(c.terms)-1].term + 1
}

func (c *compiled) addJoin(t *Term, n uint16) error {
	if t.Join != All && t.Join != Any && t.Join != Not {
		return fmt.Errorf("%q joins nothing", t.Join)
	}
	joined := &more{join: t.Join}
	for i := range t.Of {
		of, err := t.Of[i].compile()
		if err != nil {
			return err
		}
		joined.of = append(joined.of, of)
	}
	c.terms = append(c.terms, question{term: n, more: joined})
	return nil
}

func (c *compiled) holds(v *view) bool {
	if c == nil {
		return true
	}
	for i := range c.terms {
		if !c.terms[i].holds(v) {
			return false
		}
	}
	return true
}

// failing is the first term that does not hold, nil where all do.
func (c *compiled) failing(v *view) *Term {
	if c.holds(v) {
		return nil
	}
	i := slices.IndexFunc(c.terms, func(q question) bool { return !q.holds(v) })
	return &c.condition().Terms[c.terms[i].term]
}

// personal tells whether the answer depends on the person's traits.
func (q *question) personal() bool {
	if q.op != 0 {
		return q.at.Value().root == RootTraits
	}
	return slices.ContainsFunc(q.more.of, func(c *compiled) bool { return c != nil && c.personal })
}

// condition is what was compiled: questions remember all of it, so that a rule
// in memory need not hold its file as well.
func (c *compiled) condition() *Condition {
	out := &Condition{}
	if c == nil {
		return out
	}
	for i := range c.terms {
		q := &c.terms[i]
		if n := len(out.Terms); n == int(q.term) {
			out.Terms = append(out.Terms, q.asTerm())
			continue
		}
		last := &out.Terms[len(out.Terms)-1]
		last.Tests = append(last.Tests, q.test())
	}
	return out
}

func (q *question) asTerm() Term {
	if q.op != 0 {
		return Term{Path: q.at.Value().path(), Tests: []Test{q.test()}}
	}
	t := Term{Join: q.more.join}
	for _, c := range q.more.of {
		t.Of = append(t.Of, *c.condition())
	}
	return t
}

func (q *question) test() Test {
	t := Test{Op: Ops[q.op-1]}
	if q.op != isIn && q.op != isNotIn {
		t.Operands = []Literal{{q.kind, q.text}}
		return t
	}
	for _, o := range q.more.among {
		t.Operands = append(t.Operands, Literal{o.kind, o.text})
	}
	return t
}

// paths calls yield with every path that the condition reads.
func (c *compiled) paths(yield func(Path)) { c.condition().paths(yield) }
