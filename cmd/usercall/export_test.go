package main

import (
	"strings"
	"testing"
)

func TestExportPeople(t *testing.T) {
	x, project := newTerminal(t)
	lines := `{"type":"identify","userId":"ann","traits":{"email":"=ann@example.com"},"messageId":"m1","timestamp":"2026-11-02T10:00:00Z"}
{"type":"track","event":"left","anonymousId":"phone","messageId":"m2","timestamp":"2026-11-02T11:00:00Z"}
`
	if _, complaints, status := x.types(lines, "import", "-", "--project", project); status != 0 {
		t.Fatal(complaints)
	}
	for _, c := range []struct {
		args   string
		says   string
		status int
	}{
		{"people --format csv", "person,kind,email,first_seen,last_seen,opted_out\nann,user,'=ann@example.com,2026-11-02T10:00:00.000Z,", 0},
		{"people --person phone --format jsonl", `{"person":"phone","kind":"anonymous","email":"","first_seen":"2026-11-02T11:00:00.000Z"`, 0},
		{"people --opted-out", "Nobody has opted out", 0},
		{"people --opted-out --format json", "[]", 0},
		{"events --opted-out", "--opted-out is about people", exitUsage},
	} {
		out, complaints, status := x.types("", append(append([]string{"export"}, strings.Fields(c.args)...), "--project", project)...)
		if status != c.status || !strings.Contains(out+complaints, c.says) {
			t.Errorf("%s: status %d\n%s%s", c.args, status, out, complaints)
		}
	}
}
