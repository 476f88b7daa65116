package trigger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Conditions made at random, asked of JSON made at random, against a second
// implementation that decodes everything and follows the specification line by
// line.
func TestConditionsAgainstTheSpecification(t *testing.T) {
	const each = 200
	held := 0
	for seed := range uint64(150) {
		m := maker{rand.New(rand.NewPCG(seed, 9))}
		c := m.any(3)
		ready, err := c.compile()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for range each {
			e, known := m.anyEvent()
			v := viewOf(&e, known)
			want := naive{&e, known}.condition(c)
			if want {
				held++
			}
			if got := ready.holds(&v); got != want {
				t.Fatalf("seed %d: %v, want %v\n%s\nproperties %s\ncontext %s\ntraits %v", seed, got, want, c.node().flow(), e.Properties, e.Context, known)
			}
			if ready != nil && !want && mayHold(ready.terms, true, &v) && !ready.personal {
				t.Fatalf("seed %d: may hold without the person, and does not", seed)
			}
		}
	}
	if held < 2500 || held > 27_500 {
		t.Errorf("%d of 30000 hold: that tells little", held)
	}
}

// naive is the specification, on decoded JSON.
type naive struct {
	event *research.Event
	known research.Traits
}

func decode(raw []byte) (out any) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		panic(fmt.Sprintf("%s: %v", raw, err))
	}
	return out
}

