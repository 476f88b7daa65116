package turn

import (
	"math"
	"time"
)

// hear takes a frame of the microphone.
func (m *machine) hear(e Event) {
	if m.muted || m.lost || m.half && m.phase == Speaking {
		return
	}
	p := e.P
	if math.IsNaN(p) {
		p = 0
	}
	if !m.ear.hear(p, e.Audio) {
		return
	}
	m.frame = m.now
	if m.ear.run == 0 {
		m.deaf = false
	}
	if m.paused {
		if m.nobody && !m.wary && m.ear.run >= wakeAfter {
			m.unpause()
		}
		return
	}
	switch m.phase {
	case Listening:
		m.listening()
	case UserSpeaking:
		m.userSpeaking()
	case Endpointing:
		m.endpointing()
	case Thinking:
		m.overThinking()
	case Speaking:
		m.overLine()
	}
}

// listen waits for somebody to say something. How long nobody has is counted
// from the last question, over anything said about the silence itself.
func (m *machine) listen() {
	m.enter(Listening)
	m.answer = answer{}
	if m.stage == 0 {
		m.since = m.now
	}
	m.waitIdle()
}

// waitIdle arms the idle timer. A line about the silence is given some time to
// work, and nobody is nudged who types.
func (m *machine) waitIdle() {
	stage := min(m.stage, len(idleStages)-1)
	m.due[TimerIdle] = max(m.since+idleStages[stage], m.now+afterLine)
	if m.typing {
		m.in(TimerIdle, typingPause)
	}
}

// idle is nobody saying anything for long enough.
func (m *machine) idle() {
	if m.stage >= len(idleStages)-1 || m.typing {
		m.nobody = true
		m.pause()
		return
	}
	m.stage++
	m.commit(Silence)
}

// listening is a frame while nobody speaks.
func (m *machine) listening() {
	switch {
	case !m.ear.open:
	case m.wary && m.due[TimerIdle] <= m.now: // noise must not put it off
		m.idle()
	default:
		m.begin()
		m.speak()
	}
}

// begin opens the answer with the voice that is heard now. Words that were said
// over the line are a part of it.
func (m *machine) begin() {
	m.answer = answer{begun: true, base: m.ear.total - m.ear.run}
	m.answer.from = max(0, m.ear.now-m.ear.run-preRoll)
	m.answer.asked, m.answer.probeAt = m.answer.base, m.answer.base
	if m.kept != 0 && m.phase != Speaking {
		m.answer.from = min(m.answer.from, m.kept)
	}
}

// speak is somebody speaking: the first words of a turn or more of them. Until
// they have finished it must be seen if their frames stop.
func (m *machine) speak() {
	m.enter(UserSpeaking)
	m.in(TimerStall, m.p.Cap+stallSlack)
}

// userSpeaking is a frame while somebody speaks.
func (m *machine) userSpeaking() {
	switch {
	case m.ear.now-m.answer.from >= lastAnswer:
		m.wary = true
		m.finish(Answer)
	case m.ear.silence() >= speculate:
		m.maybeOver()
	case m.ear.total-m.answer.probeAt >= probeEvery && !m.answer.pending:
		m.transcribe()
	}
}

// maybeOver is a pause that may be the end. What was said is transcribed while
// it goes on.
func (m *machine) maybeOver() {
	m.phase = Endpointing
	if m.due[TimerStall] == 0 {
		m.in(TimerStall, m.p.Cap+stallSlack)
	}
	if m.voiced() >= leastSent && (m.ear.total > m.answer.asked || !m.answer.known) {
		m.discard()
		m.transcribe()
	}
	m.endpointing()
}

// endpointing is a frame of such a pause.
func (m *machine) endpointing() {
	if m.ear.open {
		m.discard()
		m.speak()
		return
	}
	if m.voiced() < leastSent && m.answer.text == "" {
		if m.ear.silence() >= m.p.Complete {
			m.noise()
		}
		return
	}
	if m.ear.silence() >= m.patience() {
		m.finish(Answer)
	}
}

// patience is the silence that ends this answer.
func (m *machine) patience() time.Duration {
	if m.ear.now-m.answer.from >= longAnswer {
		return min(longPause, m.p.Complete)
	}
	if !m.answer.known && !m.answer.streams {
		return m.p.Cap
	}
	if m.answer.text == "" {
		return m.p.Complete // there were no words
	}
	switch Judge(m.p.Language, m.answer.text, m.line.open) {
	case Complete:
		return m.complete()
	case Open:
		return m.p.Unfinished
	}
	return m.p.Cap
}

// complete is the silence after words that look complete: longer after few of
// them, and for somebody who went on before when it was taken for the end. A
// late reply costs less than a cut.
func (m *machine) complete() time.Duration {
	d, most := m.p.Complete, max(m.p.Unfinished, m.p.Complete)
	if m.line.open && wordCount(m.answer.text) < brief {
		d += (most - d) / 2
	}
	return d + time.Duration(m.grown)*(most-d)/mostGrown
}

// wentOn notes that an end was none, once an answer.
func (m *machine) wentOn() {
	if !m.answer.early {
		m.answer.early = true
		m.grown = min(m.grown+1, mostGrown)
	}
}

// transcribe asks for the words so far.
func (m *machine) transcribe() {
	m.attempts++
	m.answer.attempt = m.attempts
	m.answer.pending, m.answer.known = true, false
	m.answer.asked, m.answer.probeAt = m.ear.total, m.ear.total
	m.do(Action{Do: Transcribe, Turn: m.turn, Attempt: m.answer.attempt, From: m.answer.from, To: m.ear.now})
}

// discard drops the attempt that is under way: there is more to hear.
func (m *machine) discard() {
	if !m.answer.pending {
		return
	}
	m.answer.pending = false
	m.answer.asked = m.answer.base
	m.do(Action{Do: Discard, Turn: m.turn, Attempt: m.answer.attempt})
}

// stalled is somebody speaking of whom nothing is heard any more. Lost frames
// are no silence, but they cannot be waited for either.
func (m *machine) stalled() {
	if left := m.frame + m.p.Cap + stallSlack - m.now; left > 0 && !m.muted {
		m.in(TimerStall, left)
		return
	}
	if m.voiced() < leastSent && m.answer.text == "" {
		m.noise()
		return
	}
	m.finish(Answer)
}
