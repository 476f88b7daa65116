package turn

import "strings"

// heard takes a transcript: the answer to an attempt, or what a running
// recogniser understood so far.
func (m *machine) heard(e Event) {
	if e.Turn != m.turn || e.Attempt != 0 && (e.Attempt != m.answer.attempt || !m.answer.pending) {
		return
	}
	if m.away() {
		return // asked again on return
	}
	text := strings.TrimSpace(e.Text)
	if e.Attempt == 0 {
		m.running(text)
		return
	}
	m.answer.pending = false
	if !e.Failed {
		m.answer.known, m.answer.text = true, text
	}
	if text != "" && !e.Failed {
		m.misheard = 0
		m.wary = m.wary && m.phase == Speaking
	}
	m.understood(e.Failed)
}

// running is a transcript that grows.
func (m *machine) running(text string) {
	if text == "" || m.phase != Listening && !m.answer.begun {
		return
	}
	if m.phase == Listening { // a voice too quiet for the ear
		m.begin()
		m.answer.from = max(0, m.ear.now-quietVoice)
		m.speak()
		m.phase = Endpointing
		m.ear.last = m.ear.now
	}
	grew := wordCount(text) > wordCount(m.answer.text)
	m.answer.streams = true
	if !m.answer.known || grew {
		m.answer.text = text
	}
	switch {
	case m.phase == Speaking:
		m.overLine()
	case m.phase == Thinking && grew && m.mergeable() && m.ear.run >= mergeAfter:
		m.merge()
	}
}

// understood goes on with an attempt that was answered.
func (m *machine) understood(failed bool) {
	words := wordCount(m.answer.text)
	thinking := m.phase == Thinking && (m.what == Answer || m.what == Cut)
	switch {
	case m.phase == Speaking:
		m.overWords(failed)
	case failed && thinking:
		m.unheard()
	case failed:
	case words == 0 && (thinking || m.phase == UserSpeaking):
		m.noise()
	case m.phase == UserSpeaking && words <= m.answer.probed: // ten seconds of voice, and no word more
		m.wary = true
		m.finish(Answer)
	case m.phase == UserSpeaking:
		m.answer.probed = words
	case m.phase == Endpointing:
		m.answer.probed = words
		m.endpointing()
	}
}

// noise is a turn without words. It neither ends the silence nor hides it: what
// was long enough to be somebody is asked about, a few times.
func (m *machine) noise() {
	long := m.voiced() >= leastSaid
	m.discard()
	m.cancel()
	m.wary = true
	if long && m.misheard < mostMisheard {
		m.unheard()
		return
	}
	m.relisten()
	if m.due[TimerIdle] <= m.now {
		m.due[TimerIdle] = 0
		m.idle()
	}
}

// relisten goes back to a silence that was never broken.
func (m *machine) relisten() {
	m.enter(Listening)
	m.answer = answer{}
	m.due[TimerIdle] = max(m.since+idleStages[min(m.stage, len(idleStages)-1)], 1)
	if m.typing {
		m.in(TimerIdle, typingPause)
	}
}

// unheard tells them that nothing was understood; the third time in a row
// typing is offered, and after that nothing is said about it.
func (m *machine) unheard() {
	m.misheard++
	m.answer.text = ""
	if m.misheard >= mostMisheard {
		m.misheard = mostMisheard
		m.commit(ByTyping)
		return
	}
	m.commit(NotHeard)
}
