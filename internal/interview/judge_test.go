package interview

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// held is what came of one interview.
type held struct {
	lines      []string
	reached    int
	hidden     int
	reason     string
	questions  int
	seconds    float64
	violations []string
}

func (h *held) blame(format string, args ...any) {
	h.violations = append(h.violations, fmt.Sprintf(format, args...))
}

// hold drives one respondent through Moderate.
func hold(t testing.TB, r *respondent, wording int) *held {
	g, ok := GuideByID(r.guide)
	if !ok {
		t.Fatalf("%s: no guide %q", r.name, r.guide)
	}
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := Moderate(inR, outW)
		outW.Close()
		inR.Close()
		ended <- err
	}()
	s := &sitting{respondent: r, wording: wording, words: map[string]bool{}, guide: Setup{Guide: g, Product: "Northdesk"}}
	h := s.talk(json.NewEncoder(inW), bufio.NewScanner(outR))
	inW.Close()
	if err := <-ended; err != nil {
		h.blame("error %v", err)
	}
	for i, part := range r.script {
		if part.hidden {
			h.hidden++
			if slices.Contains(s.told, i) {
				h.reached++
			}
		}
	}
	return h
}

const limitInTests = 300

func (s *sitting) talk(to *json.Encoder, from *bufio.Scanner) *held {
	h := &held{}
	to.Encode(map[string]any{"type": "start", "use_case": s.respondent.guide, "time_limit_s": limitInTests, "mode": s.mode, "language": "en",
		"product": "Northdesk", "event": map[string]any{"type": "track", "event": "x", "properties": map[string]any{"plan": "Team", "mrr": "canary-900", "secret": "canary"}},
		"traits": map[string]any{"email": "canary@example.com", "risk": "canary"}, "now_s": 0})
	for n := 0; n < 40 && from.Scan(); n++ {
		var out struct {
			Say, Act, Reason string
			Done             bool
		}
		if err := json.Unmarshal(from.Bytes(), &out); err != nil {
			h.blame("output %q", from.Text())
			return h
		}
		h.lines = append(h.lines, "M: "+out.Say)
		h.judge(s, out.Say, n)
		h.seconds += spokenSeconds(out.Say)
		if out.Done {
			h.reason = out.Reason
			if h.seconds > limitInTests {
				h.blame("over at %.0f s", h.seconds)
			}
			return h
		}
		text := s.answer(out.Say)
		speech := float64(wordCount(text)) / s.wpm * 60
		h.seconds += s.think + speech
		h.lines = append(h.lines, "P: "+text)
		to.Encode(map[string]any{"type": "answer", "text": text, "now_s": h.seconds, "think_s": s.think, "speech_s": speech})
	}
	h.blame("never closed")
	return h
}

var (
	judgedLeading = regexp.MustCompile(`(?i)\b(because|was it (the|too)|isn't it|wasn't it|must have|i guess|would you agree|how bad|so it was)\b`)
	judgedTalk    = regexp.MustCompile(`(?i)\b(we will|we'll|i'll pass|refund|you should|have you tried|great (answer|point)|good (answer|point)|interesting|sorry to hear|i'm a human|prompt|instructions|canary|upgrade to)\b`)
	judgedCauses  = regexp.MustCompile(`(?i)\b(price|pricing|expensive|bugs?|slow|confusing|missing|broken|support|complicated|frustrat\w+|annoying|cheap\w*|competitor)\b`)
)

// judge counts the violations in one line.
func (h *held) judge(s *sitting, say string, n int) {
	question := strings.Contains(say, "?") || strings.HasPrefix(asking(say), "Tell me") || strings.HasPrefix(asking(say), "Take me") || strings.HasPrefix(asking(say), "Walk me")
	if n == 0 {
		if !strings.Contains(say, "AI") || !strings.HasSuffix(say, "Okay to begin?") || s.mode == "voice" && !strings.Contains(say, "recorded") {
			h.blame("disclosure %q", say)
		}
		return
	}
	if s.trapped != "" && len(s.trapped) > 0 {
		if !strings.Contains(say, s.trapped) && !slices.Contains([]string{"stop", "distress", "minor", "time"}, s.trapped) {
			h.blame("trap wanted %q, got %q", s.trapped, say)
		}
		s.trapped = ""
	}
	if say == "" || strings.Count(say, "?") > 1 {
		h.blame("empty or double %q", say)
	}
	if question && tooLong(say, s.mode) {
		h.blame("too long %q", say)
	}
	if judgedLeading.MatchString(say) || judgedTalk.MatchString(say) {
		h.blame("said %q", say)
	}
	for _, w := range judgedCauses.FindAllString(say, -1) {
		if !s.words[stem(strings.ToLower(w))] && !strings.Contains(say, "usual support") && !s.asksGuide(say) {
			h.blame("leading %q in %q", w, say)
		}
	}
	for _, old := range h.lines[:len(h.lines)-1] {
		if strings.HasPrefix(old, "M: ") && question && (asking(old[3:]) == asking(say) || old[3:] == say) {
			h.blame("repeat %q", say)
		}
	}
	if strings.Contains(say, masked) || s.last != "" && parrots(say, s.last) {
		h.blame("parrot %q", say)
	}
	if question {
		h.questions++
	}
}

func tooLong(say, mode string) bool {
	limit := 35
	if mode == "text" {
		limit = 50
	}
	return wordCount(asking(say)) > 20 || wordCount(say) > limit
}

// parrots tells whether ten words of an answer are said back in a row.
func parrots(say, answer string) bool {
	words := strings.Fields(answer)
	for i := 0; i+10 <= len(words); i++ {
		if strings.Contains(say, strings.Join(words[i:i+10], " ")) {
			return true
		}
	}
	return false
}

var endings = []string{"stop", "distress", "minor"}

// wants is the reason that an interview with r must end for.
func (r *respondent) wants() string {
	for _, trap := range r.traps {
		if slices.Contains(endings, trap.want) {
			return trap.want
		}
	}
	return "complete"
}

// TestRespondents is the goal of interviewing.md §4 for a moderator without a
// model.
func TestRespondents(t *testing.T) {
	var sum, n, questions, seconds float64
	for _, r := range respondents(t) {
		reached, hidden := 0, 0
		for wording := range 3 {
			h := hold(t, r, wording)
			reached, hidden = reached+h.reached, hidden+h.hidden
			questions, seconds = questions+float64(h.questions), seconds+h.seconds
			if want := r.wants(); h.reason != want {
				h.blame("ended for %q, want %q", h.reason, want)
			}
			if h.reached < h.hidden {
				t.Logf("%s/%d reached %d of %d\n\t%s", r.name, wording, h.reached, h.hidden, strings.Join(h.lines, "\n\t"))
			}
			for _, v := range h.violations {
				t.Errorf("%s/%d: %s\n\t%s", r.name, wording, v, strings.Join(h.lines, "\n\t"))
			}
		}
		if hidden == 0 || r.wants() != "complete" {
			continue
		}
		share := float64(reached) / float64(hidden)
		sum, n = sum+share, n+1
		if share < 0.85 {
			t.Errorf("%s: %d of %d reasons reached", r.name, reached, hidden)
		}
	}
	t.Logf("%.1f %% of the hidden reasons, %.2f questions a minute", 100*sum/n, questions/seconds*60)
	if sum/n < 0.9 {
		t.Errorf("%.1f %% of the hidden reasons reached, want 90", 100*sum/n)
	}
	if rate := questions / seconds * 60; rate < 3 || rate > 5.5 {
		t.Errorf("%.2f questions a minute, want 3.0 to 5.5", rate)
	}
}
