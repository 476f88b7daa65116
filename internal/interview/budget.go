package interview

import "math"

// The budget of an interview, interviewing.md §2.2.
const (
	maxQuestions = 9
	maxProbes    = 5
	maxHere      = 3    // probes into one question
	maxTurns     = 60   // inputs of any kind: the end of every loop
	firstCost    = 25.0 // seconds a turn is thought to take before any was seen
	reserve      = 15.0 // kept for closing
	parting      = 6.0  // seconds the longest closing line takes to say
)

// limit is the hard end in seconds.
func (su Setup) limit() int {
	switch {
	case su.LimitSeconds > 0:
		return su.LimitSeconds
	case su.Guide.MaxSeconds > 0:
		return su.Guide.MaxSeconds
	}
	return 240
}

func (m *moderator) left() float64 { return float64(m.su.limit()) - m.s.At }

// cost is what one more turn will probably take.
func (m *moderator) cost() float64 {
	if m.s.Counted == 0 {
		return firstCost
	}
	return m.s.Spans / float64(m.s.Counted)
}

// fits tells whether one more question, its answer and our goodbye end in time,
// even if the answer is as long as the longest so far.
func (m *moderator) fits() bool {
	worst := max(m.cost(), 1.1*m.s.Longest)
	return m.left() > reserve && m.left() > worst+parting
}

// affords tells whether there is time for a probe beside what must be asked.
func (m *moderator) affords() bool {
	need := reserve + m.cost()*float64(m.mustLeft())
	return m.left()-need > m.cost()
}

// leisure tells whether there is time for what need not be asked.
func (m *moderator) leisure() bool {
	target := 0.6 * float64(m.su.limit())
	return m.s.At < target && m.left() > 60 && m.s.Terse < 3 && !m.slow()
}

// slow speakers are not asked more than they must be.
func (m *moderator) slow() bool {
	n := float64(m.s.Counted)
	if n < 2 || m.s.Spoke < 10 {
		return false
	}
	return m.s.Thought/n > 4 || float64(m.s.Words)/m.s.Spoke*60 < 100
}

// clock takes the times of an input into account. Times that run backwards or
// are no numbers are taken as the time it was before.
func (m *moderator) clock(in Input) {
	at := in.At
	if math.IsNaN(at) || math.IsInf(at, 0) || at < m.s.At {
		at = m.s.At
	}
	if span := at - m.s.At; in.Kind == Answer && m.s.Phase != phaseDisclose && span > 0 {
		m.s.Spans += span
		m.s.Longest = max(m.s.Longest, span)
		m.s.Counted++
		m.s.Thought += sane(in.Think)
		m.s.Spoke += sane(in.Speech)
		m.s.Words += len(spoken(in.Text))
	}
	m.s.At = at
}

func sane(seconds float64) float64 {
	if seconds > 0 && seconds < 3600 {
		return seconds
	}
	return 0
}
