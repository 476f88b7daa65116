package record

import "time"

// Rate is the sample rate of every recording, in samples a second.
const Rate = 16000

const (
	// patience is for how long frames must be late before a gap is left for them. What a slow
	// network held back arrives in a burst well within it.
	patience = Rate
	// late is by how much they must be late all that time, in samples: 250 ms.
	late = Rate / 4
	// stall is how long nothing may come in that time, in samples: half a second.
	stall = Rate / 2
	// early is how far ahead of the time a gap in the numbering may put a frame, in samples.
	early = Rate
)

// Samples is how many samples a time lasts.
func Samples(d time.Duration) int64 {
	return int64(d/time.Second)*Rate + int64(d%time.Second)*Rate/int64(time.Second)
}

// Duration is how long so many samples last.
func Duration(samples int64) time.Duration {
	return time.Duration(samples/Rate)*time.Second + time.Duration(samples%Rate)*time.Second/Rate
}

// A Clock says where a participant's frames stand in the recording. It counts their samples, since
// a network delivers late, but never leaves one out; where their numbers have a gap, it leaves one
// as well. Only when frames have been late for a whole second, as after a microphone was taken away
// by a telephone call, does it go by the time. Its zero value is ready for frames numbered from 0.
type Clock struct {
	next  int64  // sample at which the next frame starts
	frame uint32 // number of the next frame
	begun bool
	// Whether frames are late, and if so since when, by how much then, and by how much at least.
	behind              bool
	since, first, least int64
	arrived             int64 // when the last frame came
}

// Place returns the sample at which a frame of n samples starts that arrived now, a time since the
// recording's start. ok is false for a frame that was there before.
func (c *Clock) Place(number uint32, n int, now time.Duration) (at int64, ok bool) {
	present, length := Samples(now), int64(n)
	if !c.begun {
		c.begun, c.frame = true, number
		c.next = max(c.next, present-length)
	}
	missing := int64(int32(number - c.frame)) // numbers go around
	if missing < 0 {
		return 0, false
	}
	c.skip(missing*length, present-length+early)
	c.catchUp(present, length)
	at = c.next
	c.next, c.frame = at+length, number+1
	return at, true
}

// Again forgets the numbers: the frames that follow are of another source, or of
// one that rested. The first of them stands where the time says, but never before
// what was placed.
func (c *Clock) Again() { c.begun, c.behind = false, false }

// Next is the sample at which the next frame will start: the recording's present.
func (c *Clock) Next() int64 { return c.next }

// skip leaves a gap, of which a client may claim any length: none reaches past the latest place.
func (c *Clock) skip(gap, latest int64) {
	c.next = max(c.next, min(c.next+gap, latest))
}

// catchUp leaves a gap by which every frame of the last second was late. After frames that came in
// a burst, or grew less late, or with a pause between, it was the network that held them back.
func (c *Clock) catchUp(present, length int64) {
	lag := present - (c.next + length)
	paused := present-c.arrived > stall
	c.arrived = present
	switch {
	case lag <= late:
		c.behind = false
		return
	case !c.behind || paused || lag < c.first-late:
		c.behind, c.since, c.first, c.least = true, present, lag, lag
	}
	c.least = min(c.least, lag)
	if present-c.since >= patience {
		c.next += c.least
		c.behind = false
	}
}
