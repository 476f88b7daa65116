package trigger

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
)

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		on    string
		event research.Event
		want  bool
	}{
		{"{ event: a }", research.Event{Type: research.Track, Name: "a"}, true},
		{"{ event: a }", research.Event{Type: research.Track, Name: "A"}, false},
		{"{ event: a }", research.Event{Type: research.Page, Name: "a"}, false},
		{"{ event: [a, b] }", research.Event{Type: research.Track, Name: "b"}, true},
		{"{ type: page }", research.Event{Type: research.Page}, true},
		{"{ type: page }", research.Event{Type: research.Page, Name: "Home"}, true},
		{"{ type: page }", research.Event{Type: research.Screen, Name: "Home"}, false},
		{"{ type: screen, event: Home }", research.Event{Type: research.Screen, Name: "Home"}, true},
		{"{ type: page, event: Home }", research.Event{Type: research.Page}, false},
		{"{ event: a, source: server }", research.Event{Type: research.Track, Name: "a", Source: research.FromServer}, true},
		{"{ event: a, source: [server, webhook] }", research.Event{Type: research.Track, Name: "a", Source: research.FromCustom}, false},
		{"{ event: a, where: { properties.x: 1 } }", research.Event{Type: research.Track, Name: "a", Properties: json.RawMessage(`{"x": 1}`)}, true},
		{"{ event: a, where: { properties.x: 1 } }", research.Event{Type: research.Track, Name: "a"}, false},
		{"{ event: a, where: { properties.x: { lt: now } } }", research.Event{Type: research.Track, Name: "a", Timestamp: noon, Properties: json.RawMessage(`{"x": "2026-11-24"}`)}, true},
		{"{ event: a, where: { traits.plan: pro } }", research.Event{Type: research.Track, Name: "a"}, true},
	} {
		s := compileFile(t, trig("on: "+c.on))
		got := s.Rules[0].Matches(&c.event, traits(`{"plan": "pro"}`))
		if found := len(NewIndex(s.Rules...).Match(&c.event, traits(`{"plan": "pro"}`))) == 1; got != c.want || found != c.want {
			t.Errorf("%s of %s %q: %v, found by the index: %v", c.on, c.event.Type, c.event.Name, got, found)
		}
	}
}

// named is a study whose one trigger waits for these events.
func named(t testing.TB, study, on string, priority int) []*Rule {
	t.Helper()
	src := strings.Replace(trig("on: "+on, fmt.Sprint("priority: ", priority)), "{ key: s }", "{ key: "+study+" }", 1)
	return compileFile(t, src).Rules
}

func keys(rules []*Rule) string {
	out := []string{}
	for _, r := range rules {
		out = append(out, r.StudyKey)
	}
	return strings.Join(out, " ")
}

func TestIndexKeepsUpWithStudies(t *testing.T) {
	ix := NewIndex()
	ix.Put("a", named(t, "a", "{ event: [x, y] }", 0))
	ix.Put("b", named(t, "b", "{ event: x }", 5))
	ix.Put("p", named(t, "p", "{ type: page }", 0))
	ix.Put("q", named(t, "q", "{ type: page, event: Home }", 0))
	expect := func(kind research.EventType, name, want string) {
		t.Helper()
		if got := keys(ix.Match(&research.Event{Type: kind, Name: name}, nil)); got != want {
			t.Errorf("%s %q: %q, want %q", kind, name, got, want)
		}
	}
	expect(research.Track, "x", "b a")
	expect(research.Track, "y", "a")
	expect(research.Track, "z", "")
	expect(research.Page, "Home", "p q")
	expect(research.Page, "Other", "p")
	expect(research.Page, "", "p")
	expect(research.Screen, "Home", "")
	ix.Put("a", named(t, "a", "{ event: z }", 0))
	ix.Remove("p")
	expect(research.Track, "x", "b")
	expect(research.Track, "y", "")
	expect(research.Track, "z", "a")
	expect(research.Page, "Home", "q")
	expect(research.Page, "", "")
}

func TestIndexFindsTheRuleOfATrigger(t *testing.T) {
	rules := named(t, "a", "{ event: x }", 0)
	rules[0].TriggerID = 7
	ix := NewIndex(rules...)
	if r, ok := ix.Rule(7); !ok || r != rules[0] {
		t.Error("the rule of trigger 7 is not found")
	}
	ix.Remove("a")
	if _, ok := ix.Rule(7); ok {
		t.Error("the rule of trigger 7 is still there")
	}
}

