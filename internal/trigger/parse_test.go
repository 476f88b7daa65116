package trigger

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
)

// whole is the file of triggers.md §1, with everything in it.
const whole = `usercall: 1                        # version of this format
study:
  key: why-pro-cancels
  name: Why Pro customers cancel
  goal: What happened between the last good week and the cancellation
  context: Northdesk is a help desk for small support teams.
  interviews: 30
  quotas:
    - { name: trial, where: { traits.plan: trial }, interviews: 10 }
interview: { mode: choice, minutes: 4, languages: [en, de] }
guide: cancellation
triggers:
  - key: abandoned-onboarding
    name: Started onboarding, not done a day later
    on:     { event: onboarding_started, where: { properties.source: { not: import } } }
    then:   [ { event: onboarding_step_completed, where: { properties.step: 2 }, within: 1h } ]
    absent: { event: onboarding_completed, for: 24h }
    did:      [ { event: report_viewed, times: 3, within: 30d } ]
    did_not:  [ { event: subscription_cancelled } ]
    who:    { traits.plan: { in: [trial, free] } }
    people: identified
    delay: 10m
    sample: 25%
    cooldown: 30d
    per_day: 20
    total: 200
    priority: 10
    expires: 7d
    page:   { url: { path: { starts_with: /app } }, dwell: 20s }
    invite: { title: One question, body: { en: An AI asks., de: Eine KI fragt. }, accept: Sure, decline: "No", delivery: card }
`

func TestParseReadsTheWholeFormat(t *testing.T) {
	f, err := Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	tr := f.Triggers[0]
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"key", f.Study.Key, "why-pro-cancels"},
		{"target", f.Study.Interviews, 30},
		{"quota", f.Study.Quotas[0].Interviews, 10},
		{"minutes", f.Interview.Minutes, 4},
		{"guide", f.GuideID, "cancellation"},
		{"on", tr.On.Events[0], "onboarding_started"},
		{"type", tr.On.Type, research.Track},
		{"then", formatDuration(tr.Then[0].Within), "1h"},
		{"absent", formatDuration(tr.Absent.For), "1d"},
		{"did", tr.Did[0].Times, 3},
		{"sample", tr.Sample, Percent("25")},
		{"dwell", formatDuration(tr.Page.Dwell), "20s"},
		{"body", tr.Invite.Body.In("de"), "Eine KI fragt."},
		{"decline", tr.Invite.Decline.In("fr"), "No"},
	} {
		if c.got != c.want {
			t.Errorf("%s = %v, want %v", c.what, c.got, c.want)
		}
	}
}

func TestDefaults(t *testing.T) {
	f := parse(t, "usercall: 1\nstudy: { key: s }\ntriggers: [ { key: a, on: { event: e } } ]")
	tr := f.Triggers[0]
	if tr.Cooldown != DefaultCooldown || tr.Expires != DefaultExpires || tr.People != Identified || !tr.Sample.All() ||
		tr.Invite.Delivery != Card || f.Interview.Mode != ModeChoice || f.Interview.Languages[0] != "en" {
		t.Errorf("defaults are not those of the specification: %+v %+v", tr, f.Interview)
	}
}

func parse(t testing.TB, src string) *File {
	t.Helper()
	f, err := Parse([]byte(src))
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return f
}

// trig is a study of one trigger with these lines in it, from line 5 on.
func trig(lines ...string) string {
	return "usercall: 1\nstudy: { key: s }\ntriggers:\n  - key: abandoned\n    " + strings.Join(lines, "\n    ") + "\n"
}

