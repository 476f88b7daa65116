package main

import "testing"

func TestHowLongRecordingsAreKept(t *testing.T) {
	x, project := newTerminal(t)
	for _, c := range []struct {
		days, says string
		status     int
	}{
		{"", "Recordings are deleted after 90 days.\n", 0}, {"--days=30", "Recordings are deleted after 30 days.\n", 0}, {"", "Recordings are deleted after 30 days.\n", 0},
		{"--days=0", "Recordings are kept until somebody deletes them.\n", 0}, {"--days=-1", "", exitFailed}, {"--days=3651", "", exitFailed}, {"--days=month", "", exitUsage},
		{"", "Recordings are kept until somebody deletes them.\n", 0},
	} {
		args := []string{"project", "recordings", "--project", project}
		if c.days != "" {
			args = append(args, c.days)
		}
		if out, complaints, status := x.types("", args...); out != c.says || status != c.status || (complaints == "") != (status == 0) {
			t.Errorf("%s: status %d, %q, %q", c.days, status, out, complaints)
		}
	}
}
