package trigger

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
)

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
	c := check{op: t.Op}
	if t.Op == In || t.Op == NotIn {
		among, err := t.list()
		c.more = &more{among: among}
		return c, err
	}
	if len(t.Operands) != 1 || !t.Operands[0].scalar() {
		return c, fmt.Errorf("%s takes one text, number, true or false", t.Op)
	}
	l := t.Operands[0]
	c.operand = l.operand()
	switch t.Op {
	case Equals, NotEquals, Contains:
		return c, nil
	case Less, LessEq, Greater, GreaterEq:
		return c, c.setBound(l)
	case Exists:
		if l.kind != boolean {
			return c, errors.New("exists takes true or false")
		}
		return c, nil
	}
	return c, c.setText(l)
}

func (l Literal) scalar() bool { return l.kind == text || l.kind == number || l.kind == boolean }

func (l Literal) operand() operand {
	o := operand{kind: l.kind, text: l.text}
	if l.kind == number {
		o.number = parseDecimal(l.text)
	}
	return o
}

func (t Test) list() ([]operand, error) {
	if len(t.Operands) == 0 {
		return nil, fmt.Errorf("%s needs at least one value", t.Op)
	}
	if len(t.Operands) > maxOperands {
		return nil, fmt.Errorf("%s takes at most %d values", t.Op, maxOperands)
	}
	out := make([]operand, len(t.Operands))
	for i, l := range t.Operands {
		if !l.scalar() {
			return nil, fmt.Errorf("%s lists texts, numbers, true and false", t.Op)
		}
		out[i] = l.operand()
	}
	return out, nil
}

// setBound reads an operand that values are ordered by.
func (c *check) setBound(l Literal) error {
	if l.kind == number {
		return nil
	}
	bound, ok := parseOperand(l.text)
	if l.kind != text || !ok {
		return fmt.Errorf("%s compares numbers or times, and %s is neither; write 5, 2026-11-23, 2026-11-23T10:00:00Z, now or now-7d", c.op, quoted(l.text))
	}
	c.more = &more{bound: bound}
	return nil
}

// setText reads the operand of a test that only a text can pass.
func (c *check) setText(l Literal) error {
	if l.kind != text {
		return fmt.Errorf("%s takes a text; quote it if you mean one", c.op)
	}
	switch c.op {
	case StartsWith, EndsWith:
		return nil
	case Matches:
		re, err := compilePattern(l.text)
		c.more = &more{pattern: re}
		return err
	}
	return fmt.Errorf("unknown test %q", c.op)
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