func TestNames(t *testing.T) {
	ix := NewIndex()
	ix.Put("a", named(t, "a", `{ event: x, where: { properties.plan: pro, 'properties["a.b"]': 1, any: [ { context.page.path: / }, { traits.address.city: Oslo } ] } }`, 0))
	more := named(t, "b", "{ event: x, where: { properties.plan: free } }", 0)
	ix.Put("b", more)
	who := compileFile(t, strings.Replace(trig("on: { type: page }", "who: { email: { exists: true }, group.plan: pro, traits.role: admin }", "people: anyone"), "key: s ", "key: w ", 1))
	ix.Put("w", who.Rules)
	paused := named(t, "c", "{ event: paused }", 0)
	paused[0].Active = false
	ix.Put("c", paused)
	ix.Put("d", named(t, "d", "{ event: hook, source: [webhook, server] }", 0))
	want := []EventNeed{
		{Type: "page", Properties: []string{}, Context: []string{}, Traits: []string{"traits.email", "traits.role"}, Group: []string{"group.plan"}, Anyone: true},
		{Type: "track", Name: "x", Properties: []string{"properties.plan", `properties["a.b"]`}, Context: []string{"context.page.path"}, Traits: []string{"traits.address"}, Group: []string{}},
	}
	if got := ix.Names(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if !ix.Signed() {
		t.Error("a rule takes what a webhook sends")
	}
}

func TestPageAsTheSDKReadsIt(t *testing.T) {
	for line, want := range map[string]string{
		"name: x": `null`,
		"page: { url: { path: { starts_with: /app, not: '/app/\"x' }, host: a.com }, dwell: 20s }": `{"url":{"host":{"equals":"a.com"},"path":{"not":"/app/\"x","starts_with":"/app"}},"dwell_ms":20000}`,
		"page: { url: { path: { in: [/a, /b] } } }":                                                `{"url":{"path":{"in":["/a","/b"]}}}`,
	} {
		got, err := json.Marshal(rule(t, line).Page)
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", line, got, err)
		}
	}
}

func TestTextsAlwaysHaveSomethingToSay(t *testing.T) {
	r := rule(t, "invite: { title: { de: Kurz gefragt, es: Una pregunta }, accept: Go }")
	for _, c := range []struct{ got, want string }{
		{r.Title.In("de-AT"), "Kurz gefragt"},
		{r.Title.In("fr"), "Kurz gefragt"},
		{r.Accept.In("fr"), "Go"},
		{r.Decline.In("en"), "No thanks"},
		{r.Body.In("en"), "An AI interviewer asks, you answer. About 4 minutes. It changes nothing about what you just did."},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	print := func(lines ...string) string { return parse(t, trig(lines...)).Triggers[0].Fingerprint() }
	base := print("on: { event: e }")
	for _, same := range []string{"cooldown: 3d", "invite: { title: x }", "per_day: 3", "who: { traits.a: 1 }", "name: x", "priority: 3", "sample: 5%"} {
		if print("on: { event: e }", same) != base {
			t.Errorf("%s makes a new version", same)
		}
	}
	for _, other := range []string{"on: { event: f }", "on: { event: e, where: { properties.a: 1 } }", "on: { event: e, source: server }"} {
		if print(other) == base {
			t.Errorf("%s makes no new version", other)
		}
	}
}

func TestAsksIsNeverWrongAboutAMatch(t *testing.T) {
	file, err := Parse([]byte(`
usercall: 1
study: { key: s }
triggers:
  - { key: a, on: { event: left, where: { properties.plan: pro } } }
  - { key: b, on: { event: opened, where: { traits.plan: pro } } }
  - { key: c, on: { type: page } }
`))
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range compiled.Rules {
		r.TriggerID = research.TriggerID(i + 1)
	}
	ix := NewIndex(compiled.Rules...)
	for want, events := range map[bool][]research.Event{
		true: {
			{Type: research.Track, Name: "left", Properties: []byte(`{"plan":"pro"}`)},
			{Type: research.Track, Name: "opened"}, // whose plan it is, only the person tells
			{Type: research.Page, Name: "Home"},
		},
		false: {
			{Type: research.Track, Name: "left", Properties: []byte(`{"plan":"free"}`)},
			{Type: research.Track, Name: "left"},
			{Type: research.Track, Name: "nobody asks"},
			{Type: research.Screen, Name: "Home"},
		},
	} {
		for _, e := range events {
			if ix.Asks(&e) != want {
				t.Errorf("%s %s %s: asks %v", e.Type, e.Name, e.Properties, !want)
			}
		}
	}
}
