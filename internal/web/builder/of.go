package builder

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// New is the form of a trigger that nobody has written yet.
func New() *Form {
	return Of(&trigger.Spec{On: trigger.MatchSpec{Type: research.Track}, People: trigger.Identified, Cooldown: trigger.DefaultCooldown, Expires: trigger.DefaultExpires,
		Invite: trigger.InviteSpec{Delivery: trigger.Card}})
}

// Of is a trigger as a form. Nothing of it is lost.
func Of(t *trigger.Spec) *Form {
	f := &Form{Key: t.Key, Name: t.Name, On: matchOf(t.On), Then: matchesOf(t.Then), Did: matchesOf(t.Did), DidNot: matchesOf(t.DidNot),
		Who: termsOf(t.Who), People: string(t.People), Delay: length(t.Delay), Sample: t.Sample.String(),
		Cooldown: orNone(t.Cooldown), Expires: orNone(t.Expires), PerDay: whole(t.PerDay), Total: whole(t.Total), Priority: whole(t.Priority),
		Dwell: length(t.Page.Dwell), Texts: textsOf(&t.Invite), Delivery: string(t.Invite.Delivery)}
	if t.Absent != nil {
		f.Absent = []Match{matchOf(*t.Absent)}
	}
	for _, part := range t.Page.URL {
		f.URL = append(f.URL, linesOf(part.Part, part.Tests)...)
	}
	return f
}

func matchesOf(of []trigger.MatchSpec) (out []Match) {
	for _, m := range of {
		out = append(out, matchOf(m))
	}
	return out
}

func matchOf(m trigger.MatchSpec) Match {
	out := Match{Events: slices.Clone(m.Events), Type: string(m.Type), Where: termsOf(m.Where), Times: whole(m.Times), Within: length(m.Within), For: length(m.For)}
	for _, s := range m.Sources {
		out.Sources = append(out.Sources, string(s))
	}
	return out
}

func whole(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// length is a time as one says it, "" for none.
func length(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return trigger.DurationWords(d)
}

// orNone is the same where "" would be the default.
func orNone(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	return trigger.DurationWords(d)
}

func termsOf(c *trigger.Condition) (out []Term) {
	if c == nil {
		return nil
	}
	for _, t := range c.Terms {
		if t.Join == "" {
			out = append(out, linesOf(pathText(t.Path), t.Tests)...)
			continue
		}
		group := Term{Join: string(t.Join)}
		for i := range t.Of {
			group.Of = append(group.Of, Group{termsOf(&t.Of[i])})
		}
		out = append(out, group)
	}
	return out
}

// pathText is a path as a file writes it, with escapes where a form would change it.
func pathText(p trigger.Path) string {
	s := p.String()
	if !strings.ContainsFunc(s, func(r rune) bool { return unsafe(r) || r == '\n' || r == '\t' }) {
		return s
	}
	s = string(p.Root)
	for _, n := range p.Names {
		s += "[" + quoted(n) + "]"
	}
	return s
}

func linesOf(path string, tests []trigger.Test) (out []Term) {
	for _, t := range tests {
		line := Term{Path: path, Op: string(t.Op)}
		if t.Op == trigger.Exists {
			if t.Operands[0].String() == "false" {
				line.Op = Unknown
			}
		} else {
			line.Kind, line.Value = valueOf(t)
		}
		out = append(out, line)
	}
	return out
}

// valueOf is the operands of a test in one field, in plain words where these can
// say it.
func valueOf(t trigger.Test) (kind, value string) {
	isList := t.Op == trigger.In || t.Op == trigger.NotIn
	var words, spelled []string
	kind = t.Operands[0].Kind()
	plain := true
	for _, o := range t.Operands {
		word := o.String()
		if o.Kind() == YesNo {
			word = map[string]string{"true": "yes", "false": "no"}[word]
		}
		plain = plain && o.Kind() == kind && !strings.ContainsFunc(word, func(r rune) bool { return unsafe(r) || r == '\n' || r == '\t' }) &&
			(!isList || word != "" && word == strings.TrimSpace(word) && !strings.Contains(word, ","))
		words, spelled = append(words, word), append(spelled, spelledOut(o))
	}
	switch {
	case plain:
		return kind, strings.Join(words, ", ")
	case isList:
		return JSON, "[" + strings.Join(spelled, ", ") + "]"
	}
	return JSON, spelled[0]
}

func spelledOut(l trigger.Literal) string {
	if l.Kind() == Text {
		return quoted(l.String())
	}
	return l.String()
}

// textsOf is what the card says by language.
func textsOf(i *trigger.InviteSpec) (out []Texts) {
	languages := map[string]bool{}
	for _, t := range []research.Text{i.Title, i.Body, i.Accept, i.Decline} {
		for l := range t {
			languages[l] = true
		}
	}
	for _, l := range slices.Sorted(maps.Keys(languages)) {
		out = append(out, Texts{l, i.Title[l], i.Body[l], i.Accept[l], i.Decline[l]})
	}
	return out
}
