package trigger

import (
	"fmt"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// Sentence is the rule in one line: "When subscription_cancelled happens where
// plan is pro, ask identified people, 25 % of them, at most 20 a day, nobody
// twice within 30 days".
func (r *Rule) Sentence() string {
	parts := []string{"When " + r.Steps[0].words(), "ask " + r.peopleWords()}
	if !r.Sample.All() {
		parts = append(parts, string(r.Sample)+" % of them")
	}
	if caps := r.capWords(); caps != "" {
		parts = append(parts, caps)
	}
	if r.Cooldown > 0 {
		parts = append(parts, "nobody twice within "+spellExactly(formatDuration(r.Cooldown)))
	}
	return strings.Join(parts, ", ")
}

func (s *Step) words() string {
	names := make([]string, len(s.Names))
	for i, n := range s.Names {
		names[i] = Text(n).words()
	}
	said := listed(names, "or")
	switch {
	case s.Type == research.Track:
		said += " happens"
	case said == "":
		said = "any " + string(s.Type) + " is viewed"
	default:
		said = "the " + string(s.Type) + " " + said + " is viewed"
	}
	if len(s.Sources) > 0 {
		from := make([]string, len(s.Sources))
		for i, f := range s.Sources {
			from[i] = string(f)
		}
		said += " (from " + listed(from, "or") + ")"
	}
	if s.where != nil {
		said += " where " + s.where.condition().words(inWhere)
	}
	return said
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
