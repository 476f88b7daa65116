package trigger

import (
	"bytes"
	"regexp"
	"strings"
	"time"
)

// check is a test made ready. It is plain data in one piece, not a function: an
// index holds hundreds of thousands of them, and asks some for every event.
type check struct {
	op Op
	operand
	more *more
}

// operand is what a value is compared with.
type operand struct {
	kind   kind
	text   string
	number decimal
}

// more is what only some need.
type more struct {
	among   []operand      // in, not_in
	pattern *regexp.Regexp // matches
	bound   instant        // lt, lte, gt, gte of times
	join    Join           // of conditions
	of      []*compiled
}

// holds tells whether the test holds of the value that its path led to. A value
// that is not there comes as the kind missing, a null too.
func (c *check) holds(v value, now time.Time) bool {
	switch c.op {
	case Equals:
		return c.is(v)
	case NotEquals:
		return !c.is(v)
	case In:
		return c.lists(v)
	case NotIn:
		return !c.lists(v)
	case Less, LessEq, Greater, GreaterEq:
		return c.ordered(v, now)
	case Contains:
		return c.within(v)
	case Exists:
		return (v.kind != missing) == (c.text == "true")
	}
	return v.kind == text && c.holdsOfText(v)
}

// is compares type and value: numbers exactly, strings byte for byte.
func (o *operand) is(v value) bool {
	if v.kind != o.kind {
		return false
	}
	switch o.kind {
	case text:
		return v.isText(o.text)
	case number:
		return parseDecimal(v.raw) == o.number
	}
	return string(bytes.TrimRight(v.raw, jsonSpace)) == o.text
}

func (c *check) lists(v value) bool {
	for i := range c.more.among {
		if c.more.among[i].is(v) {
			return true
		}
	}
	return false
}

func (c *check) ordered(v value, now time.Time) bool {
	if v.kind != c.kind {
		return false
	}
	if c.kind == number {
		return c.op.accepts(parseDecimal(v.raw).compare(c.number))
	}
	at, ok := parseInstant(v.string())
	return ok && c.op.accepts(at.Compare(c.more.bound.time(now)))
}

func (o Op) accepts(order int) bool {
	switch o {
	case Less:
		return order < 0
	case LessEq:
		return order <= 0
	case Greater:
		return order > 0
	}
	return order >= 0
}

func (c *check) within(v value) (found bool) {
	switch {
	case v.kind == text && c.kind == text:
		return strings.Contains(v.string(), c.text)
	case v.kind == list:
		elements(v.raw, func(e []byte) bool {
			found = c.is(valueOf(e))
			return !found
		})
	}
	return found
}

func (c *check) holdsOfText(v value) bool {
	switch c.op {
	case StartsWith:
		return strings.HasPrefix(v.string(), c.text)
	case EndsWith:
		return strings.HasSuffix(v.string(), c.text)
	}
	return c.more.pattern.MatchString(v.string())
}
