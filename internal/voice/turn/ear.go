package turn

import "time"

// longestFrame is the most that one frame can be; a longer way between two
// means that some are missing.
const longestFrame = 100 * time.Millisecond

// ear turns probabilities into voice, with a hysteresis: three frames in a row
// above one level begin it, and one frame below another ends it.
type ear struct {
	now   time.Duration // samples: end of the last frame
	rise  time.Duration // frames in a row above the level that begins it
	open  bool          // voice is heard
	run   time.Duration // of voice, with gaps shorter than runGap
	total time.Duration // of voice, ever
	last  time.Duration // end of the last frame of voice
}

// hear takes a frame that ends at end. It tells whether it is a new one.
func (a *ear) hear(p float64, end time.Duration) bool {
	d := end - a.now
	if d <= 0 {
		return false
	}
	if d > longestFrame { // what was lost was not silent
		a.last += d - longestFrame
		d = longestFrame
	}
	a.now = end
	if p >= startLevel {
		a.rise += d
	} else {
		a.rise = 0
	}
	switch {
	case a.open && p >= endLevel:
		a.voice(d, end)
	case a.open:
		a.open = false
	case a.rise >= startSpeech:
		a.open = true
		a.voice(a.rise, end)
	}
	if a.silence() >= runGap {
		a.run = 0
	}
	return true
}

func (a *ear) voice(d, end time.Duration) {
	a.run += d
	a.total += d
	a.last = end
}

// silence is how long no voice was heard.
func (a *ear) silence() time.Duration { return a.now - a.last }

// rest forgets the voice that is heard now: the microphone was off.
func (a *ear) rest() {
	a.rise, a.run, a.open, a.last = 0, 0, false, a.now
}
