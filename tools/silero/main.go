// Command silero takes the weights of Silero VAD v6, 16 kHz, out of its ONNX file, for package
// internal/voice/vad, which runs them without ONNX. Run it again only for another model:
//
//	npm pack @ricky0123/vad-web@0.0.31 && tar xzf ricky0123-vad-web-0.0.31.tgz
//	go -C tools run ./silero "$PWD/package/dist/silero_vad_v6.onnx" "$PWD/internal/voice/vad/silero_v6.f32"
//
// The probabilities that the package is tested against come from ONNX's own runtime: golden.mjs.
package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"slices"
)

// The ONNX file that the weights in the repository were taken from.
const knownSum = "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3"

// Of the two models in the file, the one for 16 kHz transforms windows of this many samples.
const window = 256

// blob is what is written, in this order, as little-endian float32; vad.load reads it so.
var blob = []struct {
	name string
	dims []int
}{
	{"encoder.0.reparam_conv.weight", []int{128, 129, 3}},
	{"encoder.0.reparam_conv.bias", []int{128}},
	{"encoder.1.reparam_conv.weight", []int{64, 128, 3}},
	{"encoder.1.reparam_conv.bias", []int{64}},
	{"encoder.2.reparam_conv.weight", []int{64, 64, 3}},
	{"encoder.2.reparam_conv.bias", []int{64}},
	{"encoder.3.reparam_conv.weight", []int{128, 64, 3}},
	{"encoder.3.reparam_conv.bias", []int{128}},
	{"decoder.rnn.weight_ih", []int{512, 128}},
	{"decoder.rnn.weight_hh", []int{512, 128}},
	{"decoder.rnn.bias_ih", []int{512}},
	{"decoder.rnn.bias_hh", []int{512}},
	{"decoder.decoder.2.weight", []int{1, 128, 1}},
	{"decoder.decoder.2.bias", []int{1}},
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: silero MODEL.onnx WEIGHTS.f32")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "silero:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	file, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(file); hex.EncodeToString(sum[:]) != knownSum {
		return fmt.Errorf("%s is not the model that package vad computes: SHA-256 %x, want %s", from, sum, knownSum)
	}
	all, err := tensors(file)
	if err != nil {
		return err
	}
	start := slices.IndexFunc(all, func(t tensor) bool {
		return t.name == "stft.forward_basis_buffer" && slices.Equal(t.dims, []int{window + 2, 1, window})
	})
	if start < 0 {
		return fmt.Errorf("%s has no transform of %d samples", from, window)
	}
	if err := isFourier(all[start].values); err != nil {
		return err
	}
	weights, err := pick(all[start+1:])
	if err != nil {
		return err
	}
	return os.WriteFile(to, weights, 0o644)
}

// isFourier checks that the model's first layer is a Fourier transform under a Hann window, which
// package vad therefore computes and does not store.
func isFourier(basis []float32) error {
	for row := range window + 2 {
		for n := range window {
			hann := 0.5 - 0.5*math.Cos(2*math.Pi*float64(n)/window)
			angle := 2 * math.Pi * float64(row%(window/2+1)) * float64(n) / window
			want := hann * math.Cos(angle)
			if row > window/2 {
				want = -hann * math.Sin(angle)
			}
			if got := float64(basis[row*window+n]); math.Abs(got-want) > 1e-6 {
				return fmt.Errorf("row %d of the transform has %g at %d, and a Fourier transform has %g", row, got, n, want)
			}
		}
	}
	return nil
}

// pick is the blob's tensors, in its order.
func pick(all []tensor) (out []byte, err error) {
	for _, want := range blob {
		i := slices.IndexFunc(all, func(t tensor) bool { return t.name == want.name })
		if i < 0 || !slices.Equal(all[i].dims, want.dims) {
			return nil, fmt.Errorf("the model has no %s of %v", want.name, want.dims)
		}
		for _, v := range all[i].values {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
		}
	}
	return out, nil
}
