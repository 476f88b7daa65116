package interview

import (
	"os"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
)

// TestFilterLines reads testdata/lines.txt: lines that may be said, and lines
// that each rule refuses.
func TestFilterLines(t *testing.T) {
	file, err := os.ReadFile("testdata/lines.txt")
	if err != nil {
		t.Fatal(err)
	}
	count := map[byte]int{}
	for _, row := range strings.Split(string(file), "\n") {
		if row == "" || row[0] == '#' {
			continue
		}
		rule, line, _ := strings.Cut(row[1:], " ")
		m := halfway()
		got := broken(utterance{text: line, tmpl: line}, m)
		count[row[0]]++
		if row[0] == '+' && got != "" {
			t.Errorf("%q refused: %s", line, got)
		}
		if row[0] == '-' && got != rule {
			t.Errorf("%q refused as %q, want %q", line, got, rule)
		}
	}
	if count['+'] < 40 || count['-'] < 40 {
		t.Errorf("%d good and %d bad lines, want 40 of each", count['+'], count['-'])
	}
}

// halfway is an interview in which the participant spoke of an export, their
// boss and a slow page.
func halfway() *moderator {
	su := setup("cancellation", "voice")
	s, _ := Start(su, 0)
	m := &moderator{su, &s, english()}
	s.About = "The export page was slow and my boss saw the wrong invoice, so we left in March."
	s.listen(s.About + " 4711 health")
	s.Lines = append(s.Lines, "You mentioned the invoice. What did you expect to see there?")
	return m
}

func TestQuotations(t *testing.T) {
	m := halfway()
	for quote, want := range map[string]string{
		"my boss saw the wrong invoice": "",
		"my boss saw a wrong invoice":   "quotation", // not their words
		"my boss":                       "quotation", // too short
	} {
		line := strings.ReplaceAll(m.lang.Quotes[0], "{quote}", quote)
		if got := broken(utterance{text: line, echo: quote, quote: quote}, m); got != want {
			t.Errorf("quoting %q: %q, want %q", quote, got, want)
		}
	}
	m.s.Quotes = maxQuotes
	line := strings.ReplaceAll(m.lang.Quotes[0], "{quote}", "my boss saw the wrong invoice")
	if got := broken(utterance{text: line, echo: "my boss saw the wrong invoice", quote: "my boss saw the wrong invoice"}, m); got != "quotation" {
		t.Errorf("a fourth quotation: %q", got)
	}
}

func TestNothingIsAskedInTheLastSeconds(t *testing.T) {
	m := halfway()
	m.s.At = float64(m.su.limit()) - reserve
	if got := broken(utterance{text: "What happened there?"}, m); got != "time" {
		t.Errorf("got %q, want time", got)
	}
}

// TestFixedTexts holds the texts that the filter never sees to the rules that
// are for all texts.
func TestFixedTexts(t *testing.T) {
	l := english()
	for _, texts := range []map[string]string{l.Handlers, l.Closing, l.Disclosure} {
		for name, text := range texts {
			text = setup("cancellation", "voice").fill(text)
			if misshapen(text) || foreignScript(text) || longNumber.MatchString(text) || strings.Contains(text, "{") {
				t.Errorf("%s: %q", name, text)
			}
		}
	}
	for _, reason := range []string{l.Closing["done"], l.Closing["early"], l.Closing["brief"], l.Handlers["stop"], l.Handlers["consent_no"], l.Handlers["silence_close"], l.Handlers["abuse_close"]} {
		if !strings.Contains(strings.ToLower(reason), "thank") {
			t.Errorf("%q closes without thanks", reason)
		}
	}
}

// TestTemplates: every cue has two templates, and every template passes the
// filter on its own words.
func TestTemplates(t *testing.T) {
	l := english()
	for _, c := range l.Cues {
		if len(c.Probes) < 2 {
			t.Errorf("cue %s has %d templates", c.ID, len(c.Probes))
		}
		for _, p := range c.Probes {
			if got := broken(utterance{text: p, tmpl: p}, halfway()); got != "" && c.ID != "trust" {
				t.Errorf("cue %s: %q refused: %s", c.ID, p, got)
			}
		}
	}
}

func TestShippedGuidesPass(t *testing.T) {
	for _, g := range Guides() {
		if err := CheckGuide(g); err != nil {
			t.Errorf("%s: %v", g.ID, err)
		}
	}
}

func TestCheckGuide(t *testing.T) {
	good := research.Question{ID: "a", Must: true, Ask: "What happened that day?"}
	for name, test := range map[string]struct {
		questions []research.Question
		want      string
	}{
		"same id twice":   {[]research.Question{good, good}, "Question a"},
		"no must":         {[]research.Question{{ID: "a", Ask: "What happened?"}}, "must"},
		"nothing to ask":  {[]research.Question{good, {ID: "b"}}, "Question b"},
		"no id":           {[]research.Question{{Must: true, Ask: "What happened?"}}, "Question 1"},
		"yes or no":       {[]research.Question{good, {ID: "b", Ask: "Was it easy to use?"}}, "yes or no"},
		"leading":         {[]research.Question{good, {ID: "b", Ask: "What made it so frustrating?"}}, "judgement"},
		"two questions":   {[]research.Question{good, {ID: "b", Ask: "What happened and how did you feel?"}}, "one thing"},
		"options":         {[]research.Question{good, {ID: "b", Ask: "What was it, the design, or the words?"}}, ""},
		"promise":         {[]research.Question{good, {ID: "b", Ask: "What refund would make you stay?"}}, "promises"},
		"link":            {[]research.Question{good, {ID: "b", Ask: "What do you think of www.example.com?"}}, "plain line"},
		"other wording":   {[]research.Question{good, {ID: "b", Ask: "What next?", Again: "Did you like it?"}}, "Question b"},
		"unknown slot":    {[]research.Question{good, {ID: "b", Ask: "What about {email}?"}}, "slot"},
		"a quality named": {[]research.Question{good, {ID: "b", Ask: "How did the slow pages affect you?"}}, "judgement"},
	} {
		err := CheckGuide(research.Guide{Questions: test.questions})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
	if err := CheckGuide(research.Guide{Questions: []research.Question{good, {ID: "b", Ask: "Could you tell me about the last time?"}, {ID: "c", Ask: "How did you think about the price?"}}}); err != nil {
		t.Error(err)
	}
}
