package record

import (
	"io"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/voice/pcm"
)

// Participant is what stands on the participant's track from one place to another, as
// far as there is any: samples of 16 bits, little-endian, at [Rate]. It is
// research.Conflict for a recording that was settled.
func (a *Audio) Participant(from, to time.Duration) ([]byte, error) {
	if a.Type != "audio/wav" {
		return nil, research.Errorf(research.Conflict, "This recording was settled; its tracks are read before that.")
	}
	first, end := max(Samples(from), 0), min(Samples(to), (a.Bytes-pcm.HeaderSize)/moment)
	if end <= first {
		return nil, nil
	}
	if _, err := a.Seek(offset(first), io.SeekStart); err != nil {
		return nil, unreadable(err)
	}
	both := make([]byte, (end-first)*moment)
	if _, err := io.ReadFull(a, both); err != nil {
		return nil, unreadable(err)
	}
	one := both[:0]
	for at := 0; at < len(both); at += moment {
		one = append(one, both[at+participant], both[at+participant+1])
	}
	return one, nil
}
