package vad

const (
	// Rate is the only sample rate that the network knows, in samples a second.
	Rate = 16000
	// FrameSize is how many samples are judged at once: 32 ms.
	FrameSize = 512
	// contextSize is how many samples before the frame the network hears with it.
	contextSize = 64
)

// A Frame is what was heard in 32 ms.
type Frame struct {
	// Start is the number of its first sample, counted from what [Detector.Reset] was told.
	Start int64
	// Speech is the probability that somebody speaks, from 0 to 1. It is 0 where it was too quiet
	// to ask the network.
	Speech float32
	// Level is the loudness in dB below the loudest possible square wave; at least -100.
	Level float32
	// Judged says that the network was asked.
	Judged bool
}

// A Detector judges one stream of sound. It takes about 25 KB, allocates nothing after New, and is
// for one goroutine at a time; detectors share the weights and nothing else.
type Detector struct {
	network *network
	gate    gate
	input   [contextSize + FrameSize]float32
	filled  int  // samples of the frame that are there
	fresh   bool // no frame has been judged or passed over
	start   int64
}

// New makes a detector of a stream whose first sample has the number 0.
func New() *Detector {
	d := &Detector{network: newNetwork()}
	d.Reset(0)
	return d
}

// Reset begins anew, after a gap: the next sample has the number at, and nothing is known of what
// was before, not even how loud the room is.
func (d *Detector) Reset(at int64) {
	d.network.memory = memory{}
	d.fresh = true
	d.gate = newGate()
	clear(d.input[:])
	d.filled, d.start = 0, at
}

// Next takes samples up to the end of a frame, and judges that. It returns those that it has not
// taken; ok is false where they did not fill the frame, and then all were taken. So a chunk of any
// size is judged by
//
//	for len(samples) > 0 {
//		var frame vad.Frame
//		var ok bool
//		if samples, frame, ok = d.Next(samples); ok {
//			…
//		}
//	}
func (d *Detector) Next(samples []int16) (rest []int16, frame Frame, ok bool) {
	n := min(len(samples), FrameSize-d.filled)
	for i, s := range samples[:n] {
		d.input[contextSize+d.filled+i] = float32(s) / (1 << 15)
	}
	d.filled += n
	if d.filled < FrameSize {
		return nil, Frame{}, false
	}
	frame = d.judge()
	copy(d.input[:contextSize], d.input[FrameSize:])
	d.filled, d.start = 0, d.start+FrameSize
	return samples[n:], frame, true
}

func (d *Detector) judge() Frame {
	f := Frame{Start: d.start, Level: level(d.input[contextSize:])}
	f.Judged = d.gate.open(f.Level)
	switch {
	case f.Judged:
		f.Speech = d.network.speech(&d.input)
	case d.fresh:
		d.network.memory = afterSilence()
	}
	d.fresh = false
	d.gate.heard(f)
	return f
}