func (n naive) condition(c *Condition) bool {
	for _, t := range c.Terms {
		ok := true
		switch t.Join {
		case All:
			for i := range t.Of {
				ok = ok && n.condition(&t.Of[i])
			}
		case Any:
			ok = false
			for i := range t.Of {
				ok = ok || n.condition(&t.Of[i])
			}
		case Not:
			ok = !n.condition(&t.Of[0])
		default:
			for _, test := range t.Tests {
				ok = ok && n.test(test, n.value(t.Path))
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

func (n naive) value(p Path) any {
	var at any
	switch p.Root {
	case RootProperties:
		at = decode(n.event.Properties)
	case RootContext:
		at = decode(n.event.Context)
	case RootTraits:
		at = n.traits()
	}
	for _, name := range p.Names {
		switch in := at.(type) {
		case map[string]any:
			at = in[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(in) || strconv.Itoa(i) != name {
				return nil
			}
			at = in[i]
		default:
			return nil
		}
	}
	return at
}

func (n naive) traits() any {
	out := map[string]any{}
	for _, name := range []string{"a", "b", "c"} {
		if raw := n.known.Get(name); raw != nil {
			out[name] = decode(raw)
		}
	}
	context, _ := decode(n.event.Context).(map[string]any)
	said, _ := context["traits"].(map[string]any)
	for name, v := range said {
		out[name] = v
	}
	return out
}

func (n naive) test(t Test, v any) bool {
	var operands []any
	for _, l := range t.Operands {
		switch l.kind {
		case text:
			operands = append(operands, l.text)
		case number:
			operands = append(operands, json.Number(l.text))
		default:
			operands = append(operands, l.text == "true")
		}
	}
	want := operands[0]
	switch t.Op {
	case Equals:
		return same(v, want)
	case NotEquals:
		return !same(v, want)
	case In, NotIn:
		return slices.ContainsFunc(operands, func(o any) bool { return same(v, o) }) == (t.Op == In)
	case Less, LessEq, Greater, GreaterEq:
		order, ok := n.order(v, want)
		return ok && map[Op]bool{Less: order < 0, LessEq: order <= 0, Greater: order > 0, GreaterEq: order >= 0}[t.Op]
	case Exists:
		return (v != nil) == want
	case Contains:
		if in, isList := v.([]any); isList {
			return slices.ContainsFunc(in, func(e any) bool { return same(e, want) })
		}
	}
	have, isText := v.(string)
	wanted, isAlso := want.(string)
	if !isText || !isAlso {
		return false
	}
	switch t.Op {
	case Contains:
		return strings.Contains(have, wanted)
	case StartsWith:
		return strings.HasPrefix(have, wanted)
	case EndsWith:
		return strings.HasSuffix(have, wanted)
	}
	return regexp.MustCompile(wanted).MatchString(have)
}

func same(a, b any) bool {
	x, isNumber := a.(json.Number)
	y, isToo := b.(json.Number)
	if isNumber && isToo {
		return ratOf(x).Cmp(ratOf(y)) == 0
	}
	switch a.(type) {
	case string, bool:
		return a == b
	}
	return false
}

func ratOf(n json.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		panic(n)
	}
	return r
}

func (n naive) order(a, b any) (int, bool) {
	x, isNumber := a.(json.Number)
	y, isToo := b.(json.Number)
	if isNumber && isToo {
		return ratOf(x).Cmp(ratOf(y)), true
	}
	s, isText := a.(string)
	o, isAlso := b.(string)
	if !isText || !isAlso {
		return 0, false
	}
	at, ok := naiveInstant(s)
	bound, fine := naiveInstant(o)
	switch o {
	case "now":
		bound, fine = n.event.Timestamp, true
	case "now-7d":
		bound, fine = n.event.Timestamp.Add(-7*24*time.Hour), true
	}
	return at.Compare(bound), ok && fine
}

func naiveInstant(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// values is what both conditions and events are made of, so that they meet.
var values = []string{`"x"`, `"xyz"`, `"é"`, `""`, `"\ud83d\ude00 \"q\" \\"`, `"2026-11-23"`, `"2026-11-17T12:00:00.000Z"`, `"2026-11-24T13:00:00+01:00"`, `"soon"`,
	`1`, `1.0`, `10e-1`, `-1`, `0`, `-0.0`, `1e3`, `1000.5`, `0.1`, `0.10000000000000000000001`, `123456789012345678901234567890`, `9007199254740993`, `true`, `false`}

func (m maker) operand() Literal {
	return m.literalOf(pick(m, values...))
}

func (m maker) literalOf(raw string) Literal {
	switch v := decode([]byte(raw)).(type) {
	case string:
		return Text(v)
	case bool:
		return Bool(v)
	}
	return Number(raw)
}

func (m maker) any(depth int) *Condition {
	c := &Condition{}
	for range 1 + m.IntN(2) {
		if depth > 0 && m.IntN(3) == 0 {
			t := Term{Join: pick(m, All, Any, Not), Of: []Condition{*m.any(depth - 1)}}
			if t.Join != Not {
				t.Of = append(t.Of, *m.any(depth - 1))
			}
			c.Terms = append(c.Terms, t)
			continue
		}
		names := []string{pick(m, "a", "b", "c")}
		if m.IntN(3) == 0 {
			names = append(names, pick(m, "a", "0", "1", "a.b"))
		}
		c.Terms = append(c.Terms, Term{Path: Path{pick(m, RootProperties, RootProperties, RootTraits, RootContext), names}, Tests: append([]Test{m.anyTest()}, some(m, 1, m.anyTest)...)})
	}
	return c
}

func (m maker) anyTest() Test {
	switch op := pick(m, Ops...); op {
	case In, NotIn:
		return Test{op, []Literal{m.operand(), m.operand(), m.operand()}}
	case Less, LessEq, Greater, GreaterEq:
		return Test{op, []Literal{pick(m, Number("1.00"), Number("-5e-1"), Number("123456789012345678901234567890.0"), Text("2026-11-23"), Text("now"), Text("now-7d"))}}
	case StartsWith, EndsWith:
		return Test{op, []Literal{Text(pick(m, "x", "z", "", "é", "\\"))}}
	case Matches:
		return Test{op, []Literal{Text(pick(m, "^x", "y", "^$", `\d`))}}
	case Exists:
		return Test{op, []Literal{Bool(m.maybe())}}
	default:
		return Test{op, []Literal{m.operand()}}
	}
}

func (m maker) anyEvent() (research.Event, research.Traits) {
	known := research.Traits{}
	known.Set(json.RawMessage(m.object(2, false)), noon, 1)
	context := m.object(1, true)
	if m.maybe() {
		context = `{"traits" : ` + m.object(1, true) + `, "a":` + m.json(1) + `}`
	}
	return research.Event{Properties: json.RawMessage(m.object(2, true)), Context: json.RawMessage(context), Timestamp: noon}, known
}

// object has few names, some of them twice and some written with escapes.
func (m maker) object(depth int, twice bool) string {
	names := []string{`"a"`, `"b"`, `"c"`, `"a.b"`}
	if twice {
		names = append(names, `"a"`, `"\u0062"`)
	}
	var b strings.Builder
	for i, name := range names {
		if m.IntN(3) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s%s%s:%s%s", pick(m, "", " ", "\n\t"), name, pick(m, "", " "), pick(m, "", "  "), m.json(depth-1))
		if i < len(names) {
			b.WriteString(",")
		}
	}
	if twice && m.IntN(10) == 0 {
		for i := range 30 {
			fmt.Fprintf(&b, `"n%d":%d,`, i, i)
		}
	}
	return pick(m, "{", " {") + strings.TrimSuffix(b.String(), ",") + "}"
}

func (m maker) json(depth int) string {
	if depth > 0 && m.maybe() {
		if m.maybe() {
			return m.object(depth, true)
		}
		return "[" + m.json(depth-1) + " ," + m.json(depth-1) + "]"
	}
	return pick(m, append(values, "null", "{}", "[]")...)
}
