package interview

import "slices"

// interrupt is one of the things that go before the guide, interviewing.md §2.4.
type interrupt struct {
	name    string
	raised  func(m *moderator, h *hearing) bool
	reply   func(m *moderator, h *hearing) Output
	exclude bool // the answer is never quoted nor analysed
}

// interrupts in the order in which they are asked: a cry for help inside an
// insult is a cry for help. Silence, the fourth of the list, has no words.
var interrupts []interrupt

func init() { // the replies lead back to the guide, which leads to interrupts
	interrupts = []interrupt{
		{"distress", func(_ *moderator, h *hearing) bool { return inDanger(h) }, (*moderator).danger, true},
		{"minor", func(_ *moderator, h *hearing) bool { return isMinor(h) }, (*moderator).minor, true},
		{"stop", func(m *moderator, h *hearing) bool { return m.wantsToStop(h) }, stopped, false},
		{"injection", func(_ *moderator, h *hearing) bool { return injects(h) }, redirect("injection"), true},
		{"abuse", func(_ *moderator, h *hearing) bool { return abuses(h) }, (*moderator).abuse, true},
		{"pii", func(_ *moderator, h *hearing) bool { return mask(h.raw) != h.raw }, redirect("pii"), true},
		{"choice", func(m *moderator, h *hearing) bool { return m.choosing(h) }, (*moderator).carryOn, false},
		{"about_us", func(_ *moderator, h *hearing) bool { return aboutUs(h) != "" }, (*moderator).tellAboutUs, false},
		{"language", func(_ *moderator, h *hearing) bool { return otherLanguage(h) }, (*moderator).tongue, false},
		{"no_promise", func(_ *moderator, h *hearing) bool { return h.opens(deal) }, setAside("no_promise"), false},
		{"no_advice", func(_ *moderator, h *hearing) bool { return asksAdvice(h) }, setAside("no_advice"), false},
		{"no_help", func(_ *moderator, h *hearing) bool { return asksHelp(h) }, setAside("no_help"), false},
		{"refuse", func(_ *moderator, h *hearing) bool { return refusesAnswer(h) }, passOver("refuse"), false},
		{"distress_mild", func(m *moderator, h *hearing) bool { return m.s.Comforts < 2 && hardship(h) }, (*moderator).comfort, true},
		{"said", func(_ *moderator, h *hearing) bool { return saidAlready(h) }, passOver("said"), false},
		{"wait", func(_ *moderator, h *hearing) bool { return h.alone(thinking) }, (*moderator).takeTime, false},
		{"repeat", func(_ *moderator, h *hearing) bool { return asksAgain(h) }, redirect("repeat"), false},
		{"dont_know", func(_ *moderator, h *hearing) bool { return dontKnow(h) }, passOver("dont_know"), false},
		{"off_topic", func(_ *moderator, h *hearing) bool { return offTopic(h) }, redirect("off_topic"), false},
	}
}

// interrupt handles an answer that raises one. In the last seconds only what
// protects the person comes before the end.
func (m *moderator) interrupt(h *hearing) (Output, bool) {
	for i, in := range interrupts {
		if i == firstPolite && m.left() <= reserve {
			return m.heard(m.end("time"), h), true
		}
		if in.raised(m, h) {
			m.s.Silences = 0
			out := m.heard(in.reply(m, h), h)
			out.Exclude = in.exclude
			return out, true
		}
	}
	return Output{}, false
}

// firstPolite is the first interrupt that does not protect the person.
const firstPolite = 3

// heard masks the answer as it may be stored.
func (m *moderator) heard(out Output, h *hearing) Output {
	out.Heard = mask(h.raw)
	return out
}

// safety handles what must be heard even before consent: danger, and children.
func (m *moderator) safety(h *hearing) (Output, bool) {
	for _, in := range interrupts[:2] {
		if in.raised(m, h) {
			out := in.reply(m, h)
			out.Exclude = true
			return out, true
		}
	}
	return Output{}, false
}

func (m *moderator) danger(*hearing) Output {
	return m.closing("distress", m.su.fill(m.lang.Handlers["distress_severe"]), "distress_severe")
}

