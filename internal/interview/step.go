package interview

import (
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

// moderator is one step in the making: the setup, and a State of its own.
type moderator struct {
	su   Setup
	s    *State
	lang *language
}

// Start begins an interview at the time now, in seconds. Without Buttons it
// discloses and asks for consent; with them consent was given, so it discloses
// and asks the first question in one turn.
func Start(su Setup, now float64) (State, Output) {
	s := State{Phase: phaseDisclose, At: sane(now)}
	m := &moderator{su, &s, english()}
	disclosed := su.disclosed()
	if !su.Buttons {
		consent := m.lang.Disclosure["consent"]
		return s, Output{Say: disclosed + " " + consent, Question: consent, Act: "disclose", Rule: "disclose"}
	}
	out := m.begin()
	out.Say = disclosed + " " + out.Say
	out.Act, out.Rule = "disclose", "disclose"
	return s, out
}

// Step takes one input and says what the moderator does. It is a pure function:
// s is not changed, and the same arguments give the same results. After the end
// every input is ignored; the Output then repeats Done and Reason and says
// nothing.
func Step(su Setup, s State, in Input) (State, Output) {
	if s.Phase == phaseClose {
		return s, Output{Done: true, Reason: s.Reason}
	}
	s = s.clone()
	m := &moderator{su, &s, english()}
	m.clock(in)
	s.Turns++
	out := m.take(in)
	if out.Heard == "" {
		out.Heard = in.Text
	}
	return s, out
}

// take handles an input by its kind. Only an answer needs understanding.
func (m *moderator) take(in Input) Output {
	switch {
	case in.Kind == Hangup:
		return m.hangUp()
	case m.s.Turns > maxTurns:
		return m.end("time")
	case in.Kind == TimeUp:
		return m.under(in.Text, func() Output { return m.end("time") })
	case in.Kind == Leave:
		return m.under(in.Text, m.stop)
	case in.Kind == Silence || in.Kind == Answer && wordless(in.Text):
		return m.silence(in)
	}
	switch in.Kind {
	case Answer:
		return m.answer(in.Text)
	case Skip:
		return m.under(in.Text, m.skip)
	case Repeat:
		return m.under(in.Text, m.repeat)
	case NotHeard, ByTyping:
		return m.under(in.Text, func() Output { return m.unheard(in.Kind) })
	case Cut:
		return m.cut(in.Text)
	}
	return Output{} // an input of tomorrow
}

// answer is the way of what they said: consent, then what they need, then what
// we want to know.
func (m *moderator) answer(text string) Output {
	h := hear(text)
	if m.s.Phase == phaseDisclose {
		return m.consent(h)
	}
	if out, raised := m.interrupt(h); raised {
		return out
	}
	return m.proceed(h)
}

// proceed goes on from an ordinary answer.
func (m *moderator) proceed(h *hearing) Output {
	a := m.read(h)
	m.account(a)
	ack := m.ack()
	if a.closed || m.s.Open == "" {
		return m.onward(ack)
	}
	if m.s.Phase == phaseWrap && (!a.striking() || m.left() <= 40) {
		return m.end("complete")
	}
	if out, ok := m.probe(a, ack); ok {
		return out
	}
	return m.onward(ack)
}

// account remembers what an answer tells about the person and the thread.
func (m *moderator) account(a *reading) {
	m.s.About = a.text
	m.s.Choice = ""
	if a.terse {
		m.s.Terse++
		m.s.TerseRun++
	} else {
		m.s.TerseRun = 0
	}
	if a.fresh > 2 {
		m.s.Rich = a.text
	}
	if m.s.Silences == 0 { // after a pause they may have said it again
		m.s.Dry = m.s.Here > 0 && a.fresh+m.s.Fresh < 2
		m.s.Fresh = a.fresh
	}
	m.s.Silences = 0
	m.cover(a)
}

// begin asks the first question with the line that says what it is about.
func (m *moderator) begin() Output {
	m.s.Phase = phaseMain
	q, ok := m.next()
	if !ok {
		return m.wrap("")
	}
	out := m.ask(q, "")
	if context := short(m.su.fill(m.su.Guide.Context), maxAskedWords-wordCount(out.Say)); context != "" {
		out.Say = context + " " + out.Say
		out.Question = context + " " + out.Question
	}
	return out
}

// short cuts a context line to so many words: first what it adds after "and",
// then whole sentences from its end.
func short(context string, words int) string {
	if wordCount(context) > words {
		head, _, found := strings.Cut(context, ", and ")
		if found {
			context = head + "."
		}
	}
	for wordCount(context) > words {
		at := strings.LastIndex(strings.TrimRight(context, ".!"), ". ")
		if at < 0 {
			return ""
		}
		context = context[:at+1]
	}
	return context
}

// onward asks the next question that is still of use, or else wraps up.
func (m *moderator) onward(before string) Output {
	if m.s.Phase == phaseWrap {
		return m.end("complete")
	}
	if !m.fits() {
		return m.end("time")
	}
	if q, ok := m.next(); ok && m.s.Asked < maxQuestions-1 {
		return m.ask(q, before)
	}
	return m.wrap(before)
}

// next is the next guide question: those that must be asked first, then the
// others while there is leisure.
func (m *moderator) next() (research.Question, bool) {
	for _, must := range []bool{true, false} {
		if !must && !m.leisure() {
			break
		}
		for _, q := range m.su.Guide.Questions {
			if q.Must == must && !slices.Contains(m.s.Done, q.ID) && m.new(m.su.fill(q.Ask)) {
				return q, true
			}
		}
	}
	return research.Question{}, false
}

// mustLeft is how many questions must still be asked.
func (m *moderator) mustLeft() int {
	n := 0
	for _, q := range m.su.Guide.Questions {
		if q.Must && !slices.Contains(m.s.Done, q.ID) {
			n++
		}
	}
	return n
}

func (m *moderator) ask(q research.Question, before string) Output {
	m.s.Open, m.s.Probing, m.s.Reworded = q.ID, false, false
	m.s.Here, m.s.Dry, m.s.TerseRun = 0, false, 0
	m.s.About = ""
	m.s.Done = append(m.s.Done, q.ID)
	return m.question(before, m.su.fill(q.Ask), "ask", "guide:"+q.ID)
}

// wrap asks the question that catches all, or closes where there is no time or
// question left for it.
func (m *moderator) wrap(before string) Output {
	last := m.su.fill(m.su.Guide.Last)
	if last == "" || m.left() <= 25 || !m.fits() || m.s.Asked >= maxQuestions {
		return m.end("complete")
	}
	m.s.Phase, m.s.Open, m.s.Probing, m.s.Here = phaseWrap, "last", false, 0
	m.s.Reworded = true // it has no other wording
	return m.question(before, last, "ask", "guide:last")
}

// question says a line that asks, after what stands before it.
func (m *moderator) question(before, line, act, rule string) Output {
	m.s.Asked++
	m.s.Line = line
	m.s.Lines = append(m.s.Lines, line)
	return Output{Say: join(before, line), Question: line, Act: act, Rule: rule}
}

func join(before, line string) string {
	if before == "" {
		return line
	}
	return before + " " + line
}

// ack is the next acknowledgement: never the one before.
func (m *moderator) ack() string {
	n := len(m.lang.Acks)
	i := m.chance(n)
	if i+1 == m.s.LastAck {
		i = (i + 1) % n
	}
	m.s.LastAck = i + 1
	return m.lang.Acks[i]
}
