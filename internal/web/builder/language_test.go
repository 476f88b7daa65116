package builder

import (
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/trigger"
)

// sentences is the language of triggers.md, a line for each thing it can say.
var sentences = []string{
	`on: { event: e }`, `on: { event: [a, b, "two words"] }`, `on: { type: page }`, `on: { event: Pricing, type: screen }`, `on: { event: e, source: [webhook, custom] }`,
	`on: { event: e, times: 3 }`, `on: { event: e, times: 3, within: 1d12h }`, `on: { event: "` + strings.Repeat("ö", 100) + `" }`, `on: { event: "a: [b] #c" }`,
	`on: { event: e, where: { properties.a.b: 1.50, 'properties["a.b"]': "1", 'properties.list.0': true } }`,
	`on: { event: e, where: { properties.a: { equals: x }, properties.b: { not: x }, properties.c: { in: [x, 1, true] }, properties.d: { not_in: ["a, b", " c "] } } }`,
	`on: { event: e, where: { properties.a: { lt: 1e3 }, properties.b: { lte: 0.1, gt: -1 }, properties.c: { gte: now-7d, lt: now }, properties.d: { gt: "2026-11-23" } } }`,
	`on: { event: e, where: { properties.a: { contains: 5 }, properties.b: { starts_with: "", ends_with: "5" }, properties.c: { matches: "^a.*\\d$" } } }`,
	`on: { event: e, where: { properties.a: { exists: true }, properties.b: { exists: false, not: true }, properties.c: "now" } }`,
	`on: { event: e, where: { all: [{ any: [{ properties.a: 1 }, { properties.b: 2, properties.c: 3 }] }, { not: { all: [{ properties.d: 4 }, { not: { properties.e: 5 } }] } }] } }`,
	`on: { event: e, where: { traits.plan: pro, context.page.path: { starts_with: /app } } }`,
	"on: { event: e }\nthen: [{ event: f, within: 1h }, { event: [g, h], type: page, source: [browser] }, { type: screen, within: 2w }]",
	"on: { event: e }\nabsent: { event: e, where: { properties.a: 1 }, for: 7d }",
	"on: { event: e }\ndid: [{ event: f, times: 3, within: 30d }, { event: g }]\ndid_not: [{ event: h, within: 1h }, { type: page }]",
	"on: { event: e }\nwho: { traits.plan: { in: [trial, free] }, email: { ends_with: \"@example.com\" }, group.tier: gold, not: { traits.seats: { gte: 5 } } }\npeople: anyone",
	"on: { event: e }\ndelay: 10m\nsample: 0.5%\ncooldown: 0\nper_day: 20\ntotal: 200\npriority: -10\nexpires: 1h30m",
	"on: { event: e }\nsample: 0%", "on: { event: e }\npage: { url: { path: { starts_with: /app }, host: { in: [a.example, b.example] }, full: { not: x } }, dwell: 20s }",
	"on: { event: e }\ninvite: { title: How?, body: \"Two\\nlines\", accept: Yes, decline: No }", "on: { event: e }\ninvite: { title: { de: Wie?, en: How? }, body: { en: Text } }",
	"on: { event: e }\ninvite: { delivery: link }", "on: { event: e }\ninvite: { delivery: email }", "on: { event: e }\ninvite: { delivery: webhook }", "on: { event: e }\ninvite: { delivery: slack }",
}

// TestEverySentenceComesBack: what a file can say, the form shows, takes back as a
// browser sends it, and saves as it was.
func TestEverySentenceComesBack(t *testing.T) {
	for _, said := range sentences {
		file, err := trigger.Parse([]byte("usercall: 1\nstudy: { key: s }\ntriggers:\n  - key: k\n    " + strings.ReplaceAll(said, "\n", "\n    ")))
		if err != nil {
			t.Errorf("%s\n%v", said, err)
			continue
		}
		want := yaml(file.Triggers[0])
		form, err := Read(Of(&file.Triggers[0]).Values())
		if err != nil {
			t.Fatal(err)
		}
		form.Pad()
		got := form.Check()
		if got.Spec == nil || yaml(*got.Spec) != want {
			t.Errorf("%s\n%q\n%s", said, got.Wrong, want)
		}
	}
}