func (m *moderator) minor(*hearing) Output {
	out := m.closing("minor", m.lang.Handlers["minor"], "minor")
	out.Forget = true
	return out
}

func stopped(m *moderator, _ *hearing) Output { return m.stop() }

func (m *moderator) abuse(*hearing) Output {
	m.s.Abuses++
	if m.s.Abuses > 1 {
		return m.closing("abuse", m.lang.Handlers["abuse_close"], "abuse_close")
	}
	m.s.Choice = "abuse"
	return Output{Say: m.lang.Handlers["abuse_first"], Act: "comfort", Rule: "abuse_first"}
}

func (m *moderator) comfort(*hearing) Output {
	m.s.Comforts++
	m.s.Choice = "distress"
	return Output{Say: m.lang.Handlers["distress_mild"], Act: "comfort", Rule: "distress_mild"}
}

// carryOn goes on after the offer to stop was not taken.
func (m *moderator) carryOn(*hearing) Output {
	m.s.Choice = ""
	return m.resume("", "carry_on")
}

func (m *moderator) tellAboutUs(h *hearing) Output {
	kind := aboutUs(h)
	return m.aside(h.without(aboutUsPatterns()...), m.aboutUs(kind), kind)
}

// tongue says which language we speak, once. Answers in another one are taken
// as they are.
func (m *moderator) tongue(h *hearing) Output {
	if slices.Contains(m.s.Spent, "language") {
		return m.onward("")
	}
	m.s.Spent = append(m.s.Spent, "language")
	return m.resume(m.lang.Handlers["language"], "language")
}

// redirect says a fixed line and asks the open question in its other wording.
func redirect(handler string) func(*moderator, *hearing) Output {
	return func(m *moderator, _ *hearing) Output { return m.resume(m.lang.Handlers[handler], handler) }
}

// setAside declines a request; what else was said still counts.
func setAside(handler string) func(*moderator, *hearing) Output {
	return func(m *moderator, h *hearing) Output {
		return m.aside(h.without(deal, advice, help), m.lang.Handlers[handler], handler)
	}
}

// passOver leaves the open question for the next one.
func passOver(handler string) func(*moderator, *hearing) Output {
	return func(m *moderator, _ *hearing) Output {
		out := m.onward(m.lang.Handlers[handler])
		if !out.Done {
			out.Rule = handler
		}
		return out
	}
}

// aside answers a request, then probes into the rest of what was said where
// that holds an answer too.
func (m *moderator) aside(rest, reply, rule string) Output {
	if h := hear(rest); len(content(rest)) >= 4 && !m.s.probedOut() {
		a := m.read(h)
		m.account(a)
		if out, ok := m.probe(a, reply); ok {
			return out
		}
	}
	return m.resume(reply, rule)
}

// resume goes back to the open question: in its other wording, by another
// probe into the answer that the last probe was about, or, where neither is
// left, on to the next.
func (m *moderator) resume(before, rule string) Output {
	if !m.fits() {
		return m.end("time")
	}
	if m.s.Asked >= maxQuestions {
		return m.end("complete")
	}
	if m.s.Probing && m.s.About != "" {
		if out, ok := m.probe(m.read(hear(m.s.About)), before); ok {
			out.Act = "redirect"
			return out
		}
	}
	if again, ok := m.again(); ok {
		return m.question(before, again, "redirect", rule)
	}
	if m.s.Phase == phaseWrap {
		if last := m.lang.Handlers["last_again"]; m.new(last) {
			return m.question(before, last, "redirect", rule)
		}
		return m.end("complete")
	}
	return m.onward(before)
}

// again is the open question in its other wording, once.
func (m *moderator) again() (string, bool) {
	if m.s.Reworded {
		return "", false
	}
	for _, q := range m.su.Guide.Questions {
		if line := m.su.fill(q.Again); q.ID == m.s.Open && line != "" && m.new(line) {
			m.s.Reworded, m.s.Probing = true, false
			return line, true
		}
	}
	return "", false
}
