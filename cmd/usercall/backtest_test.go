package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

const askOnce = `usercall: 1
study: { key: s }
triggers:
  - { key: left, on: { event: left }, cooldown: 0 }
`

func newBacktest(t *testing.T) *terminal {
	x := &terminal{t, t.TempDir()}
	x.file("study.yaml", askOnce)
	return x
}

// left is a line of somebody who left, with other fields.
func left(more string) string { return `{"type":"track","event":"left","userId":"u"` + more + `}` }

func invitedAt(at, id string) string {
	return `{"at":"` + at + `","study":"s","trigger":"left","person":"u","message_id":"` + id + `","outcome":"invited"}` + "\n"
}

func TestBacktestReads(t *testing.T) {
	x := newBacktest(t)
	const at, time = "2026-11-02T10:00:00Z", `,"timestamp":"2026-11-02T10:00:00Z"`
	for name, c := range map[string]struct{ events, want string }{
		"nothing":                          {"", ""},
		"a line":                           {left(time + `,"messageId":"m"`), invitedAt(at, "m")},
		"CRLF, a BOM and blank lines":      {"\ufeff" + left(time+`,"messageId":"m"`) + "\r\n\r\n  \t\n\n", invitedAt(at, "m")},
		"no messageId":                     {left(time), invitedAt(at, "")},
		"an empty messageId":               {left(time + `,"messageId":""`), invitedAt(at, "")},
		"no timestamp":                     {left(`,"receivedAt":"2026-11-02T10:00:00.5004Z"`), invitedAt("2026-11-02T10:00:00.500Z", "")},
		"a timestamp after the receipt":    {left(`,"timestamp":"2027-01-01T00:00:00Z","receivedAt":"2026-11-02T11:00:00+01:00"`), invitedAt(at, "")},
		"a long line":                      {left(time + `,"properties":{"x":"` + strings.Repeat("x", 3<<20) + `"}`), invitedAt(at, "")},
		"bytes that are not UTF-8":         {left(time + ",\"messageId\":\"\xff\""), invitedAt(at, "\ufffd")},
		"fields of a wrong type beside it": {left(time + `,"properties":7,"context":[],"traits":null`), invitedAt(at, "")},
	} {
		x.file("events.jsonl", c.events)
		out, complaints, status := x.types("", "backtest", "--study", "study.yaml", "--events", "events.jsonl")
		if out != c.want || status != 0 || complaints != "" {
			t.Errorf("%s: status %d, %s%s", name, status, out, complaints)
		}
	}
	x.file("events.jsonl.gz", left(time))
	if out, complaints, _ := x.types("", "backtest", "--study", "study.yaml", "--events", "events.jsonl.gz"); out != invitedAt(at, "") {
		t.Errorf("packed: %s%s", out, complaints)
	}
	if out, complaints, _ := x.types(left(time), "backtest", "--study", "study.yaml", "--events", "-"); out != invitedAt(at, "") {
		t.Errorf("standard input: %s%s", out, complaints)
	}
}

func TestBacktestRefuses(t *testing.T) {
	x := newBacktest(t)
	good := left(`,"timestamp":"2026-11-02T10:00:00Z"`) + "\n\n"
	for line, why := range map[string]string{
		"{":                         "not a JSON object",
		"[]":                        "not a JSON object",
		`"left"`:                    "not a JSON object",
		good[:20]:                   "not a JSON object",
		`{}`:                        "neither a timestamp nor a receivedAt",
		left(""):                    "neither a timestamp nor a receivedAt",
		left(`,"timestamp":"soon"`): "neither a timestamp nor a receivedAt",
		left(`,"timestamp":null`):   "neither a timestamp nor a receivedAt",
		`{"type":"track","event":"left","timestamp":"2026-11-02T10:00:00Z"}`:                   "neither a userId nor an anonymousId",
		`{"type":"track","userId":"u","timestamp":"2026-11-02T10:00:00Z"}`:                     "the name of its event",
		`{"type":"tracks","userId":"u","timestamp":"2026-11-02T10:00:00Z"}`:                    "the type is none of",
		`{"event":"left","userId":"u","timestamp":"2026-11-02T10:00:00Z"}`:                     "the type is none of",
		left(`,"timestamp":"2026-11-02T10:00:00Z","source":"crm"`):                             `the source "crm" is none of`,
		left(`,"timestamp":"2026-11-02T10:00:00Z","x":"` + strings.Repeat("x", maxLine) + `"`): "longer than 16 MiB",
	} {
		x.file("events.jsonl", good+line+"\n"+good)
		out, complaints, status := x.types("", "backtest", "--study", "study.yaml", "--events", "events.jsonl", "--all")
		if status != exitFailed || out != "" || !strings.HasPrefix(complaints, "usercall backtest: events.jsonl:3: ") || !strings.Contains(complaints, why) {
			t.Errorf("%.80s: status %d, %s%s", line, status, out, complaints)
		}
	}
}

