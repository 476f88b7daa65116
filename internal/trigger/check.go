package trigger

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"
)

// check tells whether one test holds of the value that its path led to. A value
// that is not there comes as the kind missing, a null too.
type check func(v value, now time.Time) bool

// Limits of a regular expression. RE2 matches in time proportional to text times
// program, so the program is bounded too: a{1000} is short to write.
const (
	maxPattern = 500  // characters
	maxProgram = 1000 // instructions
)

// maxOperands is how many values in and not_in may list.
const maxOperands = 1000

// compile makes a test ready, or tells why its operands make no sense. The
// error reads on after the name of the test.
func (t Test) compile() (check, error) {
	switch t.Op {
	case In, NotIn:
		return t.compileList()
	}
	if len(t.Operands) != 1 || !t.Operands[0].scalar() {
		return nil, fmt.Errorf("%s takes one text, number, true or false", t.Op)
	}
	switch t.Op {
	case Equals, NotEquals:
		same, want := equals(t.Operands[0]), t.Op == Equals
		return func(v value, _ time.Time) bool { return same(v) == want }, nil
	case Less, LessEq, Greater, GreaterEq:
		return compileOrder(t.Op, t.Operands[0])
	case Contains:
		return compileContains(t.Operands[0]), nil
	case Exists:
		return compileExists(t.Operands[0])
	}
	return compileText(t.Op, t.Operands[0])
}

func (l Literal) scalar() bool { return l.kind == text || l.kind == number || l.kind == boolean }

func (t Test) compileList() (check, error) {
	if len(t.Operands) == 0 {
		return nil, fmt.Errorf("%s needs at least one value", t.Op)
	}
	if len(t.Operands) > maxOperands {
		return nil, fmt.Errorf("%s takes at most %d values", t.Op, maxOperands)
	}
	of := make([]func(value) bool, len(t.Operands))
	for i, o := range t.Operands {
		if !o.scalar() {
			return nil, fmt.Errorf("%s lists texts, numbers, true and false", t.Op)
		}
		of[i] = equals(o)
	}
	want := t.Op == In
	return func(v value, _ time.Time) bool {
		return slices.ContainsFunc(of, func(same func(value) bool) bool { return same(v) }) == want
	}, nil
}

// equals compares type and value: numbers exactly, strings byte for byte.
func equals(l Literal) func(value) bool {
	switch l.kind {
	case text:
		return func(v value) bool { return v.kind == text && v.string() == l.text }
	case number:
		want := parseDecimal(l.text)
		return func(v value) bool { return v.kind == number && parseDecimal(string(v.raw)).compare(want) == 0 }
	}
	return func(v value) bool { return v.kind == boolean && string(bytes.TrimRight(v.raw, jsonSpace)) == l.text }
}

func compileOrder(op Op, l Literal) (check, error) {
	holds := ordered(op)
	if l.kind == number {
		bound := parseDecimal(l.text)
		return func(v value, _ time.Time) bool {
			return v.kind == number && holds(parseDecimal(string(v.raw)).compare(bound))
		}, nil
	}
	bound, ok := parseOperand(l.text)
	if l.kind != text || !ok {
		return nil, fmt.Errorf("%s compares numbers or times, and %s is neither; write 5, 2026-11-23, 2026-11-23T10:00:00Z, now or now-7d", op, quoted(l.text))
	}
	return func(v value, now time.Time) bool {
		if v.kind != text {
			return false
		}
		at, ok := parseInstant(v.string())
		return ok && holds(at.Compare(bound.time(now)))
	}, nil
}

func ordered(op Op) func(int) bool {
	switch op {
	case Less:
		return func(c int) bool { return c < 0 }
	case LessEq:
		return func(c int) bool { return c <= 0 }
	case Greater:
		return func(c int) bool { return c > 0 }
	}
	return func(c int) bool { return c >= 0 }
}

func compileContains(l Literal) check {
	same := equals(l)
	return func(v value, _ time.Time) (found bool) {
		switch {
		case v.kind == text && l.kind == text:
			return strings.Contains(v.string(), l.text)
		case v.kind == list:
			elements(v.raw, func(e []byte) bool {
				found = same(valueOf(e))
				return !found
			})
		}
		return found
	}
}

func compileExists(l Literal) (check, error) {
	if l.kind != boolean {
		return nil, errors.New("exists takes true or false")
	}
	want := l.text == "true"
	return func(v value, _ time.Time) bool { return (v.kind != missing) == want }, nil
}

// compileText is the tests that only a text can pass.
func compileText(op Op, l Literal) (check, error) {
	if l.kind != text {
		return nil, fmt.Errorf("%s takes a text; quote it if you mean one", op)
	}
	var holds func(string) bool
	switch op {
	case StartsWith:
		holds = func(s string) bool { return strings.HasPrefix(s, l.text) }
	case EndsWith:
		holds = func(s string) bool { return strings.HasSuffix(s, l.text) }
	case Matches:
		re, err := compilePattern(l.text)
		if err != nil {
			return nil, err
		}
		holds = re.MatchString
	default:
		return nil, fmt.Errorf("unknown test %q", op)
	}
	return func(v value, _ time.Time) bool { return v.kind == text && holds(v.string()) }, nil
}

func compilePattern(s string) (*regexp.Regexp, error) {
	if len(s) > maxPattern {
		return nil, fmt.Errorf("matches takes a pattern of at most %d characters", maxPattern)
	}
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("matches takes a regular expression of RE2, and %s is none: %w", quoted(s), err)
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > maxProgram {
		return nil, fmt.Errorf("the pattern %s of matches is too large once its repetitions are written out", quoted(s))
	}
	return regexp.Compile(s)
}
