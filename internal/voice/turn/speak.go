package turn

import "time"

// sent says how long the line is: all of it is on the way.
func (m *machine) sent(length time.Duration) {
	if m.phase != Speaking && m.phase != Closing || m.line.length != 0 {
		return
	}
	m.line.length = min(max(length, 1), longestLine)
	if !m.held {
		m.waitPlayback()
	}
}

// played says how much of the line was heard. A page cannot have played more
// than there was time for.
func (m *machine) played(length time.Duration) {
	if m.phase != Speaking && m.phase != Closing || m.held || length <= m.line.played {
		return
	}
	most := m.now - m.line.began + reportSlack
	if m.line.length != 0 {
		most = min(most, m.line.length)
	}
	if length > most {
		return
	}
	m.line.played = length
	m.waitPlayback()
}

// waitPlayback arms the end of a line that nobody reports.
func (m *machine) waitPlayback() {
	if m.line.length == 0 {
		m.in(TimerPlayback, min(soundWait, max(longestLine-m.line.played, 1)))
		return
	}
	m.in(TimerPlayback, max(m.line.length-m.line.played, 0)+playbackLate)
}

// lineOver is the end of a line. What was said over its last moment is an
// answer to it, given early.
func (m *machine) lineOver() {
	if m.line.last {
		m.live = 0
		m.end(m.closed())
		return
	}
	tail := m.answer.begun && !m.deaf && (m.ear.open || m.ear.silence() <= overlapTail && m.voiced() >= leastSent)
	m.live, m.ready, m.ducked, m.held = 0, false, false, false
	if !tail {
		m.discard()
		m.restart()
		return
	}
	m.stage, m.since = 0, m.now
	m.speak()
	if !m.ear.open {
		m.maybeOver()
	}
}

// restart listens after a line: anew after a question, and on with the same
// silence after a line about it.
func (m *machine) restart() {
	switch m.what {
	case Silence, NotHeard, ByTyping:
	default:
		m.stage = 0
	}
	m.listen()
}

func (m *machine) closed() Reason {
	if m.leaving {
		return Stopped
	}
	return Completed
}
