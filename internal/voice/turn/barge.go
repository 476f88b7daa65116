package turn

// overLine is a frame, or a word, over a line that is heard. Three steps: the
// line is lowered, its sound is dropped, and only words end it.
func (m *machine) overLine() {
	run := m.ear.run
	switch {
	case !m.ducked:
		if run >= duckAfter && !m.deaf {
			m.ducked = true
			m.begin()
			m.in(TimerFalse, falseAfter)
		}
	case run == 0 && !m.held && !m.answer.pending && m.voiced() < bargeAfter:
		m.goOn() // a cough
	case m.voiced() >= bargeAfter && m.foreignWords() >= bargeWords:
		m.interrupt()
	case m.ear.total-m.answer.asked >= bargeAfter && !m.answer.pending && !m.answer.known:
		m.transcribe()
	case m.voiced() >= bargeAlone && !m.held && !m.wary:
		m.hold()
	}
}

// overWords is the answer to an attempt over a line.
func (m *machine) overWords(failed bool) {
	n := m.foreignWords()
	switch {
	case !m.ducked:
	case failed: // nobody can say; the deadline decides
	case n >= bargeWords, n > 0 && m.held:
		m.interrupt()
	case m.ear.open:
		m.answer.known = false // more is coming: look again
	default:
		m.goOn()
	}
}

// hold drops the sound of the line on the page and keeps the line itself.
func (m *machine) hold() {
	m.held = true
	m.due[TimerPlayback] = 0
	m.do(Action{Do: Flush, Gen: m.live, From: m.line.played})
	m.in(TimerFalse, falseAfter)
}

// interrupt gives them the floor.
func (m *machine) interrupt() {
	m.cancel()
	m.answer.over = true
	if m.kept != 0 {
		m.answer.from = min(m.answer.from, m.kept)
		m.answer.known = false
	}
	if m.line.played < overlapTail && m.what == Answer {
		m.wentOn()
	}
	m.wary, m.stage = false, 0
	m.since = m.now
	m.speak()
	if !m.ear.open && m.ear.silence() >= speculate {
		m.maybeOver()
	}
}

// unclear is speech over a line of which no words were heard in time. Where
// nobody could say so and somebody still speaks, they are believed.
func (m *machine) unclear() {
	switch {
	case m.foreignWords() > 0 && m.held, m.answer.pending && m.ear.open && !m.wary:
		m.interrupt()
	default:
		m.goOn()
	}
}

// goOn takes the line up again: it was no interruption. The same voice cannot
// stop it a second time.
func (m *machine) goOn() {
	m.discard()
	if m.voiced() >= bargeAfter {
		m.wary = true
	}
	if unheard := !m.answer.known && m.voiced() >= leastSent; m.kept == 0 && (unheard || m.foreignWords() > 0) {
		m.kept = max(m.answer.from, 1)
	}
	if m.held {
		m.do(Action{Do: Resume, Gen: m.live, From: m.line.played})
	}
	m.ducked, m.held, m.deaf = false, false, m.ear.run > 0
	m.answer = answer{}
	m.due[TimerFalse] = 0
	if m.due[TimerPlayback] == 0 {
		m.waitPlayback()
	}
}

// echo is our own voice in the microphone. What was heard over the line was
// nobody, and from now on nobody is heard over one.
func (m *machine) echo() {
	m.half = true
	if m.phase != Speaking || m.away() {
		return
	}
	if m.ducked {
		m.goOn()
	}
	m.kept = 0
	m.ear.rest()
}

// foreignWords counts the words over a line that are neither its own, heard
// back from a loudspeaker, nor a sign of listening.
func (m *machine) foreignWords() int {
	text := m.answer.text
	n := wordCount(text)
	// One word may be anybody's; two of the line may be the beginning of its echo,
	// and who has more to say will say it.
	if n == 0 || Backchannel(m.p.Language, text) || n > 1 && pieceOf(m.line.text, text) {
		return 0
	}
	return n
}
