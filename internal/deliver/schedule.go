package deliver

import "time"

// pauses is how long to wait after each failed attempt. With the first try that
// is eight attempts, within a day.
var pauses = []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour}

// MaxAttempts is how often a delivery is tried.
const MaxAttempts = 8

// longestAsked is how long a receiver can make us wait.
const longestAsked = 12 * time.Hour

// Pause is how long to wait after attempt n failed: give or take a tenth, by u in
// [0, 1), and no shorter than the receiver asked for. It is false after the last.
func Pause(n int, asked time.Duration, u float64) (time.Duration, bool) {
	if n < 1 || n > len(pauses) {
		return 0, false
	}
	d := pauses[n-1]
	d += time.Duration((u - 0.5) * 0.2 * float64(d))
	return max(d, min(asked, longestAsked)), true
}

// Health is how an endpoint has been doing.
type Health struct {
	Failures int       // in a row, over all deliveries
	Since    time.Time // of the first of them
	Quiet    time.Time // nothing is tried before; zero: it may be
	Paused   time.Time // zero: it is not
	Reason   string    // of the pause, for the reader
}

// When an endpoint is left alone for a while, and when until somebody looks.
const (
	quietAfter = 3
	quietFirst = 30 * time.Second
	quietMost  = 10 * time.Minute
	pauseAfter = 10        // failures in a row
	pauseSince = time.Hour // over at least this long: a short outage pauses nothing
)

// Took is the health of an endpoint that took a delivery.
func (h Health) Took() Health { return Health{Paused: h.Paused, Reason: h.Reason} }

// Failed is the health of an endpoint after a failure.
func (h Health) Failed(why string, gone bool, now time.Time) Health {
	h.Failures++
	if h.Since.IsZero() {
		h.Since = now
	}
	if h.Failures >= quietAfter {
		h.Quiet = now.Add(min(quietFirst<<min(h.Failures-quietAfter, 8), quietMost))
	}
	switch {
	case !h.Paused.IsZero():
	case gone:
		h.Paused, h.Reason = now, "It answered 410: it is gone."
	case h.Failures >= pauseAfter && now.Sub(h.Since) >= pauseSince:
		h.Paused, h.Reason = now, "Nothing got through for an hour or more. The last time: "+why+"."
	}
	return h
}
