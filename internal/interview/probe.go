package interview

import (
	"regexp"
	"slices"
	"strings"
)

// candidate is a probe that might be asked.
type candidate struct {
	line     string
	template string // spent with it, whatever echo it has
	cue      string
	lead     string // how it begins, to vary it
	echo     string // words of theirs in it
	quote    string // of these, those in quotation marks
}

// maxCandidates are tried: if so many are refused, the answer is not one to
// probe into.
const maxCandidates = 100

// probe asks the first candidate that the filter lets through; false where no
// probe is due or none is fit to be said.
func (m *moderator) probe(a *reading, before string) (Output, bool) {
	if !m.mayProbe() {
		return Output{}, false
	}
	if m.s.TerseRun > 1 && len(a.hits) == 0 && m.s.Phase == phaseMain {
		if again, ok := m.again(); ok {
			return m.question(before, again, "ask", "again"), true
		}
	}
	all := m.candidates(a)
	for _, c := range all[:min(len(all), maxCandidates)] {
		if m.refused(c) == "" {
			return m.say(c, before), true
		}
	}
	return Output{}, false
}

// mayProbe tells whether a probe is legal now: time, and the budgets.
func (m *moderator) mayProbe() bool {
	if m.s.Dry || m.s.Probes >= maxProbes || m.s.Here >= m.allowed() || !m.fits() {
		return false
	}
	if m.s.Phase == phaseWrap {
		return m.s.Asked < maxQuestions
	}
	must := m.mustLeft()
	if m.s.Here > 0 && m.s.Probes >= maxProbes-must {
		return false // the next questions want a probe too
	}
	return m.s.Asked+must+2 <= maxQuestions && m.affords()
}

// allowed is how many probes the open question may have.
func (m *moderator) allowed() int {
	for _, q := range m.su.Guide.Questions {
		if q.ID == m.s.Open && q.MaxProbes > 0 {
			return min(q.MaxProbes, maxHere)
		}
	}
	if m.s.Open == "last" {
		return 1
	}
	return 2
}

func (s *State) probedOut() bool { return s.Probes >= maxProbes || s.Here >= maxHere }

func (m *moderator) say(c candidate, before string) Output {
	m.s.Probes++
	m.s.Here++
	m.s.Probing = true
	m.s.LastCue, m.s.LastLead = c.cue, c.lead
	m.s.Spent = append(m.s.Spent, c.template)
	if c.quote != "" {
		m.s.Quotes++
	}
	for _, w := range content(c.echo) {
		if !slices.Contains(m.s.Echoed, w) {
			m.s.Echoed = append(m.s.Echoed, w)
		}
	}
	return m.question(before, c.line, "probe", "probe:"+c.cue)
}

// candidates are all probes into an answer, the best first: those that take up
// a word of it, by cue and by what it names, then its own words in quotation
// marks, then those into the last answer that held more, then what fits any
// answer. A model's wording would stand in front.
func (m *moderator) candidates(a *reading) []candidate {
	var led, loose, out []candidate
	named := false
	for _, h := range a.hits {
		if h.score < 6 && !named {
			led, named = append(led, m.aboutThings(a, false)...), true
		}
		led = append(led, m.aboutCue(a, h)...)
		loose = append(loose, m.bare(h.cue.ID, m.tails(h))...)
	}
	if !named {
		led = append(led, m.aboutThings(a, false)...)
	}
	out = append(append(led, m.quoting(a, 2)...), m.aboutThings(a, true)...)
	out = append(append(out, m.aboutWords(a)...), m.quoting(a, 1)...)
	if m.s.Rich != "" && m.s.Rich != a.text {
		rich := &reading{text: m.s.Rich, clauses: m.clauses(m.s.Rich)}
		out = append(out, m.aboutThings(rich, false)...)
	}
	out = append(out, loose...)
	if m.s.Here > 0 { // what fits any answer brings little: once is enough
		return out
	}
	out = append(out, m.quoting(a, 0)...)
	if a.words >= 8 {
		out = append(out, m.bare("consequence", m.lang.Consequences)...)
	}
	return append(out, m.bare("generic", m.lang.Generic)...)
}

// tails are the questions of a cue. Praise of what somebody left is turned to
// what led away all the same.
func (m *moderator) tails(h hit) []string {
	if h.cue.ID == "positive" && m.departure() {
		return m.lang.Departure
	}
	return h.cue.Probes
}

// noEcho are cues whose words say nothing when they are put back alone.
var noEcho = set("vague need time contrast")

