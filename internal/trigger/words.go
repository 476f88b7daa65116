package trigger

import (
	"fmt"
	"strings"
	"time"
)

// spelled is the units that durations are told in.
var spelled = []struct {
	length time.Duration
	name   string
}{{day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}}

func unitFor(d time.Duration) (time.Duration, string) {
	for _, u := range spelled {
		if d >= u.length {
			return u.length, u.name
		}
	}
	return time.Second, "second"
}

// spell is a duration in whole units of the largest that fits, rounded down:
// "4 days".
func spell(d time.Duration) string {
	unit, name := unitFor(d)
	return plural(int(d/unit), name)
}

// spellUp is the same, rounded up.
func spellUp(d time.Duration) string {
	n, name := ceil(d)
	return plural(n, name)
}

// ceil is d in the largest unit that fits, rounded up; 23 hours and a bit are
// 1 day, not 24 hours.
func ceil(d time.Duration) (int, string) {
	unit, name := unitFor(d)
	n := int((d + unit - 1) / unit)
	for i, u := range spelled[1:] {
		if larger := spelled[i]; u.name == name && time.Duration(n)*unit >= larger.length {
			return 1, larger.name
		}
	}
	return n, name
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

func ago(d time.Duration) string {
	if d < time.Second {
		return "just now"
	}
	return spell(d) + " ago"
}

// toGo is how much of a cooldown is over: "4 days ago, 26 to go".
func toGo(since, whole time.Duration) string {
	n, unit := ceil(whole - since)
	if _, same := unitFor(since); same == unit && since >= time.Second {
		return fmt.Sprintf("%s, %d to go", ago(since), n)
	}
	return ago(since) + ", " + plural(n, unit) + " to go"
}

// inWhere and inWho are how paths are spoken of.
func inWhere(p Path) string {
	switch p.Root {
	case RootProperties:
		return strings.TrimPrefix(joinNames(p.Names), ".")
	case RootTraits:
		return "the person's " + strings.TrimPrefix(joinNames(p.Names), ".")
	}
	return p.String()
}

func inWho(p Path) string {
	switch p.Root {
	case RootEmail:
		return "email"
	case RootGroup:
		return "the group's " + strings.TrimPrefix(joinNames(p.Names), ".")
	}
	return strings.TrimPrefix(joinNames(p.Names), ".")
}

// words is a condition as one says it: "plan is pro and seats is at least 5".
func (c *Condition) words(path func(Path) string) string {
	parts := make([]string, len(c.Terms))
	for i := range c.Terms {
		parts[i] = c.Terms[i].words(path)
	}
	return strings.Join(parts, " and ")
}

func (t *Term) words(path func(Path) string) string {
	if t.Join == "" {
		return t.testWords(path)
	}
	parts := make([]string, len(t.Of))
	for i := range t.Of {
		parts[i] = t.Of[i].words(path)
		if len(t.Of[i].Terms) > 1 && len(t.Of) > 1 {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	switch t.Join {
	case Any:
		return bracket(strings.Join(parts, " or "), len(parts) > 1)
	case Not:
		return "not (" + strings.Join(parts, "") + ")"
	}
	return strings.Join(parts, " and ")
}

func bracket(s string, yes bool) string {
	if yes {
		return "(" + s + ")"
	}
	return s
}

func (t *Term) testWords(path func(Path) string) string {
	parts := make([]string, len(t.Tests))
	for i, test := range t.Tests {
		parts[i] = test.words()
	}
	return path(t.Path) + " " + strings.Join(parts, " and ")
}

var opWords = map[Op]string{Equals: "is", NotEquals: "is not", In: "is", NotIn: "is not", Less: "is less than",
	LessEq: "is at most", Greater: "is more than", GreaterEq: "is at least", Contains: "contains",
	StartsWith: "starts with", EndsWith: "ends with", Matches: "matches"}

// timeWords stand in for comparisons with an instant.
var timeWords = map[Op]string{Less: "is before", LessEq: "is not after", Greater: "is after", GreaterEq: "is not before"}

func (t Test) words() string {
	if t.Op == Exists {
		if t.Operands[0].text == "true" {
			return "is known"
		}
		return "is not known"
	}
	said := opWords[t.Op]
	if w, ok := timeWords[t.Op]; ok && t.Operands[0].kind == text {
		said = w
	}
	operands := make([]string, len(t.Operands))
	for i, o := range t.Operands {
		operands[i] = o.words()
	}
	return said + " " + listed(operands, "or")
}

// words is an operand, quoted where it would not stand out by itself.
func (l Literal) words() string {
	if l.kind == text && (!plainForm.MatchString(l.text) || len(l.text) > 80) {
		return quoted(l.text)
	}
	return l.text
}
