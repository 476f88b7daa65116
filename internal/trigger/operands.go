package trigger

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"unique"
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
func (t Test) compile() (q question, err error) {
	q.op = codeOf(t.Op)
	if t.Op == In || t.Op == NotIn {
		among, err := t.among()
		q.more = &more{among: among}
		return q, err
	}
	if len(t.Operands) != 1 || !t.Operands[0].scalar() {
		return q, fmt.Errorf("%s takes one text, number, true or false", t.Op)
	}
	l := t.Operands[0]
	q.operand = l.operand()
	switch t.Op {
	case Equals, NotEquals, Contains:
		return q, nil
	case Less, LessEq, Greater, GreaterEq:
		q.more, err = t.bound(l)
		return q, err
	case Exists:
		if l.kind != boolean {
			return q, errors.New("exists takes true or false")
		}
		return q, nil
	}
	q.more, err = t.ofText(l)
	return q, err
}

func (l Literal) scalar() bool { return l.kind == text || l.kind == number || l.kind == boolean }

// operand shares short texts: many rules compare with the same few.
func (l Literal) operand() operand {
	o := operand{kind: l.kind, text: l.text}
	if len(l.text) <= 32 {
		o.text = unique.Make(l.text).Value()
	}
	if l.kind == number {
		d := parseDecimal(l.text)
		o.negative, o.exp, o.lead, o.long = d.negative, d.exp, d.lead, d.rest != ""
	}
	return o
}

func (t Test) among() ([]operand, error) {
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

// bound is what values are ordered by, where that is no number.
func (t Test) bound(l Literal) (*more, error) {
	if l.kind == number {
		return nil, nil
	}
	at, ok := parseOperand(l.text)
	if l.kind != text || !ok {
		return nil, fmt.Errorf("%s compares numbers or times, and %s is neither; write 5, 2026-11-23, 2026-11-23T10:00:00Z, now or now-7d", t.Op, quoted(l.text))
	}
	return &more{bound: at}, nil
}

// ofText is what a test needs that only a text can pass.
func (t Test) ofText(l Literal) (*more, error) {
	if l.kind != text {
		return nil, fmt.Errorf("%s takes a text; quote it if you mean one", t.Op)
	}
	switch t.Op {
	case StartsWith, EndsWith:
		return nil, nil
	case Matches:
		re, err := compilePattern(l.text)
		return &more{pattern: re}, err
	}
	return nil, fmt.Errorf("unknown test %q", t.Op)
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
