package record

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestSamplesAndDuration(t *testing.T) {
	for d, want := range map[time.Duration]int64{0: 0, time.Second: Rate, 15 * time.Minute: 900 * Rate, 60 * time.Millisecond: 960, math.MaxInt64: 147573952589676} {
		got := Samples(d)
		if got != want {
			t.Errorf("%s is %d samples, want %d", d, got, want)
		}
		if back := Duration(got); d-back < 0 || d-back > time.Second/Rate {
			t.Errorf("%s comes back as %s", d, back)
		}
	}
}

const ms = time.Millisecond

// chunk is what a frame of 60 ms holds.
const chunk = 960

// arrive sends frames with the numbers from first to last, one every 60 ms from start on.
func arrive(t *testing.T, c *Clock, first, last uint32, start time.Duration) (at int64) {
	t.Helper()
	for n := first; n != last+1; n++ {
		place, ok := c.Place(n, chunk, start)
		if !ok {
			t.Fatalf("frame %d was not taken", n)
		}
		at, start = place, start+60*ms
	}
	return at
}

func TestClock(t *testing.T) {
	for name, c := range map[string]struct {
		run  func(*testing.T, *Clock) int64
		want time.Duration // where the last frame starts
	}{
		"frames in a row":                       {func(t *testing.T, c *Clock) int64 { return arrive(t, c, 0, 99, 60*ms) }, 99 * 60 * ms},
		"the first is not before the recording": {func(t *testing.T, c *Clock) int64 { return arrive(t, c, 0, 0, 0) }, 0},
		"a recording that goes on":              {func(t *testing.T, c *Clock) int64 { return arrive(t, c, 0, 10, time.Minute) }, time.Minute - 60*ms + 600*ms},
		"any first number":                      {func(t *testing.T, c *Clock) int64 { return arrive(t, c, 4711, 4720, 60*ms) }, 540 * ms},
		"numbers that go around":                {func(t *testing.T, c *Clock) int64 { return arrive(t, c, math.MaxUint32-4, 4, 60*ms) }, 540 * ms},
		"a gap of ten": {func(t *testing.T, c *Clock) int64 {
			arrive(t, c, 0, 9, 60*ms)
			return arrive(t, c, 20, 20, 1260*ms)
		}, 1200 * ms},
		"a gap as long as somebody likes": {func(t *testing.T, c *Clock) int64 {
			arrive(t, c, 0, 9, 60*ms)
			return arrive(t, c, 1<<30, 1<<30, 660*ms)
		}, 600*ms + time.Second},
		"a network that holds three seconds back": {func(t *testing.T, c *Clock) int64 {
			arrive(t, c, 0, 9, 60*ms)
			for n := uint32(10); n < 60; n++ { // all at once
				if at, _ := c.Place(n, chunk, 3660*ms); at != int64(n)*chunk {
					t.Errorf("frame %d of the burst is put at %d", n, at)
				}
			}
			return arrive(t, c, 60, 200, 3660*ms)
		}, 200 * 60 * ms},
		"a microphone that is away for half a minute": {func(t *testing.T, c *Clock) int64 {
			arrive(t, c, 0, 9, 60*ms)
			return arrive(t, c, 10, 59, 30*time.Second+660*ms)
		}, 30*time.Second + 59*60*ms},
	} {
		var clock Clock
		if got := c.run(t, &clock); got != Samples(c.want) {
			t.Errorf("%s: the last frame is put at %s, want %s", name, Duration(got), c.want)
		}
		if clock.Next() != Samples(c.want)+chunk {
			t.Errorf("%s: the present is %d", name, clock.Next())
		}
	}
}

func TestClockTakesAFrameOnce(t *testing.T) {
	var c Clock
	arrive(t, &c, 0, 9, 60*ms)
	for _, number := range []uint32{0, 5, 9, math.MaxUint32} {
		if at, ok := c.Place(number, chunk, 700*ms); ok {
			t.Errorf("frame %d was taken again, at %d", number, at)
		}
	}
	if at := arrive(t, &c, 10, 10, 720*ms); at != 10*chunk {
		t.Errorf("the next frame is put at %d", at)
	}
}

// TestClockKeepsTheTime: fifteen minutes of a microphone whose quartz is off, over a network that
// stutters, are fifteen minutes to 0.1 %, and no frame stands where another does.
func TestClockKeepsTheTime(t *testing.T) {
	const lasts = 15 * time.Minute
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		every := time.Duration(60 * float64(ms) * (1 + (random.Float64()-0.5)/2000)) // 250 ppm
		var c Clock
		var free int64
		held, number := time.Duration(0), uint32(0)
		for sent := every; sent < lasts; sent += every {
			if sent < lasts-10*time.Second && random.IntN(500) == 0 {
				held = sent + time.Duration(random.IntN(4000))*ms
			}
			if sent < lasts-5*time.Second && random.IntN(300) == 0 { // frames that the browser dropped
				lost := uint32(random.IntN(20))
				number, sent = number+lost, sent+time.Duration(lost)*every
			}
			if sent < lasts-time.Minute-5*time.Second && random.IntN(3000) == 0 { // a telephone call
				sent += time.Duration(random.IntN(60)) * time.Second
			}
			at, ok := c.Place(number, chunk, max(held, sent+time.Duration(random.IntN(80))*ms))
			if !ok || at < free {
				t.Fatalf("seed %d: frame %d was put at %d, before %d", seed, number, at, free)
			}
			free, number = at+chunk, number+1
		}
		if wrong := (Duration(free) - lasts).Abs(); wrong > lasts/1000 {
			t.Errorf("seed %d: the recording of %s lasts %s", seed, lasts, Duration(free))
		}
	}
}

// TestClockAgain: another microphone, with numbers of its own, stands where the
// time says, and never over what was placed.
func TestClockAgain(t *testing.T) {
	var c Clock
	arrive(t, &c, 500, 599, 60*ms) // 6 s
	c.Again()
	if at, ok := c.Place(0, chunk, 20*time.Second); !ok || at != Samples(20*time.Second)-chunk {
		t.Errorf("after a rest at %s", Duration(at))
	}
	c.Again()
	if at, ok := c.Place(7, chunk, 19*time.Second); !ok || at != Samples(20*time.Second) {
		t.Errorf("at %s, over what is there", Duration(at))
	}
}
