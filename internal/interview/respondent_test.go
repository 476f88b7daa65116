package interview

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// respondent is somebody scripted: what they say at first, what stands behind
// it, and what they do to upset an interview.
type respondent struct {
	name, guide, mode string
	wpm, think        float64
	script            []scripted
	traps             map[int]scripted
}

// scripted is one thing in three wordings. A surface (says) has behind it the
// hidden ones that follow.
type scripted struct {
	hidden bool
	behind int
	text   [3]string
	want   string
}

func respondents(t testing.TB) []*respondent {
	t.Helper()
	file, err := os.ReadFile("testdata/respondents.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []*respondent
	for _, line := range strings.Split(string(file), "\n") {
		key, rest, _ := strings.Cut(line, " ")
		switch {
		case key == "@":
			f := strings.Fields(rest)
			r := &respondent{name: f[0], guide: f[1], mode: f[2], traps: map[int]scripted{}}
			r.wpm, _ = strconv.ParseFloat(f[3], 64)
			r.think, _ = strconv.ParseFloat(f[4], 64)
			all = append(all, r)
		case line != "" && key != "#":
			all[len(all)-1].add(key, rest)
		}
	}
	return all
}

func (r *respondent) add(key, rest string) {
	rest, want, _ := strings.Cut(rest, " => ")
	key, n := strings.TrimSuffix(key, ":"), 0
	if key == "trap" {
		number, after, _ := strings.Cut(rest, ":")
		n, _ = strconv.Atoi(number)
		rest = after
	}
	s := scripted{hidden: key == "hides", want: want}
	for i, text := range strings.Split(rest, "|") {
		s.text[i] = strings.TrimSpace(text)
	}
	switch {
	case key == "trap":
		r.traps[n] = s
		return
	case s.hidden:
		s.behind = r.surface()
	default:
		s.behind = len(r.script)
	}
	r.script = append(r.script, s)
}

// surface is the last thing said openly.
func (r *respondent) surface() int {
	for i := len(r.script) - 1; ; i-- {
		if !r.script[i].hidden {
			return i
		}
	}
}

// sitting is a respondent in an interview.
type sitting struct {
	*respondent
	wording int
	guide   Setup
	told    []int
	topic   int // the surface that is spoken of
	turns   int
	trapped string // what the trap asks of the next reply
	last    string // the answer before
	asked   string // the line that a trap was the answer to
	words   map[string]bool
}

var (
	yeses   = [3]string{"Yes, sure.", "Okay, go ahead.", "Mhm, fine with me."}
	shrugs  = [3]string{"That's just how it was.", "Hm, that is about how it went.", "It is what it is, I suppose."}
	empties = [3]string{"Nothing much on that, to be honest.", "I couldn't add a lot there.", "Not a lot to tell on that one."}
	noMores = [3]string{"No, that's all.", "No, I think that's it.", "Nope, nothing else."}
)

// answer is what they say to a line: a surface to a question of the guide, what
// is behind it to an open and specific follow-up, and filler to anything else.
func (s *sitting) answer(say string) string {
	s.turns++
	text := s.reply(say)
	if _, trap := s.traps[s.turns]; !trap {
		s.last = text
	}
	for _, w := range content(text) {
		s.words[w] = true
	}
	return text
}

func (s *sitting) reply(say string) string {
	if strings.Contains(say, "Okay to begin") {
		s.turns = 0
		return yeses[s.wording]
	}
	if trap, ok := s.traps[s.turns]; ok {
		s.trapped = trap.want
		s.asked = say
		return trap.text[s.wording]
	}
	switch {
	case strings.Contains(say, "carry on"): // or stop
		return s.next()
	case strings.Contains(say, s.guide.Guide.Last) || strings.Contains(say, "What else should"):
		return noMores[s.wording]
	case s.asksGuide(say):
		return s.next()
	case s.specific(say):
		return s.reveal()
	case say == "Take your time.":
		return s.reply(s.asked)
	}
	return shrugs[s.wording]
}

func (s *sitting) asksGuide(say string) bool {
	for _, q := range s.guide.Guide.Questions {
		if strings.Contains(say, s.guide.fill(q.Ask)) || strings.Contains(say, s.guide.fill(q.Again)) {
			return true
		}
	}
	return false
}

// next is the next surface that was not told; asked in other words before it
// was probed, the same one again.
func (s *sitting) next() string {
	for i, part := range s.script {
		if !part.hidden && !slices.Contains(s.told, i) {
			s.told, s.topic = append(s.told, i), i
			return part.text[s.wording]
		}
	}
	return empties[s.wording]
}

func (s *sitting) reveal() string {
	for i, part := range s.script {
		if part.hidden && part.behind == s.topic && !slices.Contains(s.told, i) {
			s.told = append(s.told, i)
			return part.text[s.wording]
		}
	}
	return shrugs[s.wording]
}

var shut = regexp.MustCompile(`^(?:Is|Was|Did|Do|Does|Are|Were|Would|Could it|Can|Has|Have) `)

// specific tells whether a line is an open question about what was just said:
// it has a word of it, or quotes it.
func (s *sitting) specific(say string) bool {
	_, quote, _ := strings.Cut(say, `"`)
	quote, _, quoted := strings.Cut(quote, `"`)
	return !shut.MatchString(asking(say)) && (overlap(content(say), content(s.last)) > 0 || quoted && strings.Contains(s.last, quote))
}
