package interview

// ConsentVersion names the wording of what stands on the screen before consent:
// Disclosure, and the facts below it. It changes whenever the wording does, and is
// stored with every consent.
const ConsentVersion = "en-3"

// Disclosure is the full text that stands on the screen before consent: that an
// AI asks, for whom, how long, what is kept, and that one may stop.
func Disclosure(su Setup) string {
	return su.disclosed() + " " + su.fill(english().Disclosure["screen"])
}

// disclosed is the spoken part, without the question for consent.
func (su Setup) disclosed() string {
	kind := "text"
	if su.voice() {
		kind = "voice_not_recorded"
		if su.Recorded {
			kind = "voice_recorded"
		}
	}
	return su.fill(english().Disclosure[kind])
}

func (su Setup) voice() bool { return su.Mode == "voice" }
