package analysis

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// answer is one line of `usercall themes`, contract §8.
type answer struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

type answerThemes struct {
	ID     string   `json:"id"`
	Theme  string   `json:"theme"`
	Themes []string `json:"themes"`
}

type themeLabel struct {
	Theme string `json:"theme"`
	Label string `json:"label"`
}

// maxLine is the longest line that is read, in bytes.
const maxLine = 16 << 20

// ThemesJSONL reads answers, {"id","text"} a line, and writes the themes of
// each in the order read, then the label of each theme (contract §8). Blank
// lines are skipped. The grouping depends on the set of answers only, not on
// its order; themes are named t1, t2, … from the most frequent one on. A line
// that cannot be read is a research.Invalid error that names it, and nothing
// is written.
func ThemesJSONL(in io.Reader, out io.Writer) error {
	answers, err := readAnswers(in)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	lines, labels := group(answers)
	for _, l := range lines {
		if err := enc.Encode(l); err != nil {
			return fmt.Errorf("write themes: %w", err)
		}
	}
	for _, l := range labels {
		if err := enc.Encode(l); err != nil {
			return fmt.Errorf("write themes: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write themes: %w", err)
	}
	return nil
}

func readAnswers(in io.Reader) ([]answer, error) {
	s := bufio.NewScanner(in)
	s.Buffer(nil, maxLine)
	var out []answer
	line := 0
	for s.Scan() {
		line++
		if len(bytes.TrimSpace(s.Bytes())) == 0 {
			continue
		}
		a, err := readAnswer(s.Bytes())
		if err != nil {
			return nil, &research.Error{Code: research.Invalid, Message: fmt.Sprintf(
				`line %d is not {"id":"…","text":"…"}`, line), Err: err}
		}
		out = append(out, a)
	}
	if err := s.Err(); err != nil {
		return nil, &research.Error{Code: research.Invalid, Message: fmt.Sprintf("line %d cannot be read", line+1), Err: err}
	}
	return out, nil
}

func readAnswer(line []byte) (answer, error) {
	var a struct{ ID, Text *string }
	switch err := json.Unmarshal(line, &a); {
	case err != nil:
		return answer{}, err
	case a.ID == nil || *a.ID == "":
		return answer{}, fmt.Errorf("id is missing")
	case a.Text == nil:
		return answer{}, fmt.Errorf("text is missing")
	}
	return answer{*a.ID, *a.Text}, nil
}

// group finds the answers' themes; lines stand in the order of answers.
func group(answers []answer) ([]answerThemes, []themeLabel) {
	order := byID(answers)
	r := newReader()
	parts := make([][]piece, len(order))
	for n, i := range order {
		parts[n] = r.pieces(answers[i].Text)
	}
	f, parts := fitParts(parts, standard)
	docs, names := documents(parts), f.names()
	var texts []said
	lines := make([]answerThemes, len(answers))
	for n, i := range order {
		from, to := len(texts), len(texts)+len(parts[n])
		for k, p := range parts[n] {
			texts = append(texts, said{answers[i].ID, p.words, f.member[from+k]})
		}
		lines[i] = lineOf(answers[i].ID, f.themesOf(docs[from:to], f.member[from:to]), names)
	}
	return lines, themeLabels(texts, names)
}

// byID is the order in which answers are read, which must not be theirs.
func byID(answers []answer) []int {
	order := make([]int, len(answers))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(answers[a].ID, answers[b].ID), cmp.Compare(answers[a].Text, answers[b].Text))
	})
	return order
}

func lineOf(id string, themes []int, names []string) answerThemes {
	l := answerThemes{ID: id, Themes: []string{}}
	for _, c := range themes {
		l.Themes = append(l.Themes, names[c])
	}
	if len(l.Themes) > 0 {
		l.Theme = l.Themes[0]
	}
	return l
}

// themeLabels names the themes, t1 first. A theme that shares no phrase is
// called by its own name.
func themeLabels(texts []said, names []string) []themeLabel {
	out := make([]themeLabel, len(names))
	for c, phrases := range labels(texts, len(names)) {
		l := themeLabel{Theme: names[c], Label: names[c]}
		if len(phrases) > 0 {
			l.Label = phrases[0].surface
		}
		out[c] = l
	}
	slices.SortFunc(out, func(a, b themeLabel) int {
		return cmp.Or(cmp.Compare(len(a.Theme), len(b.Theme)), cmp.Compare(a.Theme, b.Theme))
	})
	return out
}

// names are t1, t2, … by falling size; ties go to the theme seen first.
func (f *fitted) names() []string {
	size := make([]edge, f.themes)
	for c := range size {
		size[c].to = c
	}
	for _, c := range f.member {
		if c >= 0 {
			size[c].weight++
		}
	}
	sortByWeight(size)
	names := make([]string, f.themes)
	for n, e := range size {
		names[e.to] = fmt.Sprintf("t%d", n+1)
	}
	return names
}
