package trigger

import "fmt"

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

// Kind is what an operand is: "text", "number" or "yes/no".
func (l Literal) Kind() string {
	return map[kind]string{text: "text", number: "number", boolean: "yes/no"}[l.kind]
}
