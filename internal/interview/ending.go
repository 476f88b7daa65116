package interview

import (
	"fmt"
	"hash/fnv"
)

// end closes the interview with thanks: done where the guide was gone through,
// early where time ran out, and briefly where there is hardly any left.
func (m *moderator) end(reason string) Output {
	line := m.lang.Closing["done"]
	if reason == "time" {
		line = m.lang.Closing["early"]
	}
	return m.closing(reason, m.su.fill(line), reason)
}

func (m *moderator) stop() Output {
	if m.s.Phase == phaseDisclose {
		return m.closing("no_consent", m.lang.Handlers["consent_no"], "consent_no")
	}
	return m.closing("stop", m.lang.Handlers["stop"], "stop")
}

// hangUp ends an interview whose participant is gone: nothing is said.
func (m *moderator) hangUp() Output {
	out := m.stop()
	out.Say = ""
	return out
}

func (m *moderator) closing(reason, line, rule string) Output {
	if mayShorten(reason) && spokenSeconds(line) > m.left() {
		line = m.lang.Closing["brief"]
	}
	m.s.Phase, m.s.Reason = phaseClose, reason
	m.s.Open, m.s.Line, m.s.About, m.s.Choice = "", "", "", ""
	return Output{Say: line, Act: "close", Rule: rule, Done: true, Reason: reason}
}

// mayShorten tells whether the closing line of that reason may be cut short. What is
// said to somebody in danger, or to a child, is said in full.
func mayShorten(reason string) bool {
	return reason != "distress" && reason != "minor"
}

// spokenSeconds is how long a line takes to say: 2.5 words a second, and one
// to begin.
func spokenSeconds(line string) float64 { return float64(wordCount(line))/2.5 + 1 }

// chance is a number below n that looks random and is the same in every replay.
func (m *moderator) chance(n int) int {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s %d", m.su.ID, m.s.Turns)
	return int(h.Sum32() % uint32(n))
}
