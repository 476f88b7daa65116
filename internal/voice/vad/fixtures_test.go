package vad

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/mewkiz/flac"
)

// speech is 13 s: half a second of silence, two sentences with pauses, and a short answer in
// another voice. espeak-ng 1.51 made it, so it is free of anybody's voice:
//
//	espeak-ng -v en-us -s 150 "I wanted to share the report with my manager, and then I saw that …"
//	espeak-ng -v en-gb+f3 -s 165 "Um, no. Not really."
func speech(t testing.TB) []int16 {
	t.Helper()
	file, err := os.Open("testdata/speech.flac")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stream, err := flac.New(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []int16
	for uint64(len(out)) < stream.Info.NSamples {
		frame, err := stream.ParseNext()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range frame.Subframes[0].Samples {
			out = append(out, int16(s))
		}
	}
	return out
}

// fixtures are the sounds of which ONNX's runtime was asked, too. The same bytes on every machine:
// sums and products of float64 that no compiler may fuse, and a generator with a fixed seed.
func fixtures(t testing.TB) map[string][]int16 {
	voice := speech(t)
	n := len(voice)
	return map[string][]int16{
		"speech":       voice,
		"speech-white": mix(voice, noise(n, 1000, 1, 0)),
		"speech-pink":  mix(voice, noise(n, 6000, 2, 0.95)),
		"speech-quiet": mix(fainter(voice, 32), noise(n, 10, 5, 0.5)),
		"white":        noise(3*Rate, 3000, 3, 0),
		"pink":         noise(3*Rate, 12000, 4, 0.95),
		"chord":        chord(3 * Rate),
		"clipped":      mix(voice, voice, voice, voice, voice, voice, voice, voice)[:4*Rate],
		"silence":      make([]int16, Rate),
	}
}

// noise is white for a memory of 0, and the deeper the nearer that is to 1.
func noise(n int, amplitude float64, seed uint64, memory float64) []int16 {
	random := rand.New(rand.NewPCG(seed, 0))
	out, last := make([]int16, n), 0.0
	for i := range out {
		last = float64(last*memory) + float64((1-memory)*(2*random.Float64()-1))
		out[i] = int16(math.Round(last * amplitude))
	}
	return out
}

// chord is three strings plucked every second, as square waves that fade.
func chord(n int) []int16 {
	out := make([]int16, n)
	for i := range out {
		loud := 8000 * (Rate - i%Rate) / Rate
		for _, period := range []int{73, 58, 49} {
			if i/period%2 == 0 {
				out[i] += int16(loud / 3)
			} else {
				out[i] -= int16(loud / 3)
			}
		}
	}
	return out
}

func fainter(samples []int16, by int16) []int16 {
	out := make([]int16, len(samples))
	for i, s := range samples {
		out[i] = s / by
	}
	return out
}

func mix(tracks ...[]int16) []int16 {
	out := make([]int16, len(tracks[0]))
	for i := range out {
		sum := 0
		for _, track := range tracks {
			sum += int(track[i])
		}
		out[i] = int16(min(max(sum, math.MinInt16), math.MaxInt16))
	}
	return out
}

// writeFixtures leaves the sounds where tools/silero/golden.mjs reads them.
func writeFixtures(t *testing.T, folder string) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, samples := range fixtures(t) {
		content, err := binary.Append(nil, binary.LittleEndian, samples)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".s16"), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
