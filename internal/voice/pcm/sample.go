package pcm

import (
	"encoding/binary"
	"math"
	"slices"
)

// Floats sets dst to the samples as numbers from -1 to 1. dst is at least as long as src.
func Floats(dst []float32, src []int16) {
	dst = dst[:len(src)]
	for i, s := range src {
		dst[i] = float32(s) / (1 << 15)
	}
}

// toInt is a number as a sample, rounded; what is beyond -1 or 1 is cut there, and what is no number
// is silence.
func toInt(f float32) int16 {
	scaled := math.Floor(float64(f)*(1<<15) + 0.5)
	if math.IsNaN(scaled) {
		return 0
	}
	return int16(min(max(scaled, math.MinInt16), math.MaxInt16))
}

// AppendBytes appends samples as little-endian bytes.
func AppendBytes(dst []byte, samples []int16) []byte {
	dst = slices.Grow(dst, 2*len(samples))
	for _, s := range samples {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(s))
	}
	return dst
}

// A Decoder makes samples of little-endian bytes that come in chunks of any size. Its zero value is
// ready.
type Decoder struct {
	low byte // the first half of a sample whose second has not come
	odd bool
}

// Append appends the samples that chunk completes. Half a sample at its end waits for the next.
func (d *Decoder) Append(dst []int16, chunk []byte) []int16 {
	if d.odd && len(chunk) > 0 {
		dst = append(dst, int16(uint16(d.low)|uint16(chunk[0])<<8))
		chunk, d.odd = chunk[1:], false
	}
	for ; len(chunk) >= 2; chunk = chunk[2:] {
		dst = append(dst, int16(binary.LittleEndian.Uint16(chunk)))
	}
	if len(chunk) == 1 {
		d.low, d.odd = chunk[0], true
	}
	return dst
}
