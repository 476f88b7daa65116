package vad

import "math"

const (
	// gateMargin is how far above the noise of the room a frame must be to be judged, in dB.
	gateMargin = 6
	// quietest is the lowest noise that the gate reckons with, in dB: browsers send digital silence
	// between sounds, and against that everything would be loud.
	quietest = -70
	// lowest is the level of silence, which has no logarithm.
	lowest = -100
	// noiseRise is how fast the noise of the room may go up, in dB a frame: 12 dB a second.
	noiseRise = 12 * float32(FrameSize) / Rate
	// perhaps is the probability from which a frame counts as speech for the gate: far below that
	// from which a turn begins.
	perhaps = 0.15
	// gateHold is how many frames the gate stays open after the last loud one: half a second.
	gateHold = 16
)

// A gate says which frames are loud enough for the network to be asked. It follows the noise of the
// room: down at once, up slowly, and never up while the network hears speech.
type gate struct {
	noise float32 // dB
	hold  int     // frames for which it stays open
}

func newGate() gate { return gate{noise: quietest} }

// open says whether to ask the network about a frame of that level.
func (g *gate) open(level float32) bool {
	return g.hold > 0 || level >= g.noise+gateMargin
}

// heard is told what became of the frame.
func (g *gate) heard(f Frame) {
	g.hold = max(0, g.hold-1)
	if f.Level >= g.noise+gateMargin || f.Speech >= perhaps {
		g.hold = gateHold
	}
	if f.Speech < perhaps {
		g.noise = min(g.noise+noiseRise, f.Level)
	}
	g.noise = max(g.noise, quietest)
}

// level is the mean power of samples in dB, 0 being that of the loudest square wave.
func level(samples []float32) float32 {
	var power float64
	for _, s := range samples {
		power += float64(s) * float64(s)
	}
	if power == 0 {
		return lowest
	}
	return max(lowest, float32(10*math.Log10(power/float64(len(samples)))))
}
