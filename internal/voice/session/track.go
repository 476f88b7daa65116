package session

import (
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Recorder writes a recording. A [record.Recorder] is one.
type Recorder interface {
	Participant(at int64, samples []int16) error
	Moderator(at int64, samples []int16) error
	// Close ends it, after so long since the recording began.
	Close(lasted time.Duration) error
}

// mostUnwritten is how many pieces may wait for the disk: about ten seconds.
const mostUnwritten = 256

// track hands what is to be recorded to a goroutine of its own, since a disk may
// take its time. Where it falls behind, the recording ends.
type track struct {
	queue  chan taken
	failed func(error) // called at most once
	closed bool
}

// taken is a piece of one of the tracks.
type taken struct {
	moderator bool
	at        int64
	samples   []int16
}

// newTrack writes until close, with run in a goroutine of the caller's.
func newTrack(failed func(error)) *track {
	return &track{queue: make(chan taken, mostUnwritten), failed: failed}
}

// run writes until close was called, and ends the recording. It returns what
// went wrong.
func (t *track) run(r Recorder, lasted func() time.Duration) {
	var broken error
	for x := range t.queue {
		if broken != nil {
			continue
		}
		write := r.Participant
		if x.moderator {
			write = r.Moderator
		}
		if broken = write(x.at, x.samples); broken != nil {
			t.failed(broken)
		}
	}
	if err := r.Close(lasted()); err != nil && broken == nil {
		t.failed(err)
	}
}

// put takes samples, which are not changed afterwards. A nil track takes all.
func (t *track) put(moderator bool, at int64, samples []int16) {
	if t == nil || t.closed || len(samples) == 0 {
		return
	}
	if moderator { // they are another's
		samples = slices.Clone(samples)
	}
	select {
	case t.queue <- taken{moderator, at, samples}:
	default:
		t.close()
		t.failed(research.Errorf(research.Unavailable, "The recording could not be written as fast as people speak, and was ended. Look whether the disk is busy."))
	}
}

func (t *track) close() {
	if t != nil && !t.closed {
		t.closed = true
		close(t.queue)
	}
}
