package main

import (
	"strings"
	"testing"
)

func TestErase(t *testing.T) {
	x, project := newTerminal(t)
	x.types(said("m1"), "import", "-", "--project", project)
	events := func() string {
		out, _, _ := x.types("", "export", "events", "--project", project, "--format", "jsonl")
		return out
	}
	for _, answer := range []string{"", "no\n", "y\n"} {
		if _, complaints, status := x.types(answer, "erase", "--project", project, "--user", "secret-user"); status != exitFailed ||
			!strings.Contains(complaints, "usercall erase: nothing was deleted") || strings.Contains(complaints, "secret-user") {
			t.Errorf("%q: status %d, %s", answer, status, complaints)
		}
	}
	if events() == "" {
		t.Error("they were deleted without a yes")
	}
	if _, _, status := x.types("", "erase", "--project", "prj_none", "--user", "secret-user", "--yes"); status != exitFailed {
		t.Errorf("an unknown project: status %d", status)
	}
	if out, complaints, status := x.types("yes\n", "erase", "--project", project, "--user", "secret-user"); status != 0 || out != "Nothing of this person is stored any more.\n" {
		t.Errorf("status %d, %s%s", status, out, complaints)
	}
	if left := events(); left != "" {
		t.Errorf("left are %s", left)
	}
	if _, complaints, status := x.types("", "erase", "--project", project, "--user", "secret-user", "--yes"); status != 0 || complaints != "" {
		t.Errorf("again: status %d, %s", status, complaints)
	}
}
