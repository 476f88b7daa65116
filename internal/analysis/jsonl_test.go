package analysis

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/usercall/usercall/internal/research"
)

func run(t *testing.T, lines []string) []string {
	t.Helper()
	var out bytes.Buffer
	if err := ThemesJSONL(strings.NewReader(strings.Join(lines, "\n")), &out); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func inputOf(set []labelled) []string {
	var out []string
	for _, l := range set {
		b, _ := json.Marshal(answer{l.ID, l.Text})
		out = append(out, string(b))
	}
	return out
}

func TestThemesKeepTheOrderRead(t *testing.T) {
	set := written("shop", 60, 1)
	set[7].Text, set[8].Text = "", "Um, well, thank you!"
	out := run(t, inputOf(set))
	for i, l := range set {
		var line answerThemes
		if err := json.Unmarshal([]byte(out[i]), &line); err != nil || line.ID != l.ID {
			t.Fatalf("line %d is %s", i+1, out[i])
		}
		none := i == 7 || i == 8
		if none != (line.Theme == "") || none != (len(line.Themes) == 0) || line.Themes == nil {
			t.Errorf("line %d is %s", i+1, out[i])
		}
		if !none && line.Themes[0] != line.Theme {
			t.Errorf("the main theme is not the first: %s", out[i])
		}
	}
	for i, raw := range out[len(set):] {
		var l themeLabel
		if err := json.Unmarshal([]byte(raw), &l); err != nil || l.Theme != fmt.Sprintf("t%d", i+1) || l.Label == "" {
			t.Errorf("label line %s", raw)
		}
	}
}

// TestShuffledInputGivesTheSameThemes is M24; M16 is its repetition.
func TestShuffledInputGivesTheSameThemes(t *testing.T) {
	in := inputOf(written("bank", 90, 2))
	byLine := func(in, out []string) map[string]string {
		m := map[string]string{"labels": strings.Join(out[len(in):], "\n")}
		for i, l := range in {
			m[l] = out[i]
		}
		return m
	}
	want := byLine(in, run(t, in))
	rng := rand.New(rand.NewPCG(5, 6))
	for range 5 {
		rng.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
		for k, v := range byLine(in, run(t, in)) {
			if want[k] != v {
				t.Fatalf("%s\n got %s\nwant %s", k, v, want[k])
			}
		}
	}
}

func TestFewAndNoAnswers(t *testing.T) {
	var out bytes.Buffer
	if err := ThemesJSONL(strings.NewReader("\n\n"), &out); err != nil || out.Len() != 0 {
		t.Errorf("nothing gave %q, %v", out.String(), err)
	}
	if got := run(t, []string{`{"id":"a","text":"um"}`}); len(got) != 1 || got[0] != `{"id":"a","theme":"","themes":[]}` {
		t.Errorf("a filler gave %q", got)
	}
	for n := 1; n < 6; n++ {
		var lines []string
		for i := range n {
			lines = append(lines, fmt.Sprintf(`{"id":"%d","text":"The price is too high"}`, i))
		}
		if got := run(t, lines); len(got) < n {
			t.Errorf("%d answers gave %q", n, got)
		}
	}
}

func TestBadLinesAreNamed(t *testing.T) {
	for _, bad := range []string{`{`, `[]`, `{"id":"a"}`, `{"text":"a"}`, `{"id":"","text":"a"}`, `{"id":1,"text":"a"}`, `"x"`} {
		var out bytes.Buffer
		err := ThemesJSONL(strings.NewReader("{\"id\":\"a\",\"text\":\"b\"}\n"+bad+"\n"), &out)
		var e *research.Error
		if !errors.As(err, &e) || e.Code != research.Invalid || !strings.Contains(e.Message, "line 2") || out.Len() != 0 {
			t.Errorf("%s: %v, wrote %q", bad, err, out.String())
		}
	}
}

// TestSeveralReasons is G6: an answer stands under each reason that it gives.
func TestSeveralReasons(t *testing.T) {
	set := written("bank", 90, 6)
	both := labelled{ID: "both", Text: "The mortgage was turned down by the bank. And a transfer abroad takes five days."}
	lines, labels := group(answersOf(append(set, both)))
	themes := lines[len(lines)-1].Themes
	if len(themes) != 2 {
		t.Fatalf("%q stands under %v of %v", both.Text, themes, labels)
	}
	one := 0
	for _, l := range lines {
		if len(l.Themes) == 1 {
			one++
		}
	}
	if one < 80 {
		t.Errorf("%d of 90 answers with one reason have one theme", one)
	}
}
