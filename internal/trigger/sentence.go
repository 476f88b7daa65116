package trigger

import (
	"fmt"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Sentence is the rule in one line: "When subscription_cancelled happens where
// plan is pro, ask identified people, 25 % of them, at most 20 a day, nobody
// twice within 30 days".
func (r *Rule) Sentence() string {
	parts := append(r.matchWords(), r.delayWords()+"ask "+r.peopleWords())
	if !r.Sample.All() {
		parts = append(parts, string(r.Sample)+" % of them")
	}
	if caps := r.capWords(); caps != "" {
		parts = append(parts, caps)
	}
	if r.Cooldown > 0 {
		parts = append(parts, "nobody twice within "+exactly(r.Cooldown))
	}
	return strings.Join(parts, ", ")
}

// matchWords is what makes a match: "When a happens, and then b happens within 1
// hour, and then c does not for 1 day, after d happened, but not e before".
func (r *Rule) matchWords() []string {
	parts := []string{"When " + r.Steps[0].words("happens")}
	for i := range r.Did {
		parts = append(parts, "after "+r.Did[i].words("happened"))
	}
	for i := range r.DidNot {
		parts = append(parts, "but not after "+r.DidNot[i].words("happened"))
	}
	for i := range r.Steps[1:] {
		parts = append(parts, "and then "+r.Steps[i+1].words("happens"))
	}
	if r.Absent != nil {
		parts = append(parts, "and for "+exactly(r.Absent.For)+" no "+r.Absent.words("happens"))
	}
	return parts
}

func (r *Rule) delayWords() string {
	if r.Delay == 0 {
		return ""
	}
	return exactly(r.Delay) + " later "
}

// DurationWords is a length of time as one says it: "1 day 12 hours", "0" for none.
func DurationWords(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	return exactly(d)
}

func exactly(d time.Duration) string { return spellExactly(formatDuration(d)) }

func (s *Step) words(happens string) string {
	return s.named(happens) + s.countWords() + s.sourceWords() + s.whereWords()
}

// viewed is what pages and screens do instead of happening.
var viewed = map[string]string{"happens": "is viewed", "happened": "was viewed", "has to happen": "has to be viewed",
	"must not happen": "must not be viewed", "must not have happened": "must not have been viewed"}

// named is what is asked for by name: "a or b happens", "the page p is viewed".
func (s *Step) named(happens string) string {
	names := make([]string, len(s.Names))
	for i, n := range s.Names {
		names[i] = Text(n).words()
	}
	said := listed(names, "or")
	switch {
	case s.Type == research.Track:
		return said + " " + happens
	case said == "":
		return "any " + string(s.Type) + " " + viewed[happens]
	}
	return "the " + string(s.Type) + " " + said + " " + viewed[happens]
}

func (s *Step) countWords() (said string) {
	if s.Times > 1 {
		said = fmt.Sprintf(" %d times", s.Times)
	}
	if s.Within > 0 {
		said += " within " + exactly(s.Within)
	}
	return said
}

func (s *Step) sourceWords() string {
	if len(s.Sources) == 0 {
		return ""
	}
	from := make([]string, len(s.Sources))
	for i, f := range s.Sources {
		from[i] = string(f)
	}
	return " (from " + listed(from, "or") + ")"
}

func (s *Step) whereWords() string {
	if s.where == nil {
		return ""
	}
	return " where " + s.where.condition().words(inWhere)
}

func (r *Rule) peopleWords() string {
	said := "identified people"
	if r.People == Anyone {
		said = "anyone"
	}
	if r.who != nil {
		said += " whose " + r.who.condition().words(inWho)
	}
	return said
}

func (r *Rule) capWords() string {
	switch {
	case r.PerDay > 0 && r.Total > 0:
		return fmt.Sprintf("at most %d a day and %d in all", r.PerDay, r.Total)
	case r.PerDay > 0:
		return fmt.Sprintf("at most %d a day", r.PerDay)
	case r.Total > 0:
		return fmt.Sprintf("at most %d in all", r.Total)
	}
	return ""
}

// spellExactly is a duration of the language in words: "1 day 12 hours".
func spellExactly(d string) string {
	var out []string
	n := 0
	for i := range len(d) {
		if d[i] >= '0' && d[i] <= '9' {
			n = n*10 + int(d[i]-'0')
			continue
		}
		for _, u := range spelled {
			if u.name[0] == d[i] {
				out = append(out, plural(n, u.name))
			}
		}
		n = 0
	}
	return strings.Join(out, " ")
}
