package turn

// finish ends the turn and asks for its reply.
func (m *machine) finish(what What) {
	if m.answer.known && m.answer.text == "" {
		m.noise()
		return
	}
	w := what
	if m.answer.over && m.answer.text != "" && contentWords(m.p.Language, m.answer.text) < 2 && m.cut != m.turn-1 {
		w = Cut
	}
	if !m.answer.known && !m.answer.pending {
		m.transcribe()
	}
	m.stage = 0
	m.commit(w)
}

// commit asks for a reply under a new generation. Whatever was live is no more.
func (m *machine) commit(what What) {
	m.cancel()
	m.enter(Thinking)
	m.what, m.try, m.ready = what, 1, false
	m.ask()
}

func (m *machine) ask() {
	m.gen++
	m.live = m.gen
	m.in(TimerReply, replyWait)
	m.do(Action{
		Do: Commit, Turn: m.turn, Gen: m.gen, What: m.what, Try: m.try, From: m.answer.from, To: m.ear.now,
		Text: m.answer.text, Known: m.answer.known || !m.answer.pending, Attempt: m.answer.attempt,
	})
}

// cancel ends the live reply, and on the page the sound of one that is heard.
func (m *machine) cancel() {
	if m.live == 0 {
		return
	}
	if (m.phase == Speaking || m.phase == Closing) && !m.held && !m.away() {
		m.do(Action{Do: Flush, Gen: m.live, From: m.line.played})
	}
	m.do(Action{Do: Cancel, Gen: m.live})
	m.live, m.ready, m.held, m.ducked = 0, false, false, false
}

// overThinking is a frame while a reply is looked for. Nothing is stored yet,
// so whoever goes on speaking goes on with the same turn.
func (m *machine) overThinking() {
	switch {
	case m.ear.run >= mergeAfter && !m.wary && m.mergeable():
		m.merge()
	case m.ready && m.quiet():
		m.play()
	}
}

// mergeable tells whether more words may undo what the reply is for. What a
// button asked for stands.
func (m *machine) mergeable() bool {
	switch m.what {
	case Answer, Cut, Silence, NotHeard, ByTyping:
		return true
	}
	return false
}

// merge takes the turn up again.
func (m *machine) merge() {
	if m.what == Answer {
		m.wentOn()
	}
	m.cancel()
	m.discard()
	if !m.answer.begun {
		m.begin()
	}
	m.speak()
}

// quiet tells whether the interviewer may begin to speak.
func (m *machine) quiet() bool { return !m.ear.open || m.wary || m.leaving || m.muted }

func (m *machine) replyReady(e Event) {
	if m.phase != Thinking || m.ready {
		return
	}
	m.ready = true
	m.line = line{text: e.Text, open: e.Open, last: e.Last || m.leaving}
	if m.quiet() {
		m.play()
	}
}

// replyFailed is a reply that will not come, or one that breaks off.
func (m *machine) replyFailed() {
	if m.phase == Thinking {
		m.replyLate()
		return
	}
	if m.line.length == 0 { // what was sent is still to be heard
		m.line.length = max(m.line.played, 1)
		if !m.held {
			m.in(TimerPlayback, playbackLate)
		}
	}
}

// replyLate tries once more, and then goes on without the help of anybody.
func (m *machine) replyLate() {
	switch {
	case m.ready: // somebody has made a sound for ten seconds
		m.play()
	case m.leaving:
		m.end(Stopped)
	case m.try == 1:
		m.cancel()
		m.try = 2
		m.ask()
	default:
		m.cancel()
		m.gen++
		m.live = m.gen
		m.line = line{open: true}
		m.say(Apologise)
	}
}

// play stores the turn with its reply and says it. From here on what somebody
// says is another turn.
func (m *machine) play() { m.say(Play) }

func (m *machine) say(how Do) {
	m.store(m.what)
	m.do(Action{Do: how, Turn: m.turn, Gen: m.live})
	if m.what == Cut {
		m.cut = m.turn
	}
	m.turn++
	m.kept = 0
	m.answer = answer{}
	m.ear.rest()
	m.enter(Speaking)
	if m.line.last {
		m.enter(Closing)
	}
	m.line.began = m.now
	m.in(TimerPlayback, soundWait)
}
