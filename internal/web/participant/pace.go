package participant

import "time"

const (
	// micPace is how many bytes of sound a page may send in a second: a quarter
	// more than a microphone makes.
	micPace = micRate * 2 * 5 / 4
	// heldBack is how much of it may come at once: what a bad network kept to itself.
	heldBack = 10 * micRate * 2
	// mostOffences is how often one socket may send what makes no sense.
	mostOffences = 10
)

// pace is how much sound may come at a time. Its zero value is ready.
type pace struct {
	used float64 // bytes, of those that may come at once
	at   time.Time
}

// allow counts n bytes, unless they come too fast.
func (p *pace) allow(n int, now time.Time) bool {
	if gone := now.Sub(p.at); gone > 0 {
		p.used = max(p.used-gone.Seconds()*micPace, 0)
	}
	p.at = now
	if p.used+float64(n) > heldBack {
		return false
	}
	p.used += float64(n)
	return true
}
