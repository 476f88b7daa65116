package turn_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/voice/turn"
)

// TestWithTheDetector uses what the voice detector says of sound: the golden
// file of package vad, made with the network's own runtime. Speech is 13 s by
// a synthetic voice, with pauses, alone and in noise.
func TestWithTheDetector(t *testing.T) {
	raw, err := os.ReadFile("../vad/testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string][]float64
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"speech", "speech-white", "speech-pink", "speech-quiet"} {
		m := asked(t, turn.Patient.Params())
		m.probs = golden[name]
		const said = "I wanted to share the report with my manager and then I saw that nothing was there no not really"
		m.sounds = []sound{{at: m.now + 500*ms, length: 12 * time.Second, text: said}}
		m.run(time.Duration(len(golden[name]))*frameLength + 5*time.Second)
		m.wantStored(said)
	}
	for _, name := range []string{"white", "pink", "chord", "silence"} {
		m := asked(t, turn.Quick.Params())
		for range 4 {
			m.probs = append(m.probs, golden[name]...)
		}
		m.run(10 * time.Second)
		if len(golden[name]) == 0 || len(m.all(turn.Transcribe)) > 0 || len(m.commits(turn.Silence)) != 1 {
			t.Errorf("%s is taken for speech, or hides a silence\n%s", name, m)
		}
	}
}
