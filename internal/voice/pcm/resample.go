package pcm

import (
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// rates are those that a [Resampler] knows, in samples a second: what microphones, browsers,
// telephones and speech services use. The list is closed, since a rate may come from outside and a
// filter's size grows with what two rates do not have in common.
var rates = []int{8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000}

// block is how many inputs are worked on at once.
const block = 1024

// A Resampler turns a stream of one sample rate into the same sound at another. What the lower rate
// cannot carry is taken out before it could come back as another tone. An output stands exactly
// where it belongs, the first one at the first input; for that it waits for some milliseconds of
// input, which [Resampler.Flush] ends. A Resampler is for one stream and one goroutine.
type Resampler struct {
	bank    *bank // nil where the rates are equal
	window  []float32
	held    int // inputs in the window
	next    int // where in the window the next output's inputs start
	phase   int
	in, out int64
}

// NewResampler makes a resampler, its rates in samples a second. An unknown rate is
// research.Invalid.
func NewResampler(from, to int) (*Resampler, error) {
	for _, rate := range []int{from, to} {
		if !slices.Contains(rates, rate) {
			return nil, research.Errorf(research.Invalid, "Sound with %d samples a second cannot be used. Send it with one of %v.", rate, rates)
		}
	}
	if from == to {
		return &Resampler{}, nil
	}
	r := &Resampler{bank: bankFor(from, to)}
	r.window = make([]float32, r.bank.taps+r.bank.down+block)
	r.reset()
	return r, nil
}

// reset stands before the first sample, with silence where the filter looks back.
func (r *Resampler) reset() {
	clear(r.window)
	r.held = r.bank.taps/2 - 1
	r.next, r.phase, r.in, r.out = 0, 0, 0, 0
}

// Append appends the outputs that src makes possible. It allocates nothing if dst has room for
// len(src)·to/from + 1 of them.
func (r *Resampler) Append(dst, src []int16) []int16 {
	if r.bank == nil {
		return append(dst, src...)
	}
	for len(src) > 0 {
		n := min(len(src), block)
		Floats(r.window[r.held:], src[:n])
		r.held, r.in, src = r.held+n, r.in+int64(n), src[n:]
		dst = r.emit(dst, -1)
	}
	return dst
}

// Flush appends the outputs that still wait, as if silence followed. In all there are then as many
// as the input lasts, rounded up. The next Append starts a new stream.
func (r *Resampler) Flush(dst []int16) []int16 {
	if r.bank == nil {
		return dst
	}
	up, down := int64(r.bank.up), int64(r.bank.down)
	total := (r.in*up + down - 1) / down
	for r.out < total {
		clear(r.window[r.held : r.held+block])
		r.held += block
		dst = r.emit(dst, total)
	}
	r.reset()
	return dst
}

// emit appends every output whose inputs are there, up to the stream's limit if that is not
// negative, and moves what later outputs need to the front.
func (r *Resampler) emit(dst []int16, limit int64) []int16 {
	b := r.bank
	for r.next+b.taps <= r.held && r.out != limit {
		dst = append(dst, toInt(dot(b.phases[r.phase], r.window[r.next:])))
		r.out++
		r.phase += b.down
		r.next, r.phase = r.next+r.phase/b.up, r.phase%b.up
	}
	copy(r.window, r.window[r.next:r.held])
	r.held, r.next = r.held-r.next, 0
	return dst
}

// dot is the sum of products, in four sums that do not wait for one another.
func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	for len(a) >= 4 && len(b) >= 4 {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		a, b = a[4:], b[4:]
	}
	for i, v := range a {
		s0 += v * b[i]
	}
	return s0 + s1 + s2 + s3
}
