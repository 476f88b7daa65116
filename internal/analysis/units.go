package analysis

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// unit is one clause that a participant said: the piece that is put under a
// theme and quoted.
type unit struct {
	interview string // public id
	turn      int
	span
	text    string // exactly as it stands in the turn
	words   []word
	terms   map[string]float64
	reasons map[string]float64
	asked   asking
	main    bool // the answer to a question for the main thing
}

// key names the clause across runs.
func (u *unit) key() clauseKey { return clauseKey{u.interview, u.turn, u.start, u.end} }

// asking is what kind of thing a question wants to know.
type asking int

const (
	askReason      asking = iota // what happened, why
	askGoal                      // what it was wanted for
	askAlternative               // what is used instead
	askChange                    // what would have to be different
	askClosing                   // anything else?
)

// questionKinds are told by their wording, in this order; the wordings are
// those of the guides and what studies commonly ask.
var questionKinds = []struct {
	kind asking
	re   *regexp.Regexp
}{
	{askClosing, regexp.MustCompile(`(?i)anything else|before we (finish|go)|sonst noch|algo más|autre chose`)},
	{askAlternative, regexp.MustCompile(`(?i)will you use|do you use|did you use|using (now|instead)|get that done|handl(e|ing) (it|that)|instead|work around|other options|switch(ed)? to|stattdessen|en su lugar|à la place`)},
	{askGoal, regexp.MustCompile(`(?i)hoping|what job|did you come|want to get out|made you open|first signed up|wanted? to be able`)},
	{askChange, regexp.MustCompile(`(?i)different|smallest change|one change|one thing|bring you back|would make it worth|would have to be true|to stay`)},
}

// askingOf remembers the questions, which are the same for many people.
func (r *reader) askingOf(question string) asking {
	kind, ok := r.questions[question]
	if ok {
		return kind
	}
	for _, k := range questionKinds {
		if k.re.MatchString(question) {
			kind = k.kind
			break
		}
	}
	r.questions[question] = kind
	return kind
}

// units are the clauses of an interview that may be quoted, in the order
// spoken. A probe asks what the question before it asked.
func (r *reader) units(iv research.Interview) []unit {
	var out []unit
	asked, main := askReason, false
	for _, t := range iv.Turns {
		if t.Speaker == research.Interviewer {
			q := cmp.Or(t.Question, t.Text)
			if q != "" && !isProbe(t) {
				asked = r.askingOf(q)
			}
			main = mainThing.MatchString(q)
			continue
		}
		if !t.Excluded {
			out = append(out, r.unitsOf(iv.PublicID, t, asked, main)...)
		}
	}
	return out
}

// mainThing are questions whose answer is the reason by itself.
var mainThing = regexp.MustCompile(`(?i)main thing|biggest|main reason|in the way|hauptgrund|principal`)

// isProbe tells whether a turn follows up on the last answer instead of
// opening a subject.
func isProbe(t research.Turn) bool {
	return probeRule.MatchString(t.Rule) || probeText.MatchString(t.Question)
}

var (
	probeRule = regexp.MustCompile(`(?i)probe|repair|clarif|redirect`)
	probeText = regexp.MustCompile(`(?i)^(you (said|mentioned)|when you say|tell me (a bit )?more|could you tell me a bit more|what makes you say|how did that)`)
)

func (r *reader) unitsOf(interview string, t research.Turn, asked asking, main bool) []unit {
	text := []rune(t.Text)
	var out []unit
	for _, s := range r.quotable(t.Text) {
		u := unit{interview: interview, turn: t.N, span: s, text: string(text[s.start:s.end]), asked: asked, main: main}
		if len(tokenize(u.text)) < leastQuote && len(text) > s.end-s.start {
			continue
		}
		u.words = r.read(u.text)
		u.terms = terms(u.words)
		u.reasons = reasonsOf(u.words)
		out = append(out, u)
	}
	return out
}

// quotable is the turn's clauses, those of one or two words that mean
// something ("Too expensive.") taken together with the next one, or at the end
// with the one before: by itself so little is no quote.
func (r *reader) quotable(text string) []span {
	var out []span
	runes := []rune(text)
	open := false // the last clause waits for the next one
	for _, s := range clauses(text) {
		tokens := tokenize(string(runes[s.start:s.end]))
		if open {
			out[len(out)-1].end = s.end
		} else {
			out = append(out, s)
		}
		last := out[len(out)-1]
		open = len(tokens) < leastQuote && len(tokenize(string(runes[last.start:last.end]))) < leastQuote && r.means(tokens)
	}
	if n := len(out); open && n > 1 {
		out[n-2].end = out[n-1].end
		out = out[:n-1]
	}
	return out
}

// means tells whether one of the tokens is more than a function word.
func (r *reader) means(tokens []token) bool {
	lang := languageOf(tokens)
	return slices.ContainsFunc(tokens, func(t token) bool {
		base, _ := uncontract(t.text)
		return !isStop(base, lang) && !fillers[t.text]
	})
}

// strength is the score of the unit's strongest reason, and which it is; of
// equals the first in the lexicon.
func (u *unit) strength() (string, float64) {
	id, most := "", 0.0
	for _, r := range reasons {
		if s := u.reasons[r.id]; s > most {
			id, most = r.id, s
		}
	}
	return id, most
}

// gives tells whether the unit gives a reason of the family.
func (u *unit) gives(family string) bool {
	for id, s := range u.reasons {
		if s >= clearly && reasonByID(id).family == family {
			return true
		}
	}
	return false
}

// carries tells whether the unit may carry a reason: it names one, or it answers a
// question for reasons in at least four words, two of which mean something.
func (u *unit) carries() bool {
	if u.asked == askGoal || u.asked == askAlternative {
		return false // hopes and habits are not what led to it
	}
	if _, s := u.strength(); s >= clearly {
		return true
	}
	if u.asked == askClosing {
		return false
	}
	return u.content() >= 2 && len(u.words) >= 4
}

// content counts the words that mean something.
func (u *unit) content() int {
	n := 0
	for _, w := range u.words {
		if !w.stop {
			n++
		}
	}
	return n
}

// document is what the fit sees of the unit: its terms, and its reasons and
// their families as terms of their own.
func (u *unit) document() map[string]float64 {
	d := map[string]float64{}
	for t, w := range u.terms {
		d[t] = w
	}
	for _, r := range reasons { // in order: sums of floats depend on it
		if s := u.reasons[r.id]; s > 0 {
			d["="+r.id] += r.weight() * s
			d["=="+r.family] += r.weight() * s / 2
		}
	}
	return d
}
