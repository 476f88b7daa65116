package analysis

import (
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
)

func TestSummarise(t *testing.T) {
	for _, c := range []struct {
		name                                 string
		said                                 script
		competitors                          []string
		reason, context, feature, competitor string
	}{
		{"all of it",
			script{qTrigger, "Last month our accountant asked for the figures.", qReason, "We ended up leaving because there is no export to our accounting tool.", qAlternative, "We switched to Big Ledger, it has it."}, nil,
			"We ended up leaving because there is no export to our accounting tool.", "Last month our accountant asked for the figures.", "export to our accounting tool", "Big Ledger"},
		{"a name without capitals, as it is spoken",
			script{qReason, "it got too expensive for me", qAlternative, "i use fizz now"}, []string{"Fizz", "Fi"},
			"it got too expensive for me", "", "", "Fizz"},
		{"no name is guessed",
			script{qReason, "It got too expensive for me.", qAlternative, "We switched to a spreadsheet."}, []string{"Spread"},
			"It got too expensive for me.", "", "", ""},
		{"nothing", script{qReason, "I don't know.", qLast, "No, thanks."}, []string{"Fizz"}, "", "", "", ""},
		{"not the interviewer's words", script{"You said it was too expensive, you wish it had exports, and you moved to Fizz?", "Maybe."}, []string{"Fizz"}, "", "", "", ""},
	} {
		iv := c.said.interview(1)
		s := Summarise(iv, c.competitors)
		for field, f := range map[string]struct {
			got  *research.Support
			want string
		}{"reason": {s.Reason, c.reason}, "context": {s.Context, c.context}, "feature": {s.Feature, c.feature}, "competitor": {s.Competitor, c.competitor}} {
			if (f.got == nil) != (f.want == "") || f.got != nil && f.got.Text != f.want {
				t.Errorf("%s: %s is %+v, want %q", c.name, field, f.got, f.want)
			}
			if f.got != nil && (!stands(f.got.Quote, iv.Turns) || f.got.Quote.Interview != iv.PublicID) {
				t.Errorf("%s: %s rests on %+v", c.name, field, f.got.Quote)
			}
		}
		if s.Engine != Builtin || s.Interview != iv.PublicID {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}

func TestReport(t *testing.T) {
	r := studyOf(interviews(twelve), nil)
	a := Report(Facts{Question: "Why people cancel", Themes: r.Themes, Of: r.Of, Ungrouped: len(r.Ungrouped), Invited: 40})
	for _, want := range []string{"4 of 12", "“price”", "14–61 %", "“accounting export”", "users who said"} {
		if !strings.Contains(a.Paragraph, want) {
			t.Errorf("%q is missing in %q", want, a.Paragraph)
		}
	}
	if strings.Contains(a.Paragraph, "cause") || len(a.Quotes) != 3 || len(a.Uncertain) < 3 {
		t.Errorf("%+v", a)
	}
	for _, q := range a.Quotes {
		if !strings.Contains(a.Paragraph, strings.TrimRight(q.Text, ".;,")) {
			t.Errorf("%q does not quote %q", a.Paragraph, q.Text)
		}
	}
	if few := Report(Facts{Of: 1}); few.Paragraph != "1 interview so far; themes appear from 3 on." {
		t.Errorf("%q", few.Paragraph)
	}
	if none := Report(Facts{Of: 3, Ungrouped: 3}); !strings.Contains(none.Paragraph, "no reason was given by more than one person") {
		t.Errorf("%q", none.Paragraph)
	}
}
