package interview

import (
	"strings"
	"testing"
)

// aloud is a spoken interview at its first question.
func aloud(t *testing.T) (Setup, State, string) {
	t.Helper()
	guide, _ := GuideByID("cancellation")
	su := Setup{ID: "itv_1", Guide: guide, Mode: "voice", Language: "en", Product: "Northdesk", Buttons: true, LimitSeconds: 240}
	s, out := Start(su, 0)
	if out.Question == "" {
		t.Fatal("nothing is asked")
	}
	return su, s, s.Line
}

func TestWhatOnlyHappensWhereSomebodySpeaks(t *testing.T) {
	for name, c := range map[string]struct {
		in        Input
		say       string // of the answer
		asks      bool   // the open question, in its short form
		heard     string
		exclude   bool
		ends, why string
	}{
		"not understood":               {in: Input{Kind: NotHeard}, say: "didn't catch", asks: true},
		"nor the third time":           {in: Input{Kind: ByTyping}, say: "type your answer", asks: true},
		"cut off with one word":        {in: Input{Kind: Cut, Text: "yes"}, asks: true, heard: "yes"},
		"cut off with a request":       {in: Input{Kind: Cut, Text: "stop please"}, heard: "stop please", ends: "stop"},
		"cut off by a noise":           {in: Input{Kind: Cut}, asks: true},
		"skipped with words":           {in: Input{Kind: Skip, Text: "well it was the"}, say: "leave that one", heard: "well it was the"},
		"skipped with an address":      {in: Input{Kind: Skip, Text: "write to ann@example.com"}, heard: "write to [removed]", exclude: true},
		"repeated with a cry for help": {in: Input{Kind: Repeat, Text: "I want to kill myself"}, heard: "I want to kill myself", exclude: true, ends: "distress"},
		"left in mid-sentence":         {in: Input{Kind: Leave, Text: "the price went"}, heard: "the price went", ends: "stop"},
		"out of time":                  {in: Input{Kind: TimeUp, Text: "and then"}, heard: "and then", ends: "time"},
	} {
		t.Run(name, func(t *testing.T) {
			su, s, line := aloud(t)
			c.in.At = 20
			_, out := Step(su, s, c.in)
			if !strings.Contains(out.Say, c.say) || c.asks != (out.Question == line) {
				t.Errorf("says %q, asks %q", out.Say, out.Question)
			}
			if out.Heard != c.heard || out.Exclude != c.exclude {
				t.Errorf("keeps %q, excluded %v", out.Heard, out.Exclude)
			}
			if out.Reason != c.ends || out.Done != (c.ends != "") {
				t.Errorf("ends: %v, %q", out.Done, out.Reason)
			}
		})
	}
}
