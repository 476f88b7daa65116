package record

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// An arrival is something that the server gets from a participant's browser.
type arrival struct {
	sent, comes time.Duration
	frame       uint32
	generation  uint16 // 0: a frame of the microphone
	played      int64
}

const mark = 30000 // a click whose time is known

// TestQuotesAreFound records two minutes over a network that trembles, and looks where known moments
// of both sides stand: never further away than 100 ms, before and after the recording is settled.
func TestQuotesAreFound(t *testing.T) {
	files, _ := open(t)
	r := begin(t, files, itv)
	var clock Clock
	var playback Playback
	for generation := range uint16(6) {
		if err := playback.Send(generation+1, clicks(5)); err != nil {
			t.Fatal(err)
		}
		for _, a := range network(generation) {
			receive(t, r, &clock, &playback, a)
		}
	}
	if err := r.Close(120 * time.Second); err != nil {
		t.Fatal(err)
	}
	check := func(samples []int16) {
		t.Helper()
		near(t, "the participant", marks(samples, 0), everyMark(func(s int) bool { return true }))
		// Of the five seconds that were sent in every twenty, three were played.
		near(t, "the moderator", marks(samples, 1), everyMark(func(s int) bool { return s%20 >= 10 && s%20 < 13 }))
	}
	wav, _ := content(t, files, itv)
	check(stereo(t, wav))
	if err := files.Settle(context.Background(), itv); err != nil {
		t.Fatal(err)
	}
	body, _ := content(t, files, itv)
	samples, _ := decoded(t, body)
	check(samples)
	if got := Duration(int64(len(samples) / 2)); (got - 120*time.Second).Abs() > 120*time.Millisecond {
		t.Errorf("two minutes are %s", got)
	}
}

// clicks is sound with a click at the start of every second.
func clicks(seconds int) []int16 {
	out := make([]int16, seconds*Rate)
	for s := range seconds {
		out[s*Rate] = mark
	}
	return out
}

// network is what a browser sends in twenty seconds: a frame every 60 ms, and from the tenth second
// on a report every 200 ms of a reply that is interrupted after three. All of it comes in order, up
// to 80 ms late, and sometimes held back for a second.
func network(generation uint16) (all []arrival) {
	const part = 20 * time.Second
	start := time.Duration(generation) * part
	first, last := start/(60*ms), (start+part)/(60*ms)
	for i := first; i < last; i++ {
		all = append(all, arrival{sent: (i + 1) * 60 * ms, frame: uint32(i)})
	}
	for at := 200 * ms; at <= 3*time.Second; at += 200 * ms {
		all = append(all, arrival{sent: start + 10*time.Second + at, generation: generation + 1, played: Samples(at)})
	}
	slices.SortStableFunc(all, func(a, b arrival) int { return cmp.Compare(a.sent, b.sent) })
	random, held := rand.New(rand.NewPCG(uint64(generation), 0)), time.Duration(0)
	for i := range all {
		if random.IntN(100) == 0 {
			held = max(held, all[i].sent+time.Second)
		}
		held = max(held, all[i].sent+time.Duration(random.IntN(80))*ms)
		all[i].comes = held
	}
	return all
}

func receive(t *testing.T, r *Recorder, clock *Clock, playback *Playback, a arrival) {
	t.Helper()
	if a.generation > 0 {
		if at, samples := playback.Heard(a.generation, a.played, clock.Next()); r.Moderator(at, samples) != nil {
			t.Fatal(r.err)
		}
		return
	}
	sound := make([]int16, chunk)
	if start := int64(a.frame) * chunk; start%Rate == 0 || start/Rate != (start+chunk-1)/Rate {
		sound[(Rate-start%Rate)%Rate] = mark
	}
	at, ok := clock.Place(a.frame, chunk, a.comes)
	if err := r.Participant(at, sound); err != nil || !ok {
		t.Fatal(err)
	}
}

// marks is where clicks are on a track.
func marks(samples []int16, track int) (all []time.Duration) {
	for i := track; i < len(samples); i += 2 {
		if samples[i] == mark {
			all = append(all, Duration(int64(i/2)))
		}
	}
	return all
}

func everyMark(is func(second int) bool) (all []time.Duration) {
	for s := range 120 {
		if is(s) {
			all = append(all, time.Duration(s)*time.Second)
		}
	}
	return all
}

func near(t *testing.T, who string, got, want []time.Duration) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d moments are recorded of %d: %v", who, len(got), len(want), got)
	}
	furthest := time.Duration(0)
	for i := range want {
		furthest = max(furthest, (got[i] - want[i]).Abs())
	}
	t.Logf("%s: the furthest moment is %s away", who, furthest)
	if furthest > 100*ms {
		t.Errorf("%s: a moment is %s away from where it was", who, furthest)
	}
}
