package trigger

import (
	"fmt"
	"slices"
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

// compiled is a condition that is ready to be asked.
type compiled struct {
	spec     *Condition
	terms    []func(*view) bool
	personal bool // it reads traits
}

// compile makes a condition ready, or tells which of its operands makes no
// sense. A nil condition holds of everything.
func (c *Condition) compile() (*compiled, error) {
	if c == nil {
		return nil, nil
	}
	out := &compiled{spec: c}
	c.paths(func(p Path) { out.personal = out.personal || p.Root == RootTraits })
	for i := range c.Terms {
		t, err := c.Terms[i].compile()
		if err != nil {
			return nil, err
		}
		out.terms = append(out.terms, t)
	}
	return out, nil
}

func (c *compiled) holds(v *view) bool { return c.failing(v) == nil }

// failing is the first term that does not hold, nil where all do.
func (c *compiled) failing(v *view) *Term {
	if c == nil {
		return nil
	}
	for i, holds := range c.terms {
		if !holds(v) {
			return &c.spec.Terms[i]
		}
	}
	return nil
}

func (t *Term) compile() (func(*view) bool, error) {
	if t.Join != "" {
		return t.compileJoin()
	}
	tests := make([]check, len(t.Tests))
	for i, test := range t.Tests {
		c, err := test.compile()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Path, err)
		}
		tests[i] = c
	}
	return func(v *view) bool {
		found := v.find(t.Path)
		for _, holds := range tests {
			if !holds(found, v.now) {
				return false
			}
		}
		return true
	}, nil
}

func (t *Term) compileJoin() (func(*view) bool, error) {
	of := make([]*compiled, len(t.Of))
	for i := range t.Of {
		c, err := t.Of[i].compile()
		if err != nil {
			return nil, err
		}
		of[i] = c
	}
	switch t.Join {
	case All:
		return func(v *view) bool { return !slices.ContainsFunc(of, v.refutes) }, nil
	case Any:
		return func(v *view) bool { return slices.ContainsFunc(of, v.meets) }, nil
	case Not:
		return func(v *view) bool { return !slices.ContainsFunc(of, v.meets) }, nil
	}
	return nil, fmt.Errorf("%q joins nothing", t.Join)
}
