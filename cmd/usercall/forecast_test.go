package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/app"
)

func TestForecastCommand(t *testing.T) {
	x, project := newTerminal(t)
	x.file("study.yaml", "usercall: 1\nstudy: { key: s, interviews: 30 }\ntriggers:\n  - { key: left, on: { event: left } }\n  - { key: other, on: { event: never_sent } }\n")
	if _, complaints, status := x.types("", "apply", "study.yaml", "--project", project); status != 0 {
		t.Fatal(complaints)
	}
	if out, _, status := x.types("", "forecast", "s/left", "--project", project, "--format", "table"); status != 0 || !strings.Contains(out, "No events are stored yet") {
		t.Errorf("before there is any: status %d, %s", status, out)
	}
	var lines strings.Builder
	for i := range 40 { // of 20 people, each twice within the cooldown
		at := time.Now().Add(-time.Duration(40-i) * 6 * time.Hour).UTC().Format(time.RFC3339)
		fmt.Fprintf(&lines, `{"type":"track","event":"left","userId":"user-%d","messageId":"m%d","timestamp":"%s"}`+"\n", i%20, i, at)
	}
	if _, complaints, status := x.types(lines.String(), "import", "-", "--project", project); status != 0 {
		t.Fatal(complaints)
	}
	out, complaints, status := x.types("", "forecast", "s", "--project", project)
	if status != 0 {
		t.Fatal(complaints)
	}
	var got []app.ForecastRow
	for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
		var l app.ForecastRow
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		got = append(got, l)
	}
	if len(got) != 2 || got[0].Trigger != "left" || got[0].Matched != 40 || got[0].Invited != 20 || got[0].People != 20 || got[0].Skipped["cooldown"] != 20 ||
		len(got[0].Days) != 31 || got[0].Target.Missing != 30 || !got[0].Target.Assumed || got[0].Target.Soonest == 0 || got[1].Matched != 0 {
		t.Errorf("%+v", got)
	}
	table, _, status := x.types("", "forecast", "s/left", "--project", project, "--format", "table")
	if status != 0 || !strings.Contains(table, "20 people in 10 days") || !strings.Contains(table, "days to the target, with 2 to 20 of 100 invites becoming one, a guess") {
		t.Errorf("status %d\n%s", status, table)
	}
	for _, wrong := range []string{"nothing", "s/nothing"} {
		if _, complaints, status := x.types("", "forecast", wrong, "--project", project); status != exitFailed || !strings.HasPrefix(complaints, "usercall forecast: ") {
			t.Errorf("%s: status %d, %s", wrong, status, complaints)
		}
	}
}
