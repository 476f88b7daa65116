package trigger

import (
	"errors"
	"strings"
	"testing"
)

const on = "on: { event: e }"

type sentence struct {
	says  string
	lines string // of a trigger, or a whole file
	means string // part of the canonical form; "!": refused, with that in the message; "!!": and a JSON Schema cannot tell
}

func (s *sentence) file() string {
	if strings.Contains(s.lines, "usercall") {
		return s.lines
	}
	return trig(strings.Split(s.lines, "\n")...)
}

// sentences is the specification, sentence by sentence. A row is accepted, and
// what it means is in its canonical form; or it is refused, and the message tells
// why.
var sentences = []sentence{
	// §1, the file
	{"YAML 1.2, JSON accepted", `{"usercall": 1, "study": {"key": "s"}, "triggers": [{"key": "a", "on": {"event": "e"}}]}`, "on: { event: e }"},
	{"YAML 1.2: no is a text", "on: { event: no }", `event: "no"`},
	{"YAML 1.2: on is a key", "\"on\": { event: on }", `event: "on"`},
	{"YAML 1.2: a date is a text", "on: { event: 2026-11-23 }", `event: "2026-11-23"`},
	{"YAML 1.2: 12:30 is a text", "on: { event: 12:30:00 }", `event: "12:30:00"`},
	{"YAML 1.2: 0o17 is 15, 017 is 17", "on: { event: e, where: { properties.a: 0o17, properties.b: 017 } }", "properties.a: 15, properties.b: 17"},
	{"YAML 1.2: 1_000 is a text", "on: { event: e, where: { properties.a: 1_000 } }", `properties.a: "1_000"`},
	{"unknown keys name the nearest", on + "\nabsents: { event: x, for: 1d }", `!study.yaml:6: unknown key "absents" in trigger "abandoned"; did you mean "absent"?`},
	{"merge keys", "on:\n  <<: { event: e }", `!unknown key "<<"`},
	{"anchors", "on: &a { event: e }", "!anchors"},
	{"keys twice", on + "\n" + on, `!!"on" stands twice`},
	{"version of this format", "usercall: 2\nstudy: { key: s }", "!version 1 of the format"},
	{"key [a-z0-9-]", "usercall: 1\nstudy: { key: a_b }", "!is no key"},
	{"key 1..64", "usercall: 1\nstudy: { key: " + strings.Repeat("a", 65) + " }", "!is no key"},
	{"key 64", "usercall: 1\nstudy: { key: " + strings.Repeat("a", 64) + " }", strings.Repeat("a", 64)},
	{"quotas", "usercall: 1\nstudy: { key: s, quotas: [ { name: trial, where: { traits.plan: trial }, interviews: 10 } ] }", "traits.plan: trial"},
	{"quotas see what who sees", "usercall: 1\nstudy: { key: s, quotas: [ { name: q, where: { properties.a: 1 }, interviews: 1 } ] }", "!only traits, email and group"},
	{"minutes 1..15", "usercall: 1\nstudy: { key: s }\ninterview: { minutes: 15 }", "minutes: 15"},
	{"minutes 0", "usercall: 1\nstudy: { key: s }\ninterview: { minutes: 0 }", "!from 1 to 15"},
	{"mode voice", "usercall: 1\nstudy: { key: s }\ninterview: { mode: voice }", "mode: voice"},
	{"mode phone", "usercall: 1\nstudy: { key: s }\ninterview: { mode: phone }", "!voice, text or choice"},
	{"guide with the keys of an entry", "usercall: 1\nstudy: { key: s }\nguide: { id: g, title: t, goal: x, target_seconds: 60, max_seconds: 90, context: c, questions: [ { id: q1, topic: t, must: true, ask: a, again: b, max_probes: 2 } ], last: l, texts: { de: { q1: { ask: c, again: d } } } }", "max_probes: 2"},
	{"guide, a key too many", "usercall: 1\nstudy: { key: s }\nguide: { question: [] }", `!did you mean "questions"?`},
	{"title 120", on + "\ninvite: { title: " + strings.Repeat("é", 120) + " }", "title:"},
	{"title 121", on + "\ninvite: { title: " + strings.Repeat("é", 121) + " }", "!at most 120"},
	{"body 501", on + "\ninvite: { body: " + strings.Repeat("x", 501) + " }", "!at most 500"},
	{"decline, a map by language", on + "\ninvite: { decline: { en: No, de: Nein } }", `decline: { de: Nein, en: "No" }`},
	{"decline: No is a text", on + "\ninvite: { decline: No }", `decline: "No"`},
	{"delivery slack", on + "\ninvite: { delivery: slack }", "delivery: slack"},
	{"windows reach 90 days", "on: { event: e, times: 2, within: 90d }", "within: 90d"},
	{"and no more", on + "\ndid: [ { event: f, within: 13w } ]", "!!events are kept, 90 days; write 90d or less"},
	{"nor does for", on + "\nabsent: { event: f, for: 91d }", "!!events are kept, 90 days"},
	{"nor a step", on + "\nthen: [ { event: f, within: 2161h } ]", "!!events are kept, 90 days"},
	{"several units", on + "\ncooldown: 1d12h", "cooldown: 1d12h"},
	{"weeks", on + "\ncooldown: 2w", "cooldown: 14d"},
	{"an integer", on + "\ncooldown: 1.5d", "!is no length of time"},
	{"a unit", on + "\ncooldown: 30", "!with a unit"},
	{"the number 0 is none", on + "\ncooldown: 0\nexpires: 0\ndelay: 0", "cooldown: 0, expires: 0"},
	{"within 0", on + "\ndid: [ { event: f, within: 0 } ]", "!0 is no time at all"},
	{"for 0", on + "\nabsent: { event: f, for: 0 }", "!0 is no time at all"},
	{"for 0s", on + "\nabsent: { event: f, for: 0s }", "!!0 is no time at all"},
	{"sample, a decimal", on + "\nsample: 0.125%", "sample: 0.125%"},
	{"sample 0", on + "\nsample: 0%", "sample: 0%"},
	{"sample 100", on + "\nsample: 100.000%\npriority: 1", "{ key: abandoned, on: { event: e }, priority: 1 }"},
	{"sample above 100", on + "\nsample: 100.00000000000000000000000001%", "!!more than 100%"},
	{"sample without %", on + "\nsample: 25", "!with %"},
	{"on may not be left out", "name: x", "!on is missing"},
	{"nor key", "usercall: 1\nstudy: { key: s }\ntriggers: [ { on: { event: e } } ]", "!key is missing"},
	{"times in on", "on: { event: e, times: 3, within: 1d }", "times: 3, within: 1d"},
	{"times in did", on + "\ndid: [ { event: f, times: 3 } ]", "times: 3"},
	{"times not in did_not", on + "\ndid_not: [ { event: f, times: 3 } ]", `!unknown key "times" in did_not[0]`},
	{"times not in then", on + "\nthen: [ { event: f, times: 3 } ]", `!unknown key "times" in then[0]`},
	{"times not in absent", on + "\nabsent: { event: f, times: 3, for: 1d }", `!unknown key "times" in absent`},
	{"times 0", "on: { event: e, times: 0 }", "!whole number from 1"},
	{"for in absent only", on + "\ndid: [ { event: f, for: 1d } ]", `!unknown key "for"`},
	{"within not in absent", on + "\nabsent: { event: f, within: 1d, for: 1d }", `!unknown key "within"`},
	{"absent needs for", on + "\nabsent: { event: f }", "!for is missing"},
	{"a list of absents", on + "\nabsent: [ { event: f, for: 1d } ]", "!needs a map"},

	// §2, conditions
	{"a scalar is equals", "on: { event: e, where: { properties.a: { equals: pro } } }", "where: { properties.a: pro }"},
	{"several tests in one map", "on: { event: e, where: { properties.a: { gte: 1, lt: 5 } } }", "properties.a: { gte: 1, lt: 5 }"},
	{"joins beside paths", "on: { event: e, where: { properties.a: 1, all: [ { properties.b: 2 } ], any: [ { properties.c: 3 } ], not: { properties.d: 4 } } }",
		"{ properties.a: 1, all: [{ properties.b: 2 }], any: [{ properties.c: 3 }], not: { properties.d: 4 } }"},
	{"a name with a dot", `on: { event: e, where: { 'properties["a.b"]': 1 } }`, `"properties[\"a.b\"]": 1`},
	{"a number is a place", "on: { event: e, where: { properties.items.0.sku: x, 'properties.items[1]': y } }", `properties.items.0.sku: x, properties.items.1: "y"`},
	{"a path twice, spelt differently", `on: { event: e, where: { properties.a: 1, 'properties["a"]': 2 } }`, "!!stands twice"},
	{"1e999999 costs nothing", "on: { event: e, where: { properties.a: 1e999999 } }", "properties.a: 1e999999"},
	{"operands are scalars", "on: { event: e, where: { properties.a: { equals: [1] } } }", "!equals takes one text"},
	{"not of a map", "on: { event: e, where: { properties.a: { not: { in: [1] } } } }", "!not takes one text"},
	{"a null", "on: { event: e, where: { properties.a: null } }", "!needs a value"},
	{"a null operand", "on: { event: e, where: { properties.a: { not: ~ } } }", "!properties.a in where of on"},
	{"an empty operand", "on: { event: e, where: { properties.a: { gt: } } }", "!gt takes one text"},
	{"an empty list", "on: { event: e, where: { properties.a: { not_in: [] } } }", "!not_in needs at least one value"},
	{"an empty any", "on: { event: e, where: { any: [] } }", "!any in where of on"},
	{"an instant that does not parse", "on: { event: e, where: { properties.a: { lt: soon } } }", `!lt compares numbers or times, and "soon" is neither`},
	{"an instant without a zone", "on: { event: e, where: { properties.a: { lt: 2026-11-23T10:00:00 } } }", "!is neither"},
	{"no such day", "on: { event: e, where: { properties.a: { lt: 2026-02-30 } } }", "!!is neither"},
	{"now-7d", "on: { event: e, where: { properties.a: { gt: now-7d, lte: now+1h } } }", "gt: now-7d, lte: now+1h"},
	{"now in several units", "on: { event: e, where: { properties.a: { gt: now-1d12h } } }", "gt: now-1d12h"},
	{"now without a unit", "on: { event: e, where: { properties.a: { gt: now-7 } } }", "!is neither"},
	{"ordered texts", "on: { event: e, where: { properties.a: { gt: b } } }", "!is neither"},
	{"starts_with a number", "on: { event: e, where: { properties.a: { starts_with: 5 } } }", "!starts_with takes a text"},
	{"exists", "on: { event: e, where: { properties.a: { exists: 1 } } }", "!exists takes true or false"},
	{"a pattern that does not compile", `on: { event: e, where: { properties.a: { matches: "(" } } }`, "!!regular expression of RE2"},
	{"RE2 has no lookahead", `on: { event: e, where: { properties.a: { matches: "(?=x)" } } }`, "!!regular expression of RE2"},
	{"empty did, did_not, then", on + "\ndid: []\ndid_not:\nthen: null\npriority: 1", "on: { event: e }, priority: 1"},
	{"where sees three roots", "on: { event: e, where: { properties.a: 1, traits.b: 2, context.c: 3 } }", "context.c: 3"},
	{"and no others", "on: { event: e, where: { group.a: 1 } }", `!"group" cannot be looked at here, only properties, traits and context`},
	{"who sees three others", on + "\nwho: { traits.a: 1, email: { ends_with: \"@acme.com\" }, group.plan: pro }", "group.plan: pro"},
	{"and not the event", on + "\nwho: { context.a: 1 }", `!"context" cannot be looked at here`},

	// §3, events
	{"a list of names", "on: { event: [a, b] }", "event: [a, b]"},
	{"an empty name", `on: { event: "" }`, "!is empty"},
	{"a number is no name", "on: { event: 404 }", "!put it in quotes"},
	{"type page without a name", "on: { type: page }", "on: { type: page }"},
	{"type screen with one", "on: { type: screen, event: Home }", "event: Home, type: screen"},
	{"track needs a name", "on: { where: { properties.a: 1 } }", "!event is missing"},
	{"sources", "on: { event: e, source: [server, webhook] }", "source: [server, webhook]"},
	{"one source", "on: { event: e, source: custom }", "source: [custom]"},
	{"a source that is none", "on: { event: e, source: [api] }", "!needs browser, server, webhook or custom"},
}

func TestTheLanguage(t *testing.T) {
	for _, c := range sentences {
		f, err := Parse([]byte(c.file()))
		var bad *FileError
		switch why, refused := strings.CutPrefix(c.means, "!"); {
		case refused && !errors.As(err, &bad):
			t.Errorf("%s: accepted\n%s", c.says, c.file())
		case refused:
			if got := bad.Format("study.yaml"); !strings.Contains(got, strings.TrimPrefix(why, "!")) {
				t.Errorf("%s: got %s, want %s", c.says, got, why)
			}
		case err != nil:
			t.Errorf("%s: %v\n%s", c.says, err, c.file())
		default:
			if got := flowed(f); !strings.Contains(got, c.means) {
				t.Errorf("%s: got %s, want %s", c.says, got, c.means)
			}
		}
	}
}

// flowed is the canonical form of a file on one line.
func flowed(f *File) string {
	root, problem := readTree(f.Marshal())
	if problem != nil {
		return problem.Message
	}
	return root.flow()
}
