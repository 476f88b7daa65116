package turn

// pressed is a button.
func (m *machine) pressed(e Event) {
	if m.phase == Connecting || m.phase == Consent || m.phase == Closing || m.leaving {
		if e.Kind == Leave {
			m.end(Stopped)
		}
		return
	}
	switch e.Kind {
	case Leave:
		m.leave()
	case Mute:
		m.mute(e.On)
	case Typing:
		m.typing = e.On
		if m.phase == Listening && !m.away() {
			m.waitIdle()
		}
	case Typed, Repeat, Skip:
		m.want(map[Kind]What{Typed: ByHand, Repeat: Again, Skip: Next}[e.Kind])
	case Done:
		if !m.away() {
			m.done()
		}
	}
}

// want is a button that asks for a reply at once. What was said so far goes
// with it, and none of it is lost.
func (m *machine) want(what What) {
	if m.lost {
		return // the page sends it again when it is back
	}
	if m.paused {
		m.rested()
	}
	if what == ByHand {
		m.typing, m.misheard = false, 0
	}
	m.takeOver()
	m.stage = 0
	m.commit(what)
}

// takeOver leaves whatever phase it is with the words of the turn complete, or
// asked for.
func (m *machine) takeOver() {
	m.discard()
	m.cancel()
	if m.phase == Speaking {
		m.answer = answer{}
	}
	if m.voiced() >= leastSent && (!m.answer.known || m.ear.total > m.answer.asked) {
		m.transcribe()
	}
}

// leave says goodbye, where somebody is there to hear it.
func (m *machine) leave() {
	if m.away() {
		m.end(Stopped)
		return
	}
	m.takeOver()
	m.leaving = true
	m.commit(Goodbye)
}

// done is "I have finished". Where nothing was heard, they are told so: they
// believe that they have spoken.
func (m *machine) done() {
	switch m.phase {
	case UserSpeaking, Endpointing:
		if m.voiced() < leastSent && m.answer.text == "" {
			m.noise()
			return
		}
		if m.ear.total > m.answer.asked {
			m.discard()
			m.answer.known = false
		}
		m.finish(Answer)
		m.ear.rest() // what is heard now was meant to be the end
	case Listening:
		if m.misheard < mostMisheard {
			m.unheard()
		}
	case Speaking:
		if m.ducked && m.voiced() >= leastSent {
			m.interrupt()
			m.done()
		}
	}
}

// mute turns the microphone off. Whoever was speaking has the longest silence
// to turn it on again.
func (m *machine) mute(on bool) {
	m.muted = on
	m.ear.rest()
	m.frame = m.now
	if m.phase == UserSpeaking && !m.away() {
		m.maybeOver()
	}
}
