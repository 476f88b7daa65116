package vad

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// TestNetwork compares every frame with what ONNX's own runtime computed; see tools/silero/golden.mjs
// for how the file is made anew.
func TestNetwork(t *testing.T) {
	if folder := os.Getenv("FIXTURES"); folder != "" {
		writeFixtures(t, folder)
	}
	content, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string][]float64
	if err := json.Unmarshal(content, &golden); err != nil {
		t.Fatal(err)
	}
	for name, samples := range fixtures(t) {
		compare(t, name, ungated(samples), golden[name])
	}
}

func compare(t *testing.T, name string, got []float32, want []float64) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Errorf("%s: %d frames, and the golden file has %d", name, len(got), len(want))
		return
	}
	worst, speaking := 0.0, 0
	for i := range got {
		worst = max(worst, math.Abs(float64(got[i])-want[i]))
		if want[i] >= 0.5 {
			speaking++
		}
	}
	t.Logf("%s: largest difference %.1e; speech in %d of %d frames", name, worst, speaking, len(want))
	if !(worst <= 1e-4) {
		t.Errorf("%s: a probability differs by %g from what ONNX's runtime computes", name, worst)
	}
}

// ungated asks the network about every whole frame.
func ungated(samples []int16) (out []float32) {
	d := New()
	for len(samples) > 0 {
		d.gate.hold = 2 // open for this frame
		rest, f, ok := d.Next(samples)
		if ok {
			out = append(out, f.Speech)
		}
		samples = rest
	}
	return out
}

func TestDamagedWeights(t *testing.T) {
	for _, size := range []int{0, 4, len(blob) - 4, len(blob) - 1} {
		if _, err := parse(blob[:size]); err == nil {
			t.Errorf("%d bytes of weights were taken for all", size)
		}
	}
}

func BenchmarkNetwork(b *testing.B) {
	n := newNetwork()
	var input [contextSize + FrameSize]float32
	for i, s := range noise(len(input), 8000, 1, 0.5) {
		input[i] = float32(s) / (1 << 15)
	}
	b.ReportAllocs()
	for b.Loop() {
		n.speech(&input)
	}
}
