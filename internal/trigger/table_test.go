package trigger_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/trigger"
)

// TestTables: a file of testdata/backtest is one rule of triggers.md, said by an
// example: why, triggers, events, and what comes of them with --all. The oracle
// has to agree.
func TestTables(t *testing.T) {
	files, err := filepath.Glob("testdata/backtest/*.txtar")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d tables, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			newTable(t, string(text)).check(t)
		})
	}
}

// table is a file of testdata/backtest.
type table struct {
	study, zone string
	cooldown    time.Duration
	events      []string // as JSON
	wanted      string
}

func newTable(t *testing.T, text string) table {
	parts := strings.Split("\n"+text, "\n-- ")
	part := map[string]string{}
	for _, p := range parts[1:] {
		name, body, _ := strings.Cut(p, " --\n")
		part[name] = strings.TrimRight(body, "\n")
	}
	out := table{zone: "UTC", cooldown: 7 * 24 * time.Hour, wanted: part["decisions"],
		study: "usercall: 1\nstudy: { key: s }\ntriggers:\n" + part["triggers"]}
	for _, option := range strings.Fields(part["options"]) {
		var err error
		switch name, value, _ := strings.Cut(option, "="); name {
		case "timezone":
			out.zone = value
		case "project-cooldown":
			out.cooldown, err = trigger.ParseDuration(value)
		default:
			t.Fatalf("option %q", option)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, line := range strings.Split(part["events"], "\n") {
		out.events = append(out.events, message(t, line, fmt.Sprint("event ", i+1)))
	}
	return out
}

func (x table) check(t *testing.T) {
	clock := func(l string) string { return strings.Join(strings.Fields(l), " ") }
	lines := func(of []string) (out string) {
		for _, l := range of {
			out += clock(l) + "\n"
		}
		return strings.TrimSpace(out)
	}
	want := lines(strings.Split(x.wanted, "\n"))
	if diff := cmp.Diff(want, lines(readable(decided(t, x.study, x.zone, x.cooldown, x.events)))); diff != "" {
		t.Errorf("the backtest (+)\n%s", diff)
	}
	if diff := cmp.Diff(want, lines(readable(wanted(t, x.study, x.zone, x.cooldown, x.events)))); diff != "" {
		t.Errorf("the oracle (+)\n%s", diff)
	}
}

// readable turns "11-02T15:04:05.000 key u:id "event 1" skipped cooldown" into the words
// of the tables: "15:04:05 key id skipped: cooldown (event 1)".
func readable(lines []string) (out []string) {
	for _, l := range lines {
		before, after, _ := strings.Cut(l, ` "`)
		id, outcome, _ := strings.Cut(after, `" `)
		f := strings.Fields(before)
		kind, who, _ := strings.Cut(f[2], ":")
		if kind == "a" {
			who = "(" + who + ")"
		}
		at := strings.TrimPrefix(strings.TrimSuffix(f[0], ".000"), "11-02T")
		out = append(out, fmt.Sprintf("%s %s %s %s (%s)", at, f[1], who, strings.Join(strings.Fields(outcome), ": "), id))
	}
	return out
}

// message is a line as Segment would send it: JSON as it stands, or "10:00:00 u_1
// report_viewed plan=pro", in which u_1(a_1) has both ids and (a_1) no userId,
// identify, page, screen, group and alias stand before what they are about, and
// what begins with @ is a field of the message.
func message(t *testing.T, line, id string) string {
	m := map[string]any{}
	if strings.HasPrefix(line, "{") {
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
	} else {
		compact(t, m, strings.Fields(line))
	}
	if _, ok := m["messageId"]; !ok {
		m["messageId"] = id
	}
	out, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func compact(t *testing.T, m map[string]any, words []string) {
	if len(words) < 3 {
		t.Fatalf("event %q", words)
	}
	m["timestamp"] = onTheDay(words[0])
	user, anonymous, _ := strings.Cut(strings.TrimSuffix(words[1], ")"), "(")
	if user != "" {
		m["userId"] = user
	}
	if anonymous != "" {
		m["anonymousId"] = anonymous
	}
	said := map[string]any{}
	named := [...]string{"identify", "page", "screen", "group", "alias"}
	if m["type"] = "track"; slices.Contains(named[:], words[2]) {
		m["type"] = words[2]
	} else {
		m["event"] = words[2]
	}
	for _, word := range words[3:] {
		name, value, isPair := strings.Cut(word, "=")
		switch {
		case !isPair:
			m[map[any]string{"alias": "previousId", "group": "groupId", "page": "name", "screen": "name"}[m["type"]]] = name
		case name == "@receivedAt":
			m["receivedAt"] = onTheDay(value)
		case name[0] == '@':
			m[name[1:]] = valueIn(value)
		default:
			said[name] = valueIn(value)
		}
	}
	if m["type"] == "identify" || m["type"] == "group" {
		m["traits"] = said
	} else {
		m["properties"] = said
	}
}

// onTheDay is a time of 2 November 2026, or with a month and day: 11-05T10:00:00.
func onTheDay(clock string) string {
	if strings.Contains(clock, "T") {
		return "2026-" + clock + "Z"
	}
	return "2026-11-02T" + clock + "Z"
}

func valueIn(text string) (v any) {
	if json.Unmarshal([]byte(text), &v) == nil {
		return v
	}
	return text
}