func TestProblems(t *testing.T) {
	const on = "on: { event: e }"
	for _, c := range []struct{ src, want string }{
		{trig(on, "absents: { event: x, for: 1d }"), `study.yaml:6: unknown key "absents" in trigger "abandoned"; did you mean "absent"?`},
		{trig(on, "cooldwon: 3d"), `6: unknown key "cooldwon" in trigger "abandoned"; did you mean "cooldown"?`},
		{trig("on: { evnt: e }"), `5: unknown key "evnt" in on of trigger "abandoned"; did you mean "event"?`},
		{trig("on: { event: e, for: 1d }"), `5: unknown key "for" in on`},
		{trig(on, "then: [ { event: e, times: 2 } ]"), `6: unknown key "times" in then[0]`},
		{trig(on, "absent: { event: e }"), "for is missing"},
		{trig("name: x"), `4: on is missing in trigger "abandoned"`},
		{trig("on: { type: track }"), "5: event is missing"},
		{trig("on: { event: [] }"), "empty list"},
		{trig("on: { event: [a, a] }"), `"a" stands twice`},
		{trig("on: { event: e, type: identify }"), "needs track, page or screen"},
		{trig("on: { event: e, source: [brwser] }"), `did you mean "browser"?`},
		{trig("on: { event: e, within: 0 }"), "0 is no time at all"},
		{trig("on: { event: e, within: 0s }"), "0 is no time at all"},
		{trig("on: { event: e, within: 91d }"), "further than events are kept, 90 days"},
		{trig(on, on), `6: "on" stands twice in trigger "abandoned"; the first is in line 5`},
		{trig(on, "cooldown: 30"), "needs a length of time with a unit"},
		{trig(on, "cooldown: 3 days"), "is no length of time"},
		{trig(on, "cooldown: 99999999999999999999d"), "more than 100 years"},
		{trig(on, "sample: 25"), "needs a share with %"},
		{trig(on, "sample: 101%"), "more than 100%"},
		{trig(on, "sample: 100.1%"), "more than 100%"},
		{trig(on, "sample: -1%"), "is no share"},
		{trig(on, "per_day: 0"), "whole number from 1"},
		{trig(on, "people: everyone"), "needs identified or anyone"},
		{trig(on, "page: { dwell: 11m }"), "at most 10m"},
		{trig(on, "page: { url: { path: { matches: x } } }"), "matches"},
		{trig(on, "page: { url: { pth: /x } }"), `did you mean "path"?`},
		{trig(on, "invite: { title: { english: x } }"), "is no language"},
		{trig(on, "invite: { title: '' }"), "is empty"},
		{trig(on, "invite: { accept: "+strings.Repeat("x", 41)+" }"), "at most 40"},
		{trig(on, "invite: { delivery: pigeon }"), "needs card, link, email, webhook or slack"},
		{trig(on, "who: { properties.x: 1 }"), `"properties" cannot be looked at here, only traits, email and group`},
		{trig("on: { event: e, where: { email: x } }"), `"email" cannot be looked at here`},
		{trig("on: { event: e, where: { propertis.x: 1 } }"), `did you mean "properties"?`},
		{trig(on, "who: { email.x: 1 }"), "email has nothing below it"},
		{trig(on, "who: { traits: 1 }"), "traits needs a name"},
		{trig(on, "who: { traits.a: null }"), "needs a value"},
		{trig(on, "who: { traits.a: {} }"), "an empty map"},
		{trig(on, "who: { traits.a: [1] }"), "needs a value"},
		{trig(on, "who: { traits.a: { in: [] } }"), "at least one value"},
		{trig(on, "who: { traits.a: { in: [[1]] } }"), "in lists texts"},
		{trig(on, "who: { traits.a: { in: [null] } }"), "in lists texts"},
		{trig(on, "who: { traits.a: { in: 3 } }"), "needs a list"},
		{trig(on, "who: { traits.a: { lt: soon } }"), `"soon" is neither`},
		{trig(on, "who: { traits.a: { lt: true } }"), "is neither"},
		{trig(on, "who: { traits.a: { starts_with: 5 } }"), "starts_with takes a text"},
		{trig(on, "who: { traits.a: { exists: yes } }"), "exists takes true or false"},
		{trig(on, "who: { traits.a: { matches: '(' } }"), "regular expression of RE2"},
		{trig(on, "who: { traits.a: { matches: '"+strings.Repeat("a", 501)+"' } }"), "at most 500"},
		{trig(on, "who: { traits.a: { gt: 1, gtt: 2 } }"), `unknown key "gtt"`},
		{trig(on, "who: { traits.a: 1, 'traits[\"a\"]': 2 }"), "stands twice"},
		{trig(on, "who: { all: [] }"), "empty list"},
		{trig(on, "who: { any: { traits.a: 1 } }"), "needs a list"},
		{trig(on, "who: { traits.a: .inf }"), "JSON cannot hold"},
		{trig(on, "who: { traits.a: &x 1, traits.b: *x }"), "anchors"},
		{trig(on, "who: { traits.a: !!str 1 }"), "tags"},
		{"usercall: 2\nstudy: { key: s }", "version 1"},
		{"study: { key: s }", "usercall is missing"},
		{"usercall: 1", "study is missing"},
		{"usercall: 1\nstudy: { name: x }", "key is missing in study"},
		{"usercall: 1\nstudy: { key: Cancel }", "is no key"},
		{"usercall: 1\nstudy: { key: s }\nguide: { questions: [] }", "at least one question"},
		{"usercall: 1\nstudy: { key: s }\nguide: { questions: [ { id: a, ask: x }, { id: a, ask: y } ] }", `id "a"`},
		{"usercall: 1\nstudy: { key: s }\nguide: { questions: [ { id: q1, ask: x } ], texts: { de: { q2: { ask: y } } } }", `unknown key "q2"`},
		{"usercall: 1\nstudy: { key: s }\ninterview: { minutes: 16 }", "from 1 to 15"},
		{"usercall: 1\nstudy: { key: s }\ntriggers:\n- { key: a, on: { event: e } }\n- { key: a, on: { event: e } }", `5: two triggers have the key "a"`},
		{"", "empty"},
		{"a: 1\n---\nb: 2", "second document"},
		{"a: [1\nb: 2", "study.yaml:2: this is no YAML"},
		{`{"usercall": 1, "study": {"key": "s"},` + "\n" + `"x": 1}`, `study.yaml:2: unknown key "x"`},
		{`{"usercall": 1,` + "\n}}", "study.yaml:2: this is no JSON"},
		{`{"usercall": 1, study: { key: S }}`, "is no key"},
		{trig(on, "who: { traits.a: { matches: '(a{100}){10}' } }"), "too large once"},
		{"usercall: 1\nstudy: { key: \xff }", "not UTF-8"},
		{"x: " + strings.Repeat("[", 60) + strings.Repeat("]", 60), "levels deep"},
		{strings.Repeat("#", maxFile+1), "larger than"},
	} {
		_, err := Parse([]byte(c.src))
		var fe *FileError
		if !errors.As(err, &fe) {
			t.Errorf("no problem found, want %s\n%s", c.want, c.src)
			continue
		}
		if got := fe.Format("study.yaml"); !strings.Contains(got, c.want) {
			t.Errorf("got  %s\nwant %s\n%s", got, c.want, c.src)
		}
		if research.CodeOf(err) != research.Invalid {
			t.Errorf("code %s", research.CodeOf(err))
		}
	}
}

func TestEmptyListsAreAsIfLeftOut(t *testing.T) {
	study, err := Load([]byte(trig("on: { event: e }", "then: []", "did: []", "did_not: []", "delay: 0")))
	if err != nil || !study.Rules[0].Stateless() {
		t.Errorf("empty lists are as if left out: %v", err)
	}
}

func TestRoundTrip(t *testing.T) {
	for _, src := range []string{whole, trig("on: { type: page }"), trig(`on: { event: "a: b" }`, "cooldown: 0", "expires: 0"),
		`{"usercall":1,"study":{"key":"s","goal":"\ud83d\ude00 \u2028 \u0009x"},"triggers":[{"key":"a","on":{"event":["x","y"]}}]}`,
		trig(`on: { event: e, where: { 'properties["a.b"].0': "1e3", not: { any: [ { properties.x: 1e3 }, { properties.y: yes, traits.z: { gte: 0x10, lt: now-7d } } ] } } }`),
	} {
		f := parse(t, src)
		once := f.Marshal()
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		if twice := again.Marshal(); !bytes.Equal(once, twice) {
			t.Errorf("not stable:\n%s\n%s", once, twice)
		}
	}
}
