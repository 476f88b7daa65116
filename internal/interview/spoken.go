package interview

// under does what a button asks for, with the words that somebody was saying when
// they pressed it: they are kept, and what protects people is heard in them.
func (m *moderator) under(text string, button func() Output) Output {
	if wordless(text) {
		return button()
	}
	h := hear(text)
	if out, raised := m.safety(h); raised {
		return m.heard(out, h)
	}
	out := m.heard(button(), h)
	out.Exclude = out.Heard != h.raw
	return out
}

// unheard is speech of which no word was understood: the short form of the
// question, and the third time the offer to type.
func (m *moderator) unheard(kind InputKind) Output {
	if m.left() <= reserve {
		return m.end("time")
	}
	before, line := m.lang.Handlers["not_heard"], m.s.Line
	if kind == ByTyping {
		before = m.lang.Handlers["type_instead"]
	}
	if m.s.Choice != "" {
		return Output{Say: join(before, m.offer()), Act: "repair", Rule: string(kind)}
	}
	return Output{Say: join(before, line), Question: line, Act: "repair", Rule: string(kind)}
}

// cut is a line that they interrupted with next to nothing: a request counts, and
// otherwise the question is asked once more, in its short form.
func (m *moderator) cut(text string) Output {
	h := hear(text)
	if !wordless(text) {
		hesitates := len(content(text)) == 0 // "uh" asks for no time: the line was not heard
		if out, raised := m.interrupt(h); raised && !(hesitates && out.Rule == "wait") {
			return out
		}
	}
	if m.left() <= reserve {
		return m.heard(m.end("time"), h)
	}
	if m.s.Choice != "" {
		return m.heard(Output{Say: m.offer(), Act: "repair", Rule: string(Cut)}, h)
	}
	return m.heard(Output{Say: m.s.Line, Question: m.s.Line, Act: "repair", Rule: string(Cut)}, h)
}

// WelcomeBack is what is said to somebody who comes back to a question.
func WelcomeBack(question string) string {
	return join(english().Handlers["welcome_back"], question)
}
