package interview

import (
	"os"
	"strings"
	"testing"
)

// raised names the interrupt that an answer raises in the middle of an
// interview; "" where it is an ordinary answer.
func raised(text string) string {
	su := setup("cancellation", "voice")
	s, _ := Start(su, 0)
	m := &moderator{su, &s, english()}
	h := hear(text)
	for _, in := range interrupts {
		if in.raised(m, h) {
			return in.name
		}
	}
	return ""
}

func setup(guide, mode string) Setup {
	g, _ := GuideByID(guide)
	return Setup{ID: "itv_1", Guide: g, Mode: mode, Product: "Northdesk", LimitSeconds: g.MaxSeconds, Buttons: true, Recorded: true}
}

// TestInterrupts holds every interrupt to examples that raise it and to false
// friends that do not: five of each at least.
func TestInterrupts(t *testing.T) {
	file, err := os.ReadFile("testdata/interrupts.txt")
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, line := range strings.Split(string(file), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		name, text, _ := strings.Cut(line[1:], " ")
		got := raised(text)
		count[line[:1]+name]++
		switch {
		case line[0] == '+' && got != name, line[0] == '=' && got != "":
			t.Errorf("%q raised %q, want %q", text, got, strings.Trim(name, "="))
		case line[0] == '-' && got == name:
			t.Errorf("%q raised %q", text, got)
		}
	}
	for _, in := range interrupts {
		if in.name != "choice" && (count["+"+in.name] < 5 || count["-"+in.name] < 5) && !strings.HasPrefix(in.name, "repeat") {
			t.Errorf("%s has %d positive and %d negative examples", in.name, count["+"+in.name], count["-"+in.name])
		}
	}
}
