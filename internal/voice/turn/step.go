package turn

import "time"

// machine is one step in the making.
type machine struct {
	State
	out []Action
}

// Step takes one event and returns what is to be done. It is a pure function:
// the same arguments give the same results. Events that come too late, name a
// generation, turn or attempt that is no longer of interest, or make no sense
// where the conversation stands, change nothing. After the end all do.
func Step(s State, e Event) (State, []Action) {
	if s.phase == Ended {
		return s, nil
	}
	m := &machine{State: s}
	m.now = max(m.now, e.At)
	m.take(e)
	m.settle(&s)
	return m.State, m.out
}

func (m *machine) take(e Event) {
	switch e.Kind {
	case Frame:
		m.hear(e)
	case Heard:
		m.heard(e)
	case Echo:
		m.echo()
	case ReplyReady, ReplyFailed, Sent, Played, PlayedAll:
		if e.Gen == m.live && e.Gen != 0 {
			m.report(e)
		}
	case Expired:
		if e.Timer >= 0 && e.Timer < timers && m.due[e.Timer] != 0 && m.due[e.Timer] <= m.now {
			m.due[e.Timer] = 0
			m.expired(e.Timer)
		}
	case Ready, Consented, Lost, Back, Pause:
		m.life(e)
	default:
		m.pressed(e)
	}
}

// report is what became of the live reply.
func (m *machine) report(e Event) {
	if m.away() {
		return // it is held, and what the page said before was of another connection
	}
	switch e.Kind {
	case ReplyReady:
		m.replyReady(e)
	case ReplyFailed:
		m.replyFailed()
	case Sent:
		m.sent(e.Length)
	case Played:
		m.played(e.Length)
	case PlayedAll:
		if m.line.length != 0 && !m.held {
			m.lineOver()
		}
	}
}

// settle says what follows from the difference to the state before: one place
// arms and disarms, ducks and shows, so none can be forgotten.
func (m *machine) settle(before *State) {
	if m.ducked != before.ducked {
		m.do(Action{Do: map[bool]Do{true: Duck, false: Unduck}[m.ducked], Gen: m.live})
	}
	for t := range timers {
		switch {
		case m.due[t] == before.due[t]:
		case m.due[t] == 0:
			m.do(Action{Do: Disarm, Timer: t})
		default:
			m.do(Action{Do: Arm, Timer: t, At: m.due[t]})
		}
	}
	if m.Phase() != before.Phase() {
		m.do(Action{Do: Show, Phase: m.Phase()})
	}
	if m.phase == Ended { // the end is the last that is heard of it
		for i, a := range m.out {
			if a.Do == End {
				m.out = append(append(m.out[:i:i], m.out[i+1:]...), a)
				break
			}
		}
	}
}

func (m *machine) do(a Action) { m.out = append(m.out, a) }

// in sets a deadline so long from now.
func (m *machine) in(t Timer, d time.Duration) { m.due[t] = m.now + d }

// enter changes the phase. Its deadlines are its own, so those of the phase
// before are off.
func (m *machine) enter(p Phase) {
	m.phase = p
	for _, t := range []Timer{TimerConnect, TimerIdle, TimerStall, TimerReply, TimerPlayback, TimerFalse} {
		m.due[t] = 0
	}
}

// end is the end. What was said and not stored is stored first.
func (m *machine) end(why Reason) {
	unstored := m.phase == Thinking && m.what == ByHand || m.said()
	what := Answer
	if m.phase == Thinking {
		what = m.what
	}
	m.cancel()
	if unstored && m.phase != Speaking && m.phase != Closing {
		m.store(what)
	}
	m.enter(Ended)
	m.due = [timers]time.Duration{}
	m.answer = answer{}
	m.do(Action{Do: End, Reason: why})
}

// store keeps the turn in the making, with the live reply if there is one. Its
// last words may still be on their way.
func (m *machine) store(what What) {
	m.do(Action{
		Do: Store, Turn: m.turn, Gen: m.live, What: what, From: m.answer.from, To: m.ear.now,
		Text: m.answer.text, Known: m.answer.known || !m.answer.begun, Attempt: m.answer.attempt,
	})
}

// said tells whether the turn in the making holds something worth keeping.
func (m *machine) said() bool {
	return m.answer.text != "" || m.voiced() >= leastSent && !m.answer.known
}

// expired is a deadline that has come.
func (m *machine) expired(t Timer) {
	switch t {
	case TimerConnect, TimerPaused:
		m.end(TooQuiet)
	case TimerGrace:
		m.end(Gone)
	case TimerLimit:
		m.end(TooLong)
	case TimerIdle:
		m.idle()
	case TimerStall:
		m.stalled()
	case TimerReply:
		m.replyLate()
	case TimerPlayback:
		m.lineOver()
	case TimerFalse:
		m.unclear()
	}
}
