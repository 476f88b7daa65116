package report

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/research"
)

const ms = time.Millisecond

func TestWaits(t *testing.T) {
	got := Waits([]research.Exchange{
		{Turn: 1, LastSpeech: -1, Endpoint: -1, FirstWrite: 300, FirstHeard: 400},
		{Turn: 3, What: "answer", LastSpeech: 1000, Endpoint: 1900, STTSent: 1300, STTDone: 2100, ReplyAsked: 2105, ReplyDone: 2505,
			TTSSent: 2510, TTSFirst: 2710, FirstWrite: 2715, FirstHeard: 2795},
		{Turn: 5, Cut: true, LastSpeech: 5000, Endpoint: 5600, STTSent: 5300, STTDone: 5500, ReplyAsked: 5510, ReplyDone: 5650,
			TTSSent: -1, TTSFirst: -1, FirstWrite: -1, FirstHeard: -1},
	})
	want := []Wait{
		{Turn: 3, What: "answer", Steps: [stepCount]time.Duration{900 * ms, 200 * ms, 400 * ms, 200 * ms, 15 * ms, 80 * ms}},
		{Turn: 5, Cut: true, Quiet: true, Steps: [stepCount]time.Duration{600 * ms, 0, 50 * ms, 0, 0, 0}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if total := got[0].Total(); total != 1795*ms {
		t.Errorf("the whole wait is %v", total)
	}
}

// TestStepsAddUp holds that no order of stamps makes time appear or vanish: the steps are the
// time until the last thing that was done.
func TestStepsAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	stamp := func() int64 { return r.Int64N(2000) - 200 }
	for range 20_000 {
		e := research.Exchange{LastSpeech: r.Int64N(500), Endpoint: stamp(), STTSent: stamp(), STTDone: stamp(), ReplyAsked: stamp(), ReplyDone: stamp(),
			TTSSent: stamp(), TTSFirst: stamp(), FirstWrite: stamp(), FirstHeard: stamp()}
		w := Waits([]research.Exchange{e})[0]
		last := max(e.LastSpeech, e.Endpoint, e.FirstWrite, e.FirstHeard)
		for _, step := range [][2]int64{{e.STTSent, e.STTDone}, {e.ReplyAsked, e.ReplyDone}, {e.TTSSent, e.TTSFirst}} {
			if step[0] >= 0 && step[1] >= step[0] {
				last = max(last, step[1])
			}
		}
		if all := w.Total(); all != time.Duration(last-e.LastSpeech)*ms {
			t.Fatalf("%+v: %v", e, all)
		}
		for _, s := range w.Steps {
			if s < 0 {
				t.Fatalf("%+v: %v", e, w.Steps)
			}
		}
	}
}

func TestSpread(t *testing.T) {
	var times []time.Duration
	for i := range 100 {
		times = append(times, time.Duration(100-i)*ms)
	}
	if got := SpreadOf(times); got != (Spread{100, 50 * ms, 95 * ms}) {
		t.Errorf("%+v", got)
	}
	if got := SpreadOf(times[:1]); got != (Spread{1, 100 * ms, 100 * ms}) {
		t.Errorf("%+v", got)
	}
	if got := SpreadOf(nil); got != (Spread{}) {
		t.Errorf("%+v", got)
	}
	if got := SpreadOfWaits([]Wait{{Quiet: true}, {Steps: [stepCount]time.Duration{1 * ms, 2 * ms}}}); got != (Spread{1, 3 * ms, 3 * ms}) {
		t.Errorf("%+v", got)
	}
}
