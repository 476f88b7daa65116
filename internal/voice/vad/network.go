package vad

import (
	"math"
	"sync"
)

// steps is how many spectra the network sees of one frame.
const steps = 4

// A network computes one stream: the weights are shared, what it remembers is its own.
type network struct {
	memory
	w        *weights
	spectrum *spectrum
	// Scratch, written anew for every frame.
	magnitudes [bins][steps]float32
	first      [wide][steps]float32
	second     [narrow][2]float32
	third      [narrow]float32
	sums       [gates]float32
}

// memory is what the LSTM keeps of a stream. The first half of seen is its input, the second its
// last output.
type memory struct {
	cell [cells]float32
	seen [2 * cells]float32
}

func newNetwork() *network {
	return &network{w: load(), spectrum: newSpectrum()}
}

// afterSilence is what the network remembers after half a second of silence. A stream that begins
// behind a closed gate starts with it: with no memory at all, the network finds the first word three
// frames late.
var afterSilence = sync.OnceValue(func() memory {
	n, silence := newNetwork(), new([contextSize + FrameSize]float32)
	for range gateHold {
		n.speech(silence)
	}
	return n.memory
})

// speech is the probability of speech in the newest samples of the input.
func (n *network) speech(input *[contextSize + FrameSize]float32) float32 {
	n.spectrum.magnitudes(input, &n.magnitudes)
	n.convolve()
	n.remember()
	sum := n.w.outBias
	for i, w := range n.w.out {
		sum += w * max(0, n.seen[cells+i])
	}
	return sigmoid(sum)
}

// convolve goes through the four convolutions: from four steps of time, which the second and the
// third halve, to one.
func (n *network) convolve() {
	for o := range n.first {
		n.first[o] = conv1(&n.magnitudes, n.w.conv1[o*bins:], n.w.bias1[o])
	}
	for o := range n.second {
		n.second[o] = conv2(&n.first, n.w.conv2[o*wide:], n.w.bias2[o])
	}
	for o := range n.third {
		sum := n.w.bias3[o]
		for i, k := range n.w.conv3[o*narrow:][:narrow] {
			sum += k[1]*n.second[i][0] + k[2]*n.second[i][1]
		}
		n.third[o] = max(0, sum)
	}
	times(n.seen[:cells], n.w.conv4, n.third[:], n.w.bias4)
	for i, v := range n.seen[:cells] {
		n.seen[i] = max(0, v)
	}
}

// conv1 is one output of a convolution at every step; before the first and after the last are zeros.
func conv1(in *[bins][steps]float32, kernels []kernel, bias float32) [steps]float32 {
	a, b, c, d := bias, bias, bias, bias
	kernels = kernels[:bins]
	for i := range in {
		x, k := &in[i], &kernels[i]
		a += k[1]*x[0] + k[2]*x[1]
		b += k[0]*x[0] + k[1]*x[1] + k[2]*x[2]
		c += k[0]*x[1] + k[1]*x[2] + k[2]*x[3]
		d += k[0]*x[2] + k[1]*x[3]
	}
	return [steps]float32{max(0, a), max(0, b), max(0, c), max(0, d)}
}

// conv2 is one output of a convolution at every second step.
func conv2(in *[wide][steps]float32, kernels []kernel, bias float32) [2]float32 {
	a, b := bias, bias
	kernels = kernels[:wide]
	for i := range in {
		x, k := &in[i], &kernels[i]
		a += k[1]*x[0] + k[2]*x[1]
		b += k[0]*x[1] + k[1]*x[2] + k[2]*x[3]
	}
	return [2]float32{max(0, a), max(0, b)}
}

// remember is one step of the LSTM, its gates in the order in, forget, cell, out.
func (n *network) remember() {
	times(n.sums[:], n.w.lstm, n.seen[:], n.w.lstmBias)
	for i := range cells {
		in, forget := sigmoid(n.sums[i]), sigmoid(n.sums[cells+i])
		new, out := tanh(n.sums[2*cells+i]), sigmoid(n.sums[3*cells+i])
		n.cell[i] = forget*n.cell[i] + in*new
		n.seen[cells+i] = out * tanh(n.cell[i])
	}
}

// times sets out to matrix·x + bias, four rows at once: each x is read once for four products that
// do not wait for one another. The rows are as many as out has values, a multiple of four.
func times(out, matrix, x, bias []float32) {
	n := len(x)
	for row := 0; row < len(out); row += 4 {
		m := matrix[row*n:]
		r0, r1, r2, r3 := m[:n], m[n:][:n], m[2*n:][:n], m[3*n:][:n]
		a, b, c, d := bias[row], bias[row+1], bias[row+2], bias[row+3]
		for i, v := range x {
			a += r0[i] * v
			b += r1[i] * v
			c += r2[i] * v
			d += r3[i] * v
		}
		out[row], out[row+1], out[row+2], out[row+3] = a, b, c, d
	}
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

func tanh(x float32) float32 { return float32(math.Tanh(float64(x))) }
