package participant

import (
	"bytes"
	"testing"
)

func TestASoundFrameIsTheWireOfTheSpecification(t *testing.T) {
	got := sound{kindAgent, lastOf, 0x0203, 0x04050607, []byte{1, 2}}.bytes()
	if want := []byte{2, 1, 3, 2, 7, 6, 5, 4, 1, 2}; !bytes.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}

func TestWhatIsNoSound(t *testing.T) {
	head := func(kind byte, samples int) []byte { return sound{kind: kind, pcm: make([]byte, samples)}.bytes() }
	for name, b := range map[string][]byte{
		"nothing": nil, "half a head": head(kindMic, 0)[:4], "no samples": head(kindMic, 0), "half a sample": head(kindMic, 961),
		"of the server": head(kindAgent, 960), "of no kind": head(0, 960), "too long": head(kindMic, longestMic+2),
	} {
		if _, err := hear(b); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// FuzzHear: whatever comes in is refused or is exactly what was sent.
func FuzzHear(f *testing.F) {
	f.Add(sound{kindMic, 0, 1, 2, make([]byte, 1920)}.bytes())
	f.Add(sound{kindMic, 255, 65535, 1 << 31, []byte{0, 128}}.bytes())
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0})
	f.Add([]byte(`{"type":"hello"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := hear(b)
		if err != nil {
			return
		}
		if len(got.pcm)%2 != 0 || len(got.pcm) > longestMic || len(got.pcm) == 0 {
			t.Errorf("%d bytes of samples", len(got.pcm))
		}
		if !bytes.Equal(got.bytes(), b) {
			t.Errorf("%v became %v", b, got.bytes())
		}
	})
}
