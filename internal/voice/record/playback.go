package record

import (
	"slices"

	"github.com/usercall/usercall/internal/research"
)

const (
	// drift is how far a player's report may be off what it reported before, in samples, and still
	// mean that it plays without a break: reports come by the same network as sound. 200 ms.
	drift = Rate / 5
	// replies is how many replies may wait to be heard. There are two at most, one that plays and
	// one that is being sent.
	replies = 4
	// maxUnheard is how much sound may wait to be heard, in samples: two minutes.
	maxUnheard = 120 * Rate
)

// A Playback knows what was sent to be played, and says what of it was heard and when. What no
// report confirms was not heard: a reply that was interrupted ends where its player stopped. Its
// zero value is ready.
type Playback struct {
	waiting []reply
	end     int64 // where the last thing that was heard ends
}

type reply struct {
	generation uint16
	unheard    []int16
	heard      int64
	next       int64 // where the next sample that is heard stands, if heard is not 0
}

// Send is told of samples that were sent as part of a reply, at [Rate]. More than two minutes that
// nobody has heard is research.TooLarge.
func (p *Playback) Send(generation uint16, samples []int16) error {
	r := p.find(generation)
	if r == nil {
		if len(p.waiting) == replies {
			p.waiting = slices.Delete(p.waiting, 0, 1)
		}
		p.waiting = append(p.waiting, reply{generation: generation})
		r = &p.waiting[len(p.waiting)-1]
	}
	if len(r.unheard)+len(samples) > maxUnheard {
		return research.Errorf(research.TooLarge, "Two minutes of speech wait to be played. Send it at the pace at which it is heard.")
	}
	r.unheard = append(r.unheard, samples...)
	return nil
}

// Heard is told that a player has played so many samples of a reply by now, a sample of the
// recording ([Clock.Next]). It returns what was heard since the last report and where that starts.
// A report of what was never sent, or of less than the one before, changes nothing. The samples are
// the caller's until the next call.
func (p *Playback) Heard(generation uint16, played, now int64) (at int64, samples []int16) {
	r := p.find(generation)
	if r == nil || played <= r.heard {
		return 0, nil
	}
	n := min(played-r.heard, int64(len(r.unheard)))
	if n == 0 {
		return 0, nil
	}
	at = r.next
	if began := now - n; r.heard == 0 || began-at > drift || at-began > drift {
		at = began
	}
	at = max(at, p.end, 0)
	samples, r.unheard = r.unheard[:n:n], r.unheard[n:]
	r.heard, r.next, p.end = r.heard+n, at+n, at+n
	return at, samples
}

func (p *Playback) find(generation uint16) *reply {
	i := slices.IndexFunc(p.waiting, func(r reply) bool { return r.generation == generation })
	if i < 0 {
		return nil
	}
	return &p.waiting[i]
}