// aboutCue words the probes of a cue, with what it is about in front.
func (m *moderator) aboutCue(a *reading, h hit) []candidate {
	c := a.clauses[h.clause]
	var out []candidate
	add := func(kind, echo string) {
		if len(content(echo)) == 0 {
			return // "the thing": nothing to take up
		}
		for _, tail := range m.tails(h) {
			out = append(out, m.led(kind, echo, tail, h.cue.ID))
		}
	}
	if h.cue.Echo == "after" {
		add("clause", c.whole())
	}
	if t, ok := c.near(h.first, h.last); ok {
		add("thing", t.text)
	}
	switch {
	case h.cue.ID == "vague":
		add("word", c.matched(c.widened(h)))
	case !noEcho[h.cue.ID]:
		add("word", c.matched(h))
	}
	add("clause", c.whole())
	return out
}

// matched is what a cue matched, where that reads well alone.
func (c clause) matched(h hit) string {
	first, last := max(h.first, 0), min(h.last, len(c.words)-1)
	if last < first || last-first > 1 {
		return ""
	}
	return strings.ToLower(strings.Join(c.words[first:last+1], " "))
}

// widened takes the words before a vague one along: "various things".
func (c clause) widened(h hit) hit {
	for h.first > 0 && (adjectives[strings.ToLower(c.words[h.first-1])] || determiners[strings.ToLower(c.words[h.first-1])]) {
		h.first--
	}
	return h
}

// aboutThings asks what something they named had to do with it, the last named
// first: things not yet put back to them, or those that were.
func (m *moderator) aboutThings(a *reading, echoed bool) []candidate {
	kind := "thing"
	if echoed || a.text == m.s.Rich && m.s.About != m.s.Rich {
		kind = "back"
	}
	var out []candidate
	for _, c := range slices.Backward(a.clauses) {
		for _, t := range slices.Backward(c.things()) {
			if m.s.echoed(t.text) != echoed {
				continue
			}
			for _, tail := range m.lang.Things {
				out = append(out, m.led(kind, t.text, tail, "thing"))
			}
		}
	}
	return out
}

// aboutWords takes up the longest word of each clause that names nothing.
func (m *moderator) aboutWords(a *reading) []candidate {
	var out []candidate
	for _, c := range slices.Backward(a.clauses) {
		longest := ""
		for _, w := range c.words {
			w = strings.ToLower(w)
			if len(w) > len(longest) && !stopwords[w] && !emptyish[w] && !strings.Contains(w, "'") {
				longest = w
			}
		}
		if len(longest) < 4 || m.s.echoed(longest) {
			continue
		}
		for _, tail := range m.lang.Things {
			out = append(out, m.led("word", longest, tail, "word"))
		}
	}
	return out
}

// led puts an echo in front of a question: "You mentioned your boss. What …?"
func (m *moderator) led(kind, echo, tail, cue string) candidate {
	leads := m.lang.Leads[kind]
	i := m.chance(len(leads))
	for leads[i] == m.s.LastLead || strings.Contains(leads[i], "the word ") && strings.Contains(echo, " ") {
		i = (i + 1) % len(leads)
	}
	if strings.HasSuffix(leads[i], ",") {
		tail = strings.ToLower(tail[:1]) + tail[1:]
		echo = indefinite.ReplaceAllString(echo, "the ")
	}
	lead := strings.ReplaceAll(leads[i], "{"+kind+"}", echo)
	return candidate{line: lead + " " + tail, template: capital(tail), cue: cue, lead: leads[i], echo: echo}
}

// indefinite: what was spoken of is known by then.
var indefinite = regexp.MustCompile(`^an? `)

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (m *moderator) bare(cue string, tails []string) []candidate {
	var out []candidate
	for _, tail := range tails {
		out = append(out, candidate{line: tail, template: tail, cue: cue})
	}
	return out
}

// quoting puts a clause that holds so many words of content back word for word.
// The last comes first.
func (m *moderator) quoting(a *reading, least int) []candidate {
	var out []candidate
	for _, c := range slices.Backward(a.clauses) {
		for len(c.words) > 0 && trailing[strings.ToLower(c.words[0])] {
			c.words = c.words[1:]
		}
		quote := strings.Join(c.words, " ")
		if !quotable(c.words) || len(content(quote)) < least || m.s.echoed(quote) || !strings.Contains(a.text, quote) {
			continue
		}
		for _, q := range m.lang.Quotes {
			line := strings.ReplaceAll(q, "{quote}", quote)
			out = append(out, candidate{line: line, template: q, cue: "quote", echo: quote, quote: quote})
		}
	}
	return out
}

// departure tells whether the guide asks about leaving.
func (m *moderator) departure() bool {
	for _, w := range []string{"cancel", "left", "stopped", "downgrade", "low score"} {
		if strings.Contains(strings.ToLower(m.su.Guide.Context+m.su.Guide.Title+m.su.Guide.ID), w) {
			return true
		}
	}
	return false
}