func TestBacktestIsCalled(t *testing.T) {
	x := newBacktest(t)
	x.file("events.jsonl", "")
	x.file("bad.yaml", strings.Replace(askOnce, "on:", "absents: 1, on:", 1))
	study := []string{"--study", "study.yaml"}
	events := []string{"--events", "events.jsonl"}
	for _, c := range []struct {
		args   [][]string
		status int
		says   string
	}{
		{[][]string{study, events}, 0, ""},
		{[][]string{study}, exitUsage, "--events"},
		{[][]string{events}, exitUsage, "--study"},
		{[][]string{study, events, {"--format", "csv"}}, exitUsage, "--format"},
		{[][]string{study, events, {"--project-cooldown", "soon"}}, exitUsage, "--project-cooldown"},
		{[][]string{study, events, {"--timezone", "Berlin"}}, exitUsage, "--timezone"},
		{[][]string{study, events, {"--timezone", "Local"}}, exitUsage, "--timezone"},
		{[][]string{study, events, {"--timezone", "Europe/Berlin", "--project-cooldown", "0", "--format", "jsonl", "--all"}}, 0, ""},
		{[][]string{study, events, {"more"}}, exitUsage, "more"},
		{[][]string{{"--study", "none.yaml"}, events}, exitFailed, "none.yaml"},
		{[][]string{{"--study", "bad.yaml"}, events}, exitFailed, `bad.yaml:4: unknown key "absents"`},
		{[][]string{study, {"--events", "none.jsonl"}}, exitFailed, "none.jsonl"},
		{[][]string{study, {"--events", "."}}, exitFailed, "read"},
	} {
		args := []string{"backtest"}
		for _, more := range c.args {
			args = append(args, more...)
		}
		_, complaints, status := x.types("", args...)
		if status != c.status || !strings.Contains(complaints, c.says) || c.says == "" && complaints != "" {
			t.Errorf("%s: status %d, %s", args, status, complaints)
		}
	}
}

func TestBacktestSumsUp(t *testing.T) {
	x := newBacktest(t)
	x.file("study.yaml", askOnce+"  - { key: later, on: { event: left }, absent: { event: back, for: 1d }, people: anyone, priority: 1, per_day: 1 }\n")
	var events strings.Builder
	at := time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)
	for i := range 5 {
		events.WriteString(left(`,"timestamp":"`+at.AddDate(0, 0, i).Format(time.RFC3339)+`"`) + "\n")
	}
	events.WriteString(`{"type":"track","event":"left","anonymousId":"a","timestamp":"2026-11-03T10:00:00Z"}` + "\n")
	x.file("events.jsonl", events.String())
	out, complaints, status := x.types("", "backtest", "--study", "study.yaml", "--events", "events.jsonl", "--format", "table", "--project-cooldown", "2d")
	const want = `6 events, the last at 2026-11-06T10:00:00Z
2 people matched, 4 invited

left
When left happens, ask identified people
  Matched  6  of 2 people
  Invited  3  █·█·█  2026-11-02 to 2026-11-06, at most 1 a day
  Skipped  2  project_cooldown  invited by any trigger before
           1  people            without a userId

later
When left happens, and for 1 day no back happens, ask anyone, at most 1 a day,
nobody twice within 30 days
  Matched    1  of 1 person
  Invited    1  █  2026-11-04 to 2026-11-04, at most 1 a day
  Cancelled  4  the wait ended early
  Waiting    1  undecided when the events end
`
	if out != want || status != 0 || complaints != "" {
		t.Errorf("status %d\n%s%s", status, out, complaints)
	}
}

func TestBacktestStoppedIsAFailure(t *testing.T) {
	x := newBacktest(t)
	cmd := x.command("backtest", "--study", "study.yaml", "--events", "-")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := []byte(left(`,"timestamp":"2026-11-02T10:00:00Z"`) + "\n")
	if _, err := in.Write(line); err != nil { // it is there, and reads
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for range 1 << 20 {
		if _, err := in.Write(line); err != nil { // it is gone
			break
		}
	}
	_ = in.Close()
	if err := cmd.Wait(); err == nil {
		t.Error("status 0")
	}
}
