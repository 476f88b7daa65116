package trigger

import (
	"fmt"
	"slices"
	"unique"
)

// Condition is a question about an event or a person. All its terms must hold;
// one without terms holds of everything.
type Condition struct {
	Terms []Term
}

// Term is one entry of a condition: the tests of the value at a path, or other
// conditions joined.
type Term struct {
	Join  Join        // "": Path and Tests count; else Of
	Path  Path        //
	Tests []Test      // all must hold
	Of    []Condition // exactly one under not
}

// Join is how the conditions of a term are joined.
type Join string

const (
	All Join = "all"
	Any Join = "any"
	Not Join = "not"
)

// Test is one test of one value.
type Test struct {
	Op       Op
	Operands []Literal // one, but for in and not_in
}

// Op names a test, as in triggers.md §2.
type Op string

const (
	Equals     Op = "equals"
	NotEquals  Op = "not"
	In         Op = "in"
	NotIn      Op = "not_in"
	Less       Op = "lt"
	LessEq     Op = "lte"
	Greater    Op = "gt"
	GreaterEq  Op = "gte"
	Contains   Op = "contains"
	StartsWith Op = "starts_with"
	EndsWith   Op = "ends_with"
	Matches    Op = "matches"
	Exists     Op = "exists"
)

// Ops is every test.
var Ops = []Op{Equals, NotEquals, In, NotIn, Less, LessEq, Greater, GreaterEq,
	Contains, StartsWith, EndsWith, Matches, Exists}

// Literal is a scalar operand: a text, a number as JSON writes it, or "true"
// and "false".
type Literal struct {
	kind kind
	text string
}

// Text, Number and Bool make operands. Number takes a number of JSON.
func Text(s string) Literal   { return Literal{text, s} }
func Number(s string) Literal { return Literal{number, s} }
func Bool(b bool) Literal     { return Literal{boolean, fmt.Sprint(b)} }

// String is the operand as a reader would write it.
func (l Literal) String() string { return l.text }

// compiled is a condition that is ready to be asked. A nil one asks nothing.
type compiled struct {
	spec     *Condition
	terms    []question
	personal bool // it reads traits
}

// question is one test of the value at one path, or conditions joined: those of
// more, where the check has no op.
type question struct {
	at   unique.Handle[trail]
	term int // of the condition it comes from
	check
}

// compile makes a condition ready, or tells which of its operands makes no
// sense.
func (c *Condition) compile() (*compiled, error) {
	if c == nil || len(c.Terms) == 0 {
		return nil, nil
	}
	out := &compiled{spec: c, terms: make([]question, 0, len(c.Terms))}
	c.paths(func(p Path) { out.personal = out.personal || p.Root == RootTraits })
	for i := range c.Terms {
		if err := out.add(&c.Terms[i], i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *compiled) add(t *Term, n int) error {
	if t.Join != "" {
		return c.addJoin(t, n)
	}
	at := unique.Make(t.Path.trail())
	for _, test := range t.Tests {
		ready, err := test.compile()
		if err != nil {
			return fmt.Errorf("%s: %w", t.Path, err)
		}
		c.terms = append(c.terms, question{at: at, term: n, check: ready})
	}
	return nil
}

func (c *compiled) addJoin(t *Term, n int) error {
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
	c.terms = append(c.terms, question{term: n, check: check{more: joined}})
	return nil
}

func (c *compiled) holds(v *view) bool { return c.failing(v) == nil }

// failing is the first term that does not hold, nil where all do.
func (c *compiled) failing(v *view) *Term {
	if c == nil {
		return nil
	}
	for i := range c.terms {
		if q := &c.terms[i]; !q.holds(v) {
			return &c.spec.Terms[q.term]
		}
	}
	return nil
}

// may tells whether the condition can hold of an event, whoever it is about.
func (c *compiled) may(v *view) bool {
	if c == nil {
		return true
	}
	for i := range c.terms {
		if q := &c.terms[i]; !(c.personal && q.personal()) && !q.holds(v) {
			return false
		}
	}
	return true
}

// personal tells whether the answer depends on the person's traits.
func (q *question) personal() bool {
	if q.op != "" {
		return q.at.Value().root == RootTraits
	}
	return slices.ContainsFunc(q.more.of, func(c *compiled) bool { return c != nil && c.personal })
}

func (q *question) holds(v *view) bool {
	if q.op != "" {
		return q.check.holds(v.at(q.at.Value()), v.now)
	}
	for _, c := range q.more.of {
		if c.holds(v) == (q.more.join != All) { // it settles the answer
			return q.more.join == Any
		}
	}
	return q.more.join != Any
}
