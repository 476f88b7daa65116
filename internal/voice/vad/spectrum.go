package vad

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

const (
	spectrumWindow = 256 // samples of one spectrum
	spectrumStep   = 128 // samples from one spectrum to the next
	mirrored       = 64  // samples behind the newest, which are a mirror image of those before it
)

// A spectrum computes the four spectra that the network sees of a frame.
type spectrum struct {
	fft      *fourier.FFT
	padded   [contextSize + FrameSize + mirrored]float64
	windowed [spectrumWindow]float64
	out      [bins]complex128
}

func newSpectrum() *spectrum {
	return &spectrum{fft: fourier.NewFFT(spectrumWindow)}
}

// hann is the window under which the network learned to see sound.
var hann = func() (w [spectrumWindow]float64) {
	for i := range w {
		w[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/spectrumWindow)
	}
	return w
}()

// magnitudes sets out to how strong each frequency is at each step.
func (s *spectrum) magnitudes(input *[contextSize + FrameSize]float32, out *[bins][steps]float32) {
	for i, v := range input {
		s.padded[i] = float64(v)
	}
	for i := range mirrored {
		s.padded[len(input)+i] = s.padded[len(input)-2-i]
	}
	for step := range steps {
		for i, v := range s.padded[step*spectrumStep:][:spectrumWindow] {
			s.windowed[i] = v * hann[i]
		}
		for i, c := range s.fft.Coefficients(s.out[:], s.windowed[:]) {
			// Not cmplx.Abs, which takes thrice the time to be right for numbers near infinity.
			out[i][step] = float32(math.Sqrt(real(c)*real(c) + imag(c)*imag(c)))
		}
	}
}
