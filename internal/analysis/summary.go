package analysis

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/usercall/usercall/internal/research"
)

// Summarise says what one interview says: each field is a clause of the
// participant's, or part of one, with the clause as its quote; a field that
// nothing supports is nil. competitors are names the operator listed, found
// in whatever case they are spoken; other names count as competitors only
// where the participant says to have moved there. The quotes' ids are the
// caller's to fill.
func Summarise(iv research.Interview, competitors []string) research.Summary {
	us := newReader().units(iv)
	s := research.Summary{Interview: iv.PublicID, Engine: Builtin}
	main := mainReason(us)
	if main != nil {
		s.Reason = main.support(main.text)
	}
	s.Context = situation(us, main)
	s.Feature = wanted(us)
	s.Competitor = rival(us, competitors)
	return s
}

func (u *unit) support(text string) *research.Support {
	return &research.Support{Text: text, Quote: research.Quote{
		Interview: u.interview, Turn: u.turn, Start: u.start, End: u.end, Text: u.text}}
}

var causal = regexp.MustCompile(`(?i)\b(because|reason|that's why|that is why|ended up|decided|main thing|biggest|mostly|in the end|weil|deshalb|porque|parce que)\b`)

// mainReason is the clause that gives the reason most clearly; nil where no
// clause names a reason or says why.
func mainReason(us []unit) *unit {
	var best *unit
	most := 0.0
	for i := range us {
		if s := us[i].causality(); s > most {
			best, most = &us[i], s
		}
	}
	if most < 1 {
		return nil
	}
	return best
}

func (u *unit) causality() float64 {
	_, s := u.strength()
	if causal.MatchString(u.text) && u.content() >= 2 {
		s++
	}
	if u.main && u.content() >= 2 {
		s += 2.5
	}
	switch u.asked {
	case askReason:
		s += .5
	case askAlternative, askGoal:
		s -= .5
	}
	return s
}

var circumstance = regexp.MustCompile(`(?i)\b(when|after|before|since|last (week|month|year|quarter)|this (week|month|year)|yesterday|recently|lately|started|until|in (january|february|march|april|may|june|july|august|september|october|november|december)|als|nachdem|cuando|después|quand|après)\b`)

// situation is what was going on: the clause that the story opens with, else
// the first one that tells a time, unless it is the reason itself.
func situation(us []unit, main *unit) *research.Support {
	for i := range us {
		u := &us[i]
		if u == main || u.asked != askReason || u.content() < 2 {
			continue
		}
		if i == 0 || circumstance.MatchString(u.text) {
			return u.support(u.text)
		}
	}
	return nil
}

var wish = regexp.MustCompile(`(?i)\b(?:i wish|we wish|wish (?:it|you|there)|(?:would|could) be (?:nice|great|good|better|helpful) (?:if|to)|would have been (?:nice|great|good)|if (?:you|it|there) (?:had|were|was)|(?:we |i )?(?:really )?need(?:ed)?|missing|(?:does|did)(?:n['’]t| not) (?:have|support|offer|let)|lack(?:s|ed|ing)?|there (?:is|was) no|there['’]s no|no way to)\s+(.{3,80})`)

// wanted is what the participant asked for: the object of a wish.
func wanted(us []unit) *research.Support {
	for i := range us {
		u := &us[i]
		m := wish.FindStringSubmatch(u.text)
		if m == nil || strings.Contains(strings.ToLower(m[0]), "no longer") {
			continue
		}
		object := strings.Trim(objectEnd.Split(m[1], 2)[0], " .,!?;")
		if hasContent(object) {
			return u.support(object)
		}
	}
	return nil
}

// objectEnd is where what was wished for ends and the sentence goes on.
var objectEnd = regexp.MustCompile(`(?i)[,.;!?]|\s(so|but|and (i|we|it|that|then)|because|was|is|were|which|when|since)\s`)

func hasContent(s string) bool {
	return slices.ContainsFunc(newReader().read(s), func(w word) bool { return !w.stop })
}

var moved = regexp.MustCompile(`(?i)\b(?:switch(?:ed|ing)?(?: over)? to|mov(?:ed|ing)(?: over)? to|went (?:with|over to|back to)|going (?:with|back to)|replaced (?:it|you|this) with|chose|picked|now us(?:e|ing)|using|compared (?:to|with))\s+`)

// rival is where the participant goes.
func rival(us []unit, competitors []string) *research.Support {
	for i := range us {
		if name := listed(us[i].text, competitors); name != "" {
			return us[i].support(name)
		}
	}
	for i := range us {
		at := moved.FindStringIndex(us[i].text)
		if at == nil {
			continue
		}
		if name := capitalised(us[i].text[at[1]:]); name != "" {
			return us[i].support(name)
		}
	}
	return nil
}

// listed is the first of the names that stands in the text as words, as the
// operator writes it.
func listed(text string, names []string) string {
	said := " " + joinTokens(text) + " "
	for _, n := range names {
		if key := joinTokens(n); key != "" && strings.Contains(said, " "+key+" ") {
			return n
		}
	}
	return ""
}

func joinTokens(s string) string {
	var words []string
	for _, t := range tokenize(s) {
		words = append(words, strings.TrimSuffix(t.text, "'s"))
	}
	return strings.Join(words, " ")
}

// capitalised is the name that the text begins with: up to three words with a
// capital, none of them an ordinary one.
func capitalised(text string) string {
	var name []string
	for _, w := range strings.Fields(text) {
		bare := strings.TrimRight(w, ".,!?;:")
		if bare == "" || !unicode.IsUpper([]rune(bare)[0]) || stopWords["en"][strings.ToLower(bare)] || len(name) == 3 {
			break
		}
		name = append(name, bare)
		if bare != w {
			break
		}
	}
	return strings.Join(name, " ")
}
