package interview

import (
	"encoding/json"
	"time"
)

const (
	// attention is how much of one gap between two contacts is charged. A typed
	// interview does not see its participant think: after a minute of nothing
	// they are taken to be away, and coming back must not cost them their turn.
	attention = time.Minute
	// patience is how long beyond its limit an interview may stay connected,
	// however little of that time was charged.
	patience = 5 * time.Minute
)

// clock measures interview time: what is spent talking, not what passes. A
// closed tab, a pause and a long break cost nothing; a gap inside the
// conversation costs at most [attention], so that a crash that noticed nothing,
// or a wall clock that jumps, charges no more than that.
type clock struct {
	Spent     time.Duration `json:"spent"`     // charged
	Connected time.Duration `json:"connected"` // not charged, but bounded
	At        time.Time     `json:"at"`        // the last contact
	Stopped   bool          `json:"stopped"`   // paused, or nobody there
}

// tick moves the clock to now. It never runs backwards.
func (c *clock) tick(now time.Time) {
	if gap := now.Sub(c.At); gap > 0 && !c.Stopped {
		c.Spent += min(gap, attention)
		c.Connected += min(gap, patience)
	}
	c.At, c.Stopped = now, false
}

// stop is tick for somebody who goes away.
func (c *clock) stop(now time.Time) {
	c.tick(now)
	c.Stopped = true
}

// seconds is interview time as the Conductor counts it. Whoever stays connected
// far beyond the limit is out of time, however slowly they were charged.
func (c *clock) seconds(limit time.Duration) float64 {
	if c.Connected > limit+patience {
		return max(c.Spent, limit).Seconds()
	}
	return c.Spent.Seconds()
}

// progress is how far a Record got: what Record.Progress holds.
type progress struct {
	Conductor State `json:"conductor"`
	Clock     clock `json:"clock"`
}

func (r *Record) progress() (p progress, err error) {
	return p, json.Unmarshal(r.Progress, &p)
}

func (p progress) encode() ([]byte, error) { return json.Marshal(p) }
