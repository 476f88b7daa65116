package trigger

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"time"
	"unique"
)

// question is one test of the value at one path, made ready, or conditions
// joined. It is plain data and fills one line of a processor's cache: an index
// holds hundreds of thousands of them, and asks some for every event.
type question struct {
	at unique.Handle[trail]
	operand
	more *more
	op   opcode // 0: conditions are joined
	term uint16 // of the condition it comes from
}

// operand is what a value is compared with.
type operand struct {
	text     string // as it was written
	exp      int64  // of a number: what a decimal says of it
	lead     uint64
	kind     kind
	negative bool
	long     bool // it has more digits than lead holds
}

// more is what only some questions need.
type more struct {
	among   []operand      // in, not_in
	pattern *regexp.Regexp // matches
	bound   instant        // lt, lte, gt, gte of times
	join    Join           // of conditions
	of      []*compiled
}

// opcode is the place of an Op in Ops, from 1.
type opcode uint8

const (
	isEqual opcode = iota + 1
	isNot
	isIn
	isNotIn
	isLess
	isLessEq
	isGreater
	isGreaterEq
	contains
	startsWith
	endsWith
	matches
	exists
)

func codeOf(op Op) opcode { return opcode(slices.Index(Ops, op) + 1) }

func (q *question) holds(v *view) bool {
	if q.op == 0 {
		return q.more.holds(v)
	}
	return q.passes(v.at(q.at.Value()), v.now)
}

// holds joins the answers of conditions.
func (m *more) holds(v *view) bool {
	for _, c := range m.of {
		if c.holds(v) == (m.join != All) { // it settles the answer
			return m.join == Any
		}
	}
	return m.join != Any
}

// passes tells whether the value that a path led to passes the test. One that is
// not there comes as the kind missing, a null too.
func (q *question) passes(v value, now time.Time) bool {
	switch q.op {
	case isEqual:
		return q.is(v)
	case isNot:
		return !q.is(v)
	case isIn, isNotIn:
		listed := slices.ContainsFunc(q.more.among, func(o operand) bool { return o.is(v) })
		return listed == (q.op == isIn)
	case isLess, isLessEq, isGreater, isGreaterEq:
		return q.orders(v, now)
	case contains:
		return q.isIn(v)
	case exists:
		return (v.kind != missing) == (q.text == "true")
	}
	return v.kind == text && q.passesText(v.string())
}

// is compares type and value: numbers exactly, texts byte for byte.
func (o *operand) is(v value) bool {
	if v.kind != o.kind {
		return false
	}
	switch o.kind {
	case text:
		return v.isText(o.text)
	case number:
		return parseDecimal(v.raw) == o.number()
	}
	return string(bytes.TrimRight(v.raw, jsonSpace)) == o.text
}

func (o *operand) number() decimal {
	if o.long {
		return parseDecimal(o.text)
	}
	return decimal{negative: o.negative, exp: o.exp, lead: o.lead}
}

func (q *question) orders(v value, now time.Time) bool {
	if v.kind != q.kind {
		return false
	}
	if q.kind == number {
		return q.op.accepts(parseDecimal(v.raw).compare(q.number()))
	}
	at, ok := parseInstant(v.string())
	return ok && q.op.accepts(at.Compare(q.more.bound.time(now)))
}

func (o opcode) accepts(order int) bool {
	switch o {
	case isLess:
		return order < 0
	case isLessEq:
		return order <= 0
	case isGreater:
		return order > 0
	}
	return order >= 0
}

// isIn is contains: of a text in a text, of a value in a list.
func (o *operand) isIn(v value) (found bool) {
	switch {
	case v.kind == text && o.kind == text:
		return strings.Contains(v.string(), o.text)
	case v.kind == list:
		elements(v.raw, func(e []byte) bool {
			found = o.is(valueOf(e))
			return !found
		})
	}
	return found
}

func (q *question) passesText(s string) bool {
	switch q.op {
	case startsWith:
		return strings.HasPrefix(s, q.text)
	case endsWith:
		return strings.HasSuffix(s, q.text)
	}
	return q.more.pattern.MatchString(s)
}
