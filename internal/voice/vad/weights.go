package vad

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"math"
	"sync"
)

//go:embed silero_v6.f32
var blob []byte

// The sizes of the network's layers.
const (
	bins   = spectrumWindow/2 + 1 // frequencies of the spectrum
	wide   = 128                  // outputs of the first and the last convolution
	narrow = 64                   // outputs of the two between
	cells  = 128                  // of the LSTM
	gates  = 4 * cells            // in, forget, cell, out
)

// A kernel is a convolution's weights for one input and one output, over three steps of time.
type kernel = [3]float32

// weights is the network, shared by all detectors and never written after it is read. A weight
// stands at [output*inputs + input].
type weights struct {
	conv1, conv2, conv3 []kernel
	conv4               []float32 // the middle of three steps: the others meet padding only
	bias1, bias2        []float32
	bias3, bias4        []float32
	lstm                []float32 // gates rows of the input's weights, then the last output's
	lstmBias            []float32
	out                 []float32
	outBias             float32
}

// load reads the embedded weights once. They are part of the program: if they are damaged, so is
// the program, and there is nothing to go on with.
var load = sync.OnceValue(func() *weights {
	w, err := parse(blob)
	if err != nil {
		panic(err)
	}
	return w
})

// parse reads the tensors in the order in which tools/silero writes them.
func parse(blob []byte) (*weights, error) {
	const floats = (bins+narrow)*wide*3 + (wide+narrow)*narrow*3 + 2*wide + 2*narrow +
		2*cells*gates + 2*gates + cells + 1
	if len(blob) != 4*floats {
		return nil, fmt.Errorf("the weights of the voice detector have %d bytes instead of %d: build the program again", len(blob), 4*floats)
	}
	r := reader(blob)
	w := &weights{}
	w.conv1, w.bias1 = r.kernels(wide*bins), r.floats(wide)
	w.conv2, w.bias2 = r.kernels(narrow*wide), r.floats(narrow)
	w.conv3, w.bias3 = r.kernels(narrow*narrow), r.floats(narrow)
	w.conv4, w.bias4 = middles(r.kernels(wide*narrow)), r.floats(wide)
	w.lstm = beside(r.floats(gates*cells), r.floats(gates*cells))
	w.lstmBias = sum(r.floats(gates), r.floats(gates))
	w.out, w.outBias = r.floats(cells), r.floats(1)[0]
	return w, nil
}

type reader []byte

func (r *reader) floats(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32((*r)[4*i:]))
	}
	*r = (*r)[4*n:]
	return out
}

func (r *reader) kernels(n int) []kernel {
	out := make([]kernel, n)
	for i := range out {
		copy(out[i][:], r.floats(3))
	}
	return out
}

func middles(kernels []kernel) []float32 {
	out := make([]float32, len(kernels))
	for i, k := range kernels {
		out[i] = k[1]
	}
	return out
}

// beside puts each row of the cells' weights for the last output behind that for the input, so that
// a gate is one product of one row.
func beside(input, last []float32) []float32 {
	out := make([]float32, 0, len(input)+len(last))
	for row := 0; row < len(input); row += cells {
		out = append(append(out, input[row:row+cells]...), last[row:row+cells]...)
	}
	return out
}

func sum(a, b []float32) []float32 {
	out := make([]float32, len(a))
	for i := range out {
		out[i] = a[i] + b[i]
	}
	return out
}
