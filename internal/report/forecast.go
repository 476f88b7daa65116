package report

import (
	"math"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Forecast is what a trigger would have done over the stored events of the last
// ForecastDays, had it been active beside those that are.
type Forecast struct {
	From, Until time.Time
	Events      int       // stored ones that were read
	Since       time.Time // of the first stored event; zero: there is none

	Matched, Invited int
	People           int // of those who matched
	First            []research.PersonKey
	Waiting          int // still undecided at the end
	Cancelled        int
	Gates            []GateCount // of those skipped, the most frequent first
	Collisions       []Collision // the most frequent first
	Days             []ForecastDay
	Pace             Pace
}

// ForecastDays is how many days a forecast is about.
const ForecastDays = 30

// ForecastDay is a day in the project's time zone.
type ForecastDay struct {
	Day              string // 2026-11-23
	Matched, Invited int
}

// Collision is how often another trigger stood in the way: it had invited the
// same person before, and the project's cooldown was not over.
type Collision struct {
	Study, StudyName string // public id and name
	Trigger          string // name
	Key              string // study/trigger
	N                int
}

// Pace is how long it takes to the study's target.
type Pace struct {
	Target, Completed int // interviews; no target: 0
	Invites           int // of the project that are over
	Interviews        int // completed ones among them
	// Low and High are where the share of invites that become an interview lies:
	// the interval of what was measured, or, where that is too little, Assumed.
	Low, High float64
	Assumed   bool
	// Soonest and Latest are days; 0: there is no such day at this pace.
	Soonest, Latest int
}

// EnoughInvites is how many invites it takes to go by a project's own rate.
const EnoughInvites = 20

// The share of invites that become an interview while there are too few to know.
// It is wide because it is a guess.
const (
	assumedLow  = 0.02
	assumedHigh = 0.20
)

// Missing is how many interviews are still wanted.
func (p *Pace) Missing() int { return max(0, p.Target-p.Completed) }

// Estimate fills in the rate and the days, of a forecast that invited so many in
// so many days. interval is of k among n, at 95 %.
func (p *Pace) Estimate(invited int, days float64, interval func(k, n int) (low, high float64)) {
	p.Low, p.High = interval(p.Interviews, p.Invites)
	if p.Invites < EnoughInvites {
		p.Low, p.High, p.Assumed = assumedLow, assumedHigh, true
	}
	if p.Missing() == 0 || invited == 0 || days <= 0 {
		return
	}
	few, many := countInterval(invited)
	p.Soonest = inDays(p.Missing(), many/days*p.High)
	p.Latest = inDays(p.Missing(), few/days*p.Low)
}

// countInterval is where the true number lies of what was counted once, at 95 %,
// were every event independent: the square root of such a count varies by a half
// whatever it is.
func countInterval(n int) (low, high float64) {
	root := math.Sqrt(float64(n))
	return math.Pow(max(0, root-0.98), 2), math.Pow(root+0.98, 2)
}

// longest is the day after which nobody waits for a target.
const longest = 10 * 365

func inDays(n int, aDay float64) int {
	if aDay <= 0 || float64(n)/aDay > longest {
		return 0
	}
	return int(math.Ceil(float64(n) / aDay))
}

// ForecastStep is how far a forecast is.
type ForecastStep struct {
	Stage       ForecastStage
	Done, Total int // events; 0 of 0 where it is not known yet
}

// ForecastStage is what a forecast is at.
type ForecastStage string

const (
	ForecastWaits   ForecastStage = "waits" // for another one of the project
	ForecastReads   ForecastStage = "reads"
	ForecastDecides ForecastStage = "decides"
)

// Observed is how many of the days there are events of: where the first is younger
// than the window, no more than since then.
func (f *Forecast) Observed() int {
	from := f.From
	if f.Since.After(from) {
		from = f.Since
	}
	return max(1, int(math.Round(f.Until.Sub(from).Hours()/24)))
}
