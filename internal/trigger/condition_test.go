package trigger

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// where compiles a condition as the where of an event.
func where(t testing.TB, src string) *compiled {
	t.Helper()
	f := parse(t, trig("on:", "  event: e", "  where:", "    "+strings.ReplaceAll(src, "\n", "\n        ")))
	c, err := f.Triggers[0].On.Where.compile()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Every row of the table of tests, each with what is missing, of the wrong type
// and null.
func TestEveryTest(t *testing.T) {
	for _, c := range []struct {
		test  string
		true  []string // values of properties.x, as JSON
		false []string
	}{
		{"pro", s(`"pro"`, `"\u0070ro"`), s(`"Pro"`, `"pro "`, `5`, `["pro"]`, `true`)},
		{"{ equals: 1 }", s(`1`, `1.0`, `1e0`, `10e-1`, `0.1E1`, `1.000000000000000000000`), s(`1.0000000000000000000001`, `"1"`, `true`, `-1`, `[1]`)},
		{"9007199254740993", s(`9007199254740993`), s(`9007199254740992`, `9007199254740993.5`)},
		{"0", s(`0`, `-0`, `0.0`, `0e99999999999999999999`), s(`1e-999999999`, `""`, `false`)},
		{"1e999999", s(`1e999999`, `10e999998`), s(`1e999998`, `-1e999999`)},
		{"true", s(`true`, ` true `), s(`false`, `"true"`, `1`)},
		{`""`, s(`""`), s(`" "`, `0`, `false`, `{}`)},
		{"é", s(`"é"`, `"\u00e9"`), s(`"e\u0301"`)},
		{"{ not: pro }", s(`"free"`, `5`, `{}`, `null`, ``), s(`"pro"`)},
		{"{ in: [pro, 5, true] }", s(`"pro"`, `5.0`, `true`), s(`"free"`, `"5"`, `"true"`, `["pro"]`)},
		{"{ not_in: [pro, 5] }", s(`"free"`, `"5"`, `6`, `true`, `null`, ``, `["pro"]`), s(`"pro"`, `5`, `5.0`)},
		{"{ lt: 5 }", s(`4.999999999999999999999`, `-1e400`, `0`), s(`5`, `5.0`, `1e400`, `"4"`, `true`, `[4]`)},
		{"{ lte: 5 }", s(`5.00`, `4`), s(`5.00000000000000000001`, `"5"`)},
		{"{ gt: -5 }", s(`-4.9`, `0`, `1e-400`), s(`-5`, `-5.1`, `"0"`)},
		{"{ gte: -5 }", s(`-5.0`, `5e0`), s(`-5.1`, `"2026-11-23"`)},
		{"{ gte: 1, lt: 5 }", s(`1`, `4.5`), s(`0`, `5`)},
		{"{ lt: 2026-11-23 }", s(`"2026-11-22T23:59:59.999Z"`, `"2026-11-22"`, `"2026-11-23T00:30:00+01:00"`), s(`"2026-11-23"`, `"2026-11-23T00:00:00Z"`, `20261122`, `"soon"`, `"2026-11-22 10:00:00"`)},
		{"{ lte: 2026-11-23 }", s(`"2026-11-23T00:00:00Z"`), s(`"2026-11-23T00:00:00.001Z"`)},
		{"{ gt: 2026-11-23T10:00:00+02:00 }", s(`"2026-11-23T08:00:01Z"`), s(`"2026-11-23T08:00:00Z"`, `"2026-02-30"`, `"2026-11-23T9:00:00Z"`, `"2026-11-23T09:00:00,5Z"`, `"2026-11-23T09:00:00"`)},
		{"{ gte: now-7d }", s(`"2026-11-17T12:00:00Z"`, `"2026-11-18"`), s(`"2026-11-17T11:59:59.999Z"`, `"2026-11-17"`)},
		{"{ lt: now }", s(`"2026-11-24T11:59:59Z"`), s(`"2026-11-24T12:00:00Z"`)},
		{"{ gt: now+1h }", s(`"2026-11-24T13:00:00.5Z"`), s(`"2026-11-24T13:00:00Z"`)},
		{"{ contains: ro }", s(`"pro"`, `"ro"`, `["x", "ro"]`), s(`"RO"`, `["pro"]`, `{"ro": 1}`, `5`, `[["ro"]]`)},
		{"{ contains: 5 }", s(`[5.0]`, `[1, "x", 5]`), s(`"5"`, `5`, `["5"]`, `[]`)},
		{"{ contains: '' }", s(`"x"`, `""`, `[""]`), s(`["x"]`, `5`)},
		{"{ starts_with: /app }", s(`"/app/x"`, `"/app"`), s(`"x/app"`, `["/app"]`, `5`)},
		{"{ ends_with: .com }", s(`"a.com"`), s(`"a.com "`, `5`)},
		{"{ matches: '^a+b' }", s(`"aab!"`), s(`"xaab"`, `5`, `["ab"]`)},
		{"{ matches: b }", s(`"abc"`), s(`"ac"`)},
		{"{ exists: true }", s(`0`, `""`, `false`, `{}`, `[]`), s(`null`, ``)},
		{"{ exists: false }", s(`null`, ``), s(`0`, `""`, `false`, `[]`)},
	} {
		cond := where(t, "properties.x: "+c.test)
		for _, v := range c.true {
			expect(t, cond, c.test, v, true)
		}
		for _, v := range c.false {
			expect(t, cond, c.test, v, false)
		}
		if said := c.test; !strings.Contains(said, "not") && !strings.Contains(said, "exists: false") {
			expect(t, cond, said, "", false)
			expect(t, cond, said, "null", false)
		}
	}
}

func s(values ...string) []string { return values }

func expect(t *testing.T, c *compiled, test, v string, want bool) {
	t.Helper()
	properties := `{"x": ` + v + `}`
	if v == "" {
		properties = `{"y": 1}`
	}
	e := &research.Event{Properties: json.RawMessage(properties)}
	if got := c.holds(&view{event: e, now: noon}); got != want {
		t.Errorf("%s of %s is %v", test, properties, got)
	}
}

func TestJoins(t *testing.T) {
	e := &research.Event{Properties: json.RawMessage(`{"a": 1, "b": 2}`)}
	for src, want := range map[string]bool{
		"properties.a: 1\nproperties.b: 2":                                            true,
		"properties.a: 1\nproperties.b: 3":                                            false,
		"all: [ { properties.a: 1 }, { properties.b: 2 } ]":                           true,
		"all: [ { properties.a: 1 }, { properties.b: 3 } ]":                           false,
		"any: [ { properties.a: 3 }, { properties.b: 2 } ]":                           true,
		"any: [ { properties.a: 3 }, { properties.b: 3 } ]":                           false,
		"not: { properties.a: 3 }":                                                    true,
		"not: { properties.a: 1, properties.b: 2 }":                                   false,
		"not: { properties.a: 1, properties.b: 3 }":                                   true,
		"properties.a: 1\nany: [ { properties.b: 3 } ]":                               false,
		"any: [ { all: [ { properties.a: 1 }, { not: { properties.b: 3 } } ] } ]":     true,
		"not: { not: { any: [ { properties.a: { gt: 5 } }, { properties.b: 2 } ] } }": true,
	} {
		if got := where(t, src).holds(&view{event: e, now: noon}); got != want {
			t.Errorf("%q is %v", src, got)
		}
	}
}

func TestPaths(t *testing.T) {
	const properties = `{"a": {"b": 1}, "a.b": 2, "plan name": 3, "items": [{"sku": "x"}, 7], "0": 4, "q\"]": 5, "dup": 1, "dup": 6, "tr\u00e9s": 8, "": 9, "b\\n": 10}`
	e := &research.Event{Properties: json.RawMessage(properties), Context: json.RawMessage(` {"page" : {"path":"/x"}}`)}
	for path, want := range map[string]string{
		"properties.a.b":         "1",
		`'properties["a.b"]'`:    "2",
		"properties.plan name":   "3",
		"properties.items.0.sku": "x",
		"properties.items.1":     "7",
		"'properties.items[1]'":  "7",
		"properties.0":           "4",
		`'properties["q\"]"]'`:   "5",
		"properties.dup":         "6",
		"properties.trés":        "8",
		`'properties[""]'`:       "9",
		`'properties["b\\n"]'`:   "10",
		"context.page.path":      "/x",
		"properties.items.2":     "",
		"properties.items.01":    "",
		"properties.items.x":     "",
		"properties.a.b.c":       "",
		"properties.items.-1":    "",
		"context.page.path.x":    "",
	} {
		if want == "" {
			want = "{ exists: false }"
		}
		if !where(t, path+": "+want).holds(&view{event: e}) {
			t.Errorf("%s is not %s", path, want)
		}
	}
	for _, bad := range []string{"properties.", "properties..a", "properties.a]", `properties["a"`, `properties["a"]b`, "properties[a]", "properties[-1]", strings.Repeat("properties.a", 60)} {
		if p, err := parsePath(bad); err == nil {
			t.Errorf("%s was read as %v", bad, p)
		}
	}
}

// What was said with the event hides what was known, by top-level key.
func TestTraitsOfTheEventLieOverThePersons(t *testing.T) {
	person := traits(`{"plan": "pro", "address": {"city": "Oslo", "zip": "1"}, "seats": 5}`)
	e := &research.Event{Context: json.RawMessage(`{"traits": {"plan": "free", "address": {"city": "Rome"}, "seats": null}}`)}
	for src, want := range map[string]bool{
		"traits.plan: free":                     true,
		"traits.address.city: Rome":             true,
		"traits.address.zip: { exists: false }": true,
		"traits.seats: { exists: false }":       true,
		"context.traits.plan: free":             true,
	} {
		if got := where(t, src).holds(&view{event: e, person: person}); got != want {
			t.Errorf("%s is %v", src, got)
		}
	}
	bare := &research.Event{Context: json.RawMessage(`{"traits": "none"}`)}
	if !where(t, "traits.plan: pro").holds(&view{event: bare, person: person}) {
		t.Error("traits that are no object hide nothing")
	}
}

func traits(src string) research.Traits {
	t := research.Traits{}
	t.Set(json.RawMessage(src), noon, 1)
	return t
}

func TestDecimalsCostNothing(t *testing.T) {
	start := time.Now()
	for _, n := range []string{"1e999999999", "-1e-999999999", "1e" + strings.Repeat("9", 1000), "0." + strings.Repeat("0", 100_000) + "1"} {
		parseDecimal(n).compare(parseDecimal("1"))
	}
	if d := time.Since(start); d > 100*time.Millisecond {
		t.Errorf("took %s", d)
	}
	order := []string{"-1e99", "-10", "-9.5", "-0.1", "0", "1e-9", "0.5", "1", "9", "10", "1e99"}
	for i := range order {
		for j := range order {
			if got := parseDecimal(order[i]).compare(parseDecimal(order[j])); sign(got) != sign(i-j) {
				t.Errorf("%s against %s: %d", order[i], order[j], got)
			}
		}
	}
}

func sign(n int) int { return max(-1, min(1, n)) }

// Found against what encoding/json finds, on whatever a fuzzer can think of.
func FuzzFind(f *testing.F) {
	f.Add(`{"a": {"b": [1, {"c": "x\""}]}}`, "a", "b")
	f.Add(`[[], {"a\\": null}]`, "1", "a\\")
	f.Fuzz(func(t *testing.T, raw, a, b string) {
		if strings.Contains(a+b, between) {
			return
		}
		got := find([]byte(raw), a+between+b) // never panics, whatever it is given
		var tree any
		if !json.Valid([]byte(raw)) || json.Unmarshal([]byte(raw), &tree) != nil {
			return
		}
		want := step(step(tree, a), b)
		if (want == nil) != (got.kind == missing) {
			t.Fatalf("%s %q %q: %v, want %v", raw, a, b, got, want)
		}
		if s, ok := want.(string); ok && got.string() != s {
			t.Fatalf("%s: %q, want %q", raw, got.string(), s)
		}
	})
}

func step(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		return v[name]
	case []any:
		for i := range v {
			if isIndex(name) && parseDecimal(name).compare(parseDecimal(json.Number(itoa(i)).String())) == 0 {
				return v[i]
			}
		}
	}
	return nil
}

func itoa(i int) string { b, _ := json.Marshal(i); return string(b) }
