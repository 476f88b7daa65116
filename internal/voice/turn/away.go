package turn

// life is what happens to the session around the conversation.
func (m *machine) life(e Event) {
	switch {
	case e.Kind == Ready && m.phase == Connecting && !m.lost:
		m.in(TimerLimit, m.p.Limit)
		m.enter(Consent)
		m.in(TimerConnect, consentWait)
		if e.On {
			m.commit(Begin)
		}
	case e.Kind == Consented && m.phase == Consent && !m.lost:
		if !e.On {
			m.end(NoConsent)
			return
		}
		m.commit(Begin)
	case e.Kind == Lost && !m.lost:
		m.leaveAlone(&m.lost)
		if m.phase != Ended {
			m.in(TimerGrace, grace)
		}
	case e.Kind == Back && m.lost:
		m.lost = false
		m.ear.rest()
		m.due[TimerGrace] = 0
		m.wake()
	case e.Kind == Pause && e.On && !m.paused:
		m.pause()
	case e.Kind == Pause && !e.On && m.paused:
		m.unpause()
	case e.Kind == Pause && e.On:
		m.nobody = false
	}
}

// pause stops everything until somebody goes on.
func (m *machine) pause() {
	if m.phase == Connecting || m.phase == Consent || m.phase == Closing || m.leaving {
		m.nobody = false
		return
	}
	m.leaveAlone(&m.paused)
	m.in(TimerPaused, pausedLimit)
	if m.due[TimerLimit] != 0 { // nobody is held to a limit while they are away for a reason
		m.left, m.due[TimerLimit] = max(m.due[TimerLimit]-m.now, 1), 0
	}
}

// rested is the end of a pause: its own deadline is off, and the session's goes on.
func (m *machine) rested() {
	m.paused, m.nobody = false, false
	m.due[TimerPaused] = 0
	if m.left != 0 {
		m.in(TimerLimit, m.left)
		m.left = 0
	}
}

func (m *machine) unpause() {
	m.rested()
	m.wake()
}

// leaveAlone goes away, by a pause or a lost connection. A line that is heard
// is kept to be taken up again; a reply that is looked for is not, since it
// would be looked for twice at worst and be stale at best.
func (m *machine) leaveAlone(why *bool) {
	if m.phase == Closing || m.leaving {
		m.end(m.closed())
		return
	}
	if m.away() {
		*why = true
		return
	}
	if m.phase == Speaking {
		if !m.held {
			m.do(Action{Do: Flush, Gen: m.live, From: m.line.played})
		}
		m.discard()
		m.answer = answer{}
		m.ducked, m.held = false, false
	} else {
		m.discard()
		m.cancel()
	}
	m.enter(m.phase)
	*why = true
}

// wake goes on where it was left.
func (m *machine) wake() {
	if m.away() {
		return
	}
	m.frame = m.now
	switch m.phase {
	case Connecting:
		m.in(TimerConnect, connectWait)
	case Consent:
		m.in(TimerConnect, consentWait)
	case Speaking:
		m.ear.rest()
		m.line.began = m.now - m.line.played
		m.do(Action{Do: Resume, Gen: m.live, From: m.line.played})
		m.waitPlayback()
	case UserSpeaking, Endpointing:
		m.ear.last = m.ear.now
		m.speak()
		m.maybeOver()
	case Thinking:
		m.again()
	default:
		m.stage = 0
		run := m.ear.run
		m.listen()
		if run >= wakeAfter {
			m.begin()
			m.speak()
		}
	}
}

// again asks once more for the reply that was dropped.
func (m *machine) again() {
	if m.what == Silence || m.what == NotHeard || m.what == ByTyping {
		m.stage = 0
		m.listen()
		return
	}
	if m.voiced() >= leastSent && !m.answer.known {
		m.transcribe()
	}
	m.commit(m.what)
}
