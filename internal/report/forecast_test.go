package report

import (
	"math"
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	half := func(k, n int) (float64, float64) { return 0.4, 0.6 }
	for _, c := range []struct {
		what            string
		p               Pace
		invited         int
		days            float64
		soonest, latest int
		assumed         bool
	}{
		{"measured", Pace{Target: 30, Completed: 20, Invites: 50, Interviews: 25}, 100, 10, 2, 4, false},
		{"too few to know", Pace{Target: 30, Completed: 20, Invites: 19, Interviews: 19}, 100, 10, 5, 62, true},
		{"reached", Pace{Target: 30, Completed: 31, Invites: 50}, 100, 10, 0, 0, false},
		{"no target", Pace{Invites: 50}, 100, 10, 0, 0, false},
		{"nobody invited", Pace{Target: 30, Invites: 50}, 0, 10, 0, 0, false},
		{"one invite a month", Pace{Target: 30, Invites: 0}, 1, 30, 1148, 0, true},
	} {
		c.p.Estimate(c.invited, c.days, half)
		if c.p.Soonest != c.soonest || c.p.Latest != c.latest || c.p.Assumed != c.assumed {
			t.Errorf("%s: %d to %d days, assumed %v", c.what, c.p.Soonest, c.p.Latest, c.p.Assumed)
		}
	}
}

// TestCountInterval: the ends are near the exact ones of a Poisson count (Garwood).
func TestCountInterval(t *testing.T) {
	for n, want := range map[int][2]float64{1: {0.025, 5.572}, 5: {1.623, 11.668}, 30: {20.241, 42.827}, 100: {81.364, 121.627}} {
		low, high := countInterval(n)
		if math.Abs(low-want[0]) > 1 || math.Abs(high-want[1]) > 1.7 {
			t.Errorf("%d: %.2f to %.2f, want about %v", n, low, high, want)
		}
	}
}

func TestObservedDays(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	f := Forecast{From: now.AddDate(0, 0, -30), Until: now, Since: now.AddDate(0, 0, -90)}
	if f.Observed() != 30 {
		t.Errorf("%d days of a long log", f.Observed())
	}
	f.Since = now.Add(-25 * time.Hour)
	if f.Observed() != 1 {
		t.Errorf("%d days of a young one", f.Observed())
	}
}
