package participant

import (
	"encoding/binary"
	"errors"
)

// Sound on the wire: binary frames with a head of eight bytes, little-endian:
// kind, flags, generation (2), number (4). Behind it are signed samples of 16
// bits, mono.
const (
	soundHead = 8
	kindMic   = 1 // of the page, at micRate
	kindAgent = 2 // of the server, at agentRate
	lastOf    = 1 // flag: nothing of this line follows

	micRate   = 16000
	agentRate = 24000

	// longestMic is how many bytes of samples a frame of the page may have: 120 ms,
	// twice of what ours sends.
	longestMic = micRate * 2 * 120 / 1000
)

// sound is one binary frame.
type sound struct {
	kind, flags byte
	gen         uint16
	seq         uint32
	pcm         []byte
}

var (
	errNoSound = errors.New("a binary frame begins with a head of 8 bytes, of kind 1")
	errSize    = errors.New("a frame of the microphone holds 1 to 1920 whole samples")
)

// hear reads a frame of a page's microphone. Its samples are those of b.
func hear(b []byte) (sound, error) {
	if len(b) < soundHead || b[0] != kindMic {
		return sound{}, errNoSound
	}
	pcm := b[soundHead:]
	if len(pcm) == 0 || len(pcm)%2 != 0 || len(pcm) > longestMic {
		return sound{}, errSize
	}
	return sound{kindMic, b[1], binary.LittleEndian.Uint16(b[2:]), binary.LittleEndian.Uint32(b[4:]), pcm}, nil
}

// bytes is the frame as it is sent.
func (f sound) bytes() []byte {
	b := make([]byte, soundHead, soundHead+len(f.pcm))
	b[0], b[1] = f.kind, f.flags
	binary.LittleEndian.PutUint16(b[2:], f.gen)
	binary.LittleEndian.PutUint32(b[4:], f.seq)
	return append(b, f.pcm...)
}
