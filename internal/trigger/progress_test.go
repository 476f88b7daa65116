package trigger_test

import (
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// friday is when the people of these tests begin.
var friday = time.Date(2026, 11, 27, 9, 30, 0, 0, time.UTC)

func TestProgress(t *testing.T) {
	for _, c := range []struct {
		name, rule string
		happened   string        // names of events, a minute apart
		later      time.Duration // after the last
		want       string
		until      time.Time
	}{
		{"a single event is waited for", `on: { event: left, where: { properties.plan: pro } }`, "", 0,
			"left has to happen where plan is pro", time.Time{}},
		{"a page", `on: { type: page, event: Pricing }`, "", 0, "the page Pricing has to be viewed", time.Time{}},
		{"a count", `on: { event: opened, times: 3, within: 7d }`, "opened opened", 0,
			"opened has to happen 3 times within 7 days: 2 so far", time.Time{}},
		{"a count whose window went by", `on: { event: opened, times: 3, within: 7d }`, "opened opened", 8 * 24 * time.Hour,
			"opened has to happen 3 times within 7 days: 0 so far", time.Time{}},
		{"the first step is done", "on: { event: a }\n    then: [ { event: b, within: 1h }, { event: c } ]", "a", 0,
			"1 of 3 steps; by Friday 10:30 b has to happen", friday.Add(time.Hour)},
		{"its time is over", "on: { event: a }\n    then: [ { event: b, within: 1h }, { event: c } ]", "a", 61 * time.Minute,
			"0 of 3 steps; a has to happen", time.Time{}},
		{"a step without a limit", "on: { event: a }\n    then: [ { event: b, within: 1h }, { event: c, source: [server] } ]", "a b", 40 * 24 * time.Hour,
			"2 of 3 steps; c has to happen (from server)", time.Time{}},
		{"a wait", "on: { event: a }\n    then: [ { event: b } ]\n    absent: { event: done, for: 6d }\n    delay: 1h", "a b", 0,
			"2 of 3 steps; until Thursday 09:31 done must not happen", friday.Add(6*24*time.Hour + time.Minute + time.Hour)},
		{"a wait that is over and delayed", "on: { event: a }\n    absent: { event: done, for: 1h }\n    delay: 30d", "a", time.Hour,
			"2 of 2 steps; decided on 27 December 10:30", friday.Add(30*24*time.Hour + time.Hour)},
		{"a delay into the next year", "on: { event: a }\n    delay: 60d", "a", 0, "decided on 26 January 2027 09:30", friday.Add(60 * 24 * time.Hour)},
		{"history that is not there", "on: { event: a }\n    did: [ { event: viewed, times: 3, within: 30d } ]", "viewed", 0,
			"a has to happen; before that viewed has to happen 3 times within 30 days: 1 so far", time.Time{}},
		{"history that is", "on: { event: a }\n    did: [ { event: viewed } ]", "viewed", 0, "a has to happen", time.Time{}},
		{"what must not have happened", "on: { event: a }\n    did_not: [ { event: left, within: 2d }, { event: never } ]", "left", 0,
			"a has to happen; left must not have happened within 2 days, and did, which counts until Sunday 09:30", time.Time{}},
		{"what must never have happened", "on: { event: a }\n    did_not: [ { event: left } ]", "left", 0,
			"a has to happen; left must not have happened, and did", time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			study, err := trigger.Load([]byte("usercall: 1\nstudy: { key: s }\ntriggers:\n  - key: t\n    " + c.rule + "\n"))
			if err != nil {
				t.Fatal(err)
			}
			r, run, now := study.Rules[0], &trigger.Run{}, friday
			for i, name := range strings.Fields(c.happened) {
				now = friday.Add(time.Duration(i) * time.Minute)
				r.Advance(run, &research.Event{Type: research.Track, Name: name, Timestamp: now, ReceivedAt: now, Seq: int64(i + 1)}, nil)
			}
			got := r.Progress(run, now.Add(c.later), time.UTC)
			if got.Words != c.want || !got.Until.Equal(c.until) {
				t.Errorf("said\n %q until %v, want\n %q until %v", got.Words, got.Until, c.want, c.until)
			}
		})
	}
}

func TestProgressOfSomebodyUnknownInAnotherZone(t *testing.T) {
	study, err := trigger.Load([]byte("usercall: 1\nstudy: { key: s }\ntriggers:\n  - key: t\n    on: { event: a }\n    delay: 20h\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, run := study.Rules[0], &trigger.Run{}
	if got := r.Progress(nil, friday, time.UTC).Words; got != "a has to happen" {
		t.Errorf("of nobody it is said %q", got)
	}
	r.Advance(run, &research.Event{Type: research.Track, Name: "a", Timestamp: friday, Seq: 1}, nil)
	if got := r.Progress(run, friday, time.FixedZone("", 19*3600)).Words; got != "decided on Sunday 00:30" {
		t.Errorf("said %q", got)
	}
}
