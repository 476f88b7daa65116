package interview

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

const startLine = `{"type":"start","use_case":"cancellation","time_limit_s":300,"mode":"voice","product":"Northdesk"}` + "\n"

func TestModerateNamesTheBadLine(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"no JSON":        {startLine + "hello\n", "line 2"},
		"answer first":   {`{"type":"answer","text":"hi"}` + "\n", "line 1"},
		"start twice":    {startLine + startLine, "line 2"},
		"unknown type":   {startLine + "\n" + `{"type":"wave"}`, "line 3"},
		"wrong mode":     {`{"type":"start","mode":"fax"}`, `"fax"`},
		"empty guide":    {`{"type":"start","guide":{"questions":[]}}`, "no questions"},
		"nothing to ask": {`{"type":"start","guide":{"questions":[{"id":"a"}]}}`, "question 1"},
		"endless line":   {strings.Repeat("x", longestLine+2), "line 1"},
	} {
		var out bytes.Buffer
		if err := Moderate(strings.NewReader(test.in), &out); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q in it", name, err, test.want)
		}
	}
}

func TestModerateEndings(t *testing.T) {
	for name, test := range map[string]struct {
		in    string
		lines int
		last  string
	}{
		"hang-up":      {startLine + `{"type":"hangup","now_s":9}` + "\n", 1, ""},
		"end of input": {startLine, 1, ""},
		"no consent":   {startLine + `{"type":"answer","text":"No.","now_s":20}` + "\n", 2, "no_consent"},
		"silence":      {startLine + `{"type":"answer","text":"","now_s":20}` + "\n" + `{"type":"answer","text":"","now_s":40}` + "\n", 3, "no_consent"},
		"hurry":        {startLine + `{"type":"answer","text":"Yes","now_s":20}` + "\n" + `{"type":"answer","text":"It was slow.","now_s":290}` + "\n", 3, "time"},
		"after done":   {startLine + `{"type":"answer","text":"No.","now_s":20}` + "\n" + `{"type":"answer","text":"Hello?","now_s":40}` + "\n", 2, "no_consent"},
	} {
		var out bytes.Buffer
		if err := Moderate(strings.NewReader(test.in), &out); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		said := strings.Split(strings.TrimSpace(out.String()), "\n")
		var last struct {
			Reason string
			Done   bool
		}
		if err := json.Unmarshal([]byte(said[len(said)-1]), &last); err != nil || len(said) != test.lines || last.Reason != test.last || last.Done != (test.last != "") {
			t.Errorf("%s: %d lines, last %+v, %v", name, len(said), last, err)
		}
	}
}

// TestModerateTakesAGuide of the caller, its slots and its language of scores.
func TestModerateTakesAGuide(t *testing.T) {
	in := `{"type":"start","time_limit_s":240,"mode":"text","product":"Northdesk","event":{"event":"NPS","properties":{"score":8,"mrr":"900"}},
"guide":{"id":"x","context":"You gave us a {score} {when_phrase}.","questions":[{"id":"a","must":true,"ask":"What was behind it?"}],"last":"Is there anything else?"}}`
	var out bytes.Buffer
	if err := Moderate(strings.NewReader(strings.ReplaceAll(in, "\n", " ")+"\n"+`{"type":"answer","text":"ok","now_s":9}`+"\n"), &out); err != nil {
		t.Fatal(err)
	}
	if want := "You gave us an eight recently. What was behind it?"; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in %s", want, out.String())
	}
}
