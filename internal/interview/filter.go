package interview

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// utterance is a line that is about to be spoken and is no fixed text.
type utterance struct {
	text  string // the question, with what leads to it
	echo  string // the participant's words in it
	quote string // of these, those in quotation marks
	tmpl  string // the template it comes from
	guide bool   // a question of the guide: "could you tell" and its own subject are allowed
}

// check is one rule of the output filter, interviewing.md §2.7.
type check struct {
	name string
	bad  func(u utterance, m *moderator) bool
}

// checks in their order. The first that a line fails names the reason why it
// was not said.
var checks = []check{
	{"shape", func(u utterance, _ *moderator) bool { return misshapen(u.text) }},
	{"script", func(u utterance, _ *moderator) bool { return foreignScript(u.text) }},
	{"length", func(u utterance, _ *moderator) bool { return wordCount(u.text) > maxLineWords || longQuestion(u.text) }},
	{"one_question", func(u utterance, _ *moderator) bool { return !asksOnce(u) }},
	{"open", func(u utterance, _ *moderator) bool { return !open(u) }},
	{"leading", func(u utterance, m *moderator) bool { return leads(u, m) }},
	{"options", func(u utterance, _ *moderator) bool {
		return optionPair.MatchString(otherwise.ReplaceAllString(ours(u), ""))
	}},
	{"invented", func(u utterance, m *moderator) bool { return invents(u, m) }},
	{"promise", func(u utterance, _ *moderator) bool { return promises.MatchString(ours(u)) }},
	{"advice", func(u utterance, _ *moderator) bool { return advises.MatchString(ours(u)) }},
	{"praise", func(u utterance, _ *moderator) bool { return praises.MatchString(ours(u)) }},
	{"human", func(u utterance, _ *moderator) bool { return impersonates.MatchString(ours(u)) }},
	{"data", func(u utterance, _ *moderator) bool { return leaks(u) }},
	{"repeat", func(u utterance, m *moderator) bool { return m != nil && (!m.new(u.text) || m.spent(u.tmpl)) }},
	{"quotation", func(u utterance, m *moderator) bool { return m != nil && misquotes(u, m) }},
	{"time", func(_ utterance, m *moderator) bool { return m != nil && m.left() <= reserve }},
	{"sensitive", func(u utterance, m *moderator) bool { return touches(u, m) }},
}

// refused names the rule that a probe breaks; "" where it may be said.
func (m *moderator) refused(c candidate) string {
	return broken(utterance{text: c.line, echo: c.echo, quote: c.quote, tmpl: c.template}, m)
}

func broken(u utterance, m *moderator) string {
	for _, c := range checks {
		if c.bad(u, m) {
			return c.name
		}
	}
	return ""
}

const (
	maxLineWords  = 30 // with an acknowledgement or a handler never over 50
	maxAskedWords = 20
)

func wordCount(s string) int { return len(strings.Fields(s)) }

// misshapen finds what cannot be spoken: too much, several lines, mark-up.
func misshapen(s string) bool {
	n := utf8.RuneCountInString(s)
	return !utf8.ValidString(s) || n < 1 || n > 240 || strings.ContainsAny(s, "<>[]{}()|\\`*_#~^=@") || links.MatchString(s) ||
		strings.ContainsFunc(s, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.So, r) || unicode.Is(unicode.Co, r) || unicode.Is(unicode.Cf, r)
		})
}

func foreignScript(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) })
}

// asking is the sentence of a line that asks.
func asking(s string) string {
	parts := strings.SplitAfter(strings.TrimSpace(s), ". ")
	return strings.TrimSpace(parts[len(parts)-1])
}

func longQuestion(s string) bool { return wordCount(asking(s)) > maxAskedWords }

func asksOnce(u utterance) bool {
	marks := strings.Count(u.text, "?")
	told := tellMe.MatchString(plain(asking(u.text)))
	return (marks == 1 || marks == 0 && told) && !twoQuestions.MatchString(plain(ours(u)))
}

// open tells whether a line cannot be answered with yes or no.
func open(u utterance) bool {
	q := strings.TrimSpace(plain(asking(u.text)))
	if invites.MatchString(q) {
		return true
	}
	return !closedOpening.MatchString(q) && whWord.MatchString(q)
}

// leads finds a cause, a quality or an agreement that is put into somebody's
// mouth. Words they have used themselves are theirs.
func leads(u utterance, m *moderator) bool {
	text := plain(ours(u))
	if leadingForms.MatchString(text) {
		return true
	}
	for _, w := range tokens(text) {
		if (qualities[w] || causes[w] && !u.guide) && (m == nil || !m.s.knows(stem(w))) {
			return true
		}
	}
	return false
}

// ours is the line without the participant's words in it.
func ours(u utterance) string {
	text := u.text
	if u.echo != "" {
		text = strings.Replace(text, u.echo, "that", 1)
	}
	return plain(text)
}

// invents finds content words that are neither ours nor theirs.
func invents(u utterance, m *moderator) bool {
	if m == nil || u.guide {
		return false
	}
	for _, w := range content(u.text) {
		if !m.lang.vocabulary[w] && !m.s.knows(w) && !slices.Contains(m.guideWords(), w) {
			return true
		}
	}
	return false
}

func (m *moderator) guideWords() []string {
	return content(m.su.fill(strings.Join(append(guideTexts(m.su.Guide), m.su.Guide.Title, m.su.Product), " ")))
}

func leaks(u utterance) bool {
	return longNumber.MatchString(u.text) || strings.Contains(u.text, masked) || strings.Contains(u.text, "removed") ||
		insults.MatchString(plain(u.text)) || profane.MatchString(plain(u.echo)) || orders.MatchString(strings.TrimSpace(plain(u.echo)))
}

// new tells whether a question is unlike every one asked before.
func (m *moderator) new(line string) bool {
	words := content(line)
	for _, old := range m.s.Lines {
		if overlap(words, content(old)) >= 0.6 || strings.EqualFold(old, line) {
			return false
		}
	}
	return true
}

func (m *moderator) spent(template string) bool { return slices.Contains(m.s.Spent, template) }

// maxQuotes is how often an interview puts somebody's words back in quotation
// marks.
const maxQuotes = 3

func misquotes(u utterance, m *moderator) bool {
	if u.quote == "" {
		return strings.Contains(u.text, `"`)
	}
	return m.s.Quotes >= maxQuotes || !strings.Contains(m.s.About, u.quote) || !quotable(strings.Fields(u.quote))
}

// quotable tells whether words may stand in quotation marks: few, plain, and no
// order to anybody.
func quotable(words []string) bool {
	text := strings.Join(words, " ")
	return len(words) >= 3 && len(words) <= 9 && !command.MatchString(text) &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' && r != '-' && r != ' ' })
}

// touches finds a subject that is nobody's business, unless the guide asks
// about it.
func touches(u utterance, m *moderator) bool {
	found := sensitive.FindString(plain(u.text))
	if found == "" || u.guide {
		return false
	}
	return m == nil || !sensitive.MatchString(plain(strings.Join(guideTexts(m.su.Guide), " ")))
}
