package interview

import (
	"strings"
	"unicode"
)

// wordless tells whether nothing was said: no letter and no digit, or a mark
// such as [silence] or (inaudible) that a recogniser writes for nothing.
func wordless(text string) bool {
	t := strings.TrimSpace(text)
	if t != "" && strings.ContainsRune("[(", rune(t[0])) && strings.ContainsRune("])", rune(t[len(t)-1])) &&
		strings.Count(t, " ") < 3 {
		return true
	}
	return !strings.ContainsFunc(t, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// silence answers a pause or an empty answer: patience, then a way out, then
// the end. Typed interviews are only ever nudged once by a pause: what comes
// after is the room's business.
func (m *moderator) silence(in Input) Output {
	m.s.Silences++
	if in.Kind == Silence && !m.su.voice() && m.s.Silences > 1 {
		return Output{}
	}
	switch {
	case m.s.Phase == phaseDisclose && m.s.Silences > 1:
		return m.stop()
	case m.s.Phase == phaseDisclose:
		consent := m.lang.Disclosure["consent"]
		return Output{Say: m.lang.Handlers["not_heard"] + " " + consent, Question: consent, Act: "repair", Rule: "silence"}
	case m.left() <= reserve:
		return m.end("time")
	case m.s.Silences > 2:
		return m.closing("silence", m.lang.Handlers["silence_close"], "silence")
	}
	return Output{Say: m.lang.Handlers[m.patience()], Act: "repair", Rule: "silence"}
}

// patience is which line a silence gets.
func (m *moderator) patience() string {
	if m.s.Silences == 1 {
		return "silence_1"
	}
	if !m.su.voice() {
		return "silence_2_text"
	}
	return "silence_2"
}

// skip leaves the open question at the press of a button.
func (m *moderator) skip() Output {
	switch {
	case m.s.Phase == phaseDisclose:
		return m.askConsent()
	case m.s.Choice != "":
		m.s.Choice = ""
	}
	m.s.Silences = 0
	return m.onward(m.lang.Handlers["skip"])
}

// repeat says the open question again. It is asked for, so it counts as no new
// question; the turn limit ends a stuck button.
func (m *moderator) repeat() Output {
	line := m.s.Line
	switch {
	case m.s.Phase == phaseDisclose:
		line = m.lang.Disclosure["consent"]
	case m.left() <= reserve:
		return m.end("time")
	case m.s.Choice != "":
		return Output{Say: m.offer(), Act: "repair", Rule: "repeat"}
	}
	return Output{Say: join(m.lang.Handlers["repeat"], line), Question: line, Act: "repair", Rule: "repeat"}
}

// takeTime lets somebody think who said that they are going to.
func (m *moderator) takeTime(*hearing) Output {
	return Output{Say: m.lang.Handlers["silence_1"], Act: "repair", Rule: "wait"}
}

// offer is the standing offer to stop or carry on.
func (m *moderator) offer() string {
	if m.s.Choice == "abuse" {
		return m.lang.Handlers["abuse_first"]
	}
	return m.lang.Handlers["distress_mild"]
}
