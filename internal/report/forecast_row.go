package report

import "github.com/usercall/usercall/internal/research"

// ForecastRow is a forecast as a program reads it.
type ForecastRow struct {
	Study      string                `json:"study"`
	Trigger    string                `json:"trigger"`
	From       Time                  `json:"from"`
	Until      Time                  `json:"until"`
	Events     int                   `json:"events"`         // stored ones that were read
	Since      Time                  `json:"first_event_at"` // of the stored ones
	Matched    int                   `json:"matched"`
	Invited    int                   `json:"invited"`
	People     int                   `json:"people"`    // of those who matched
	Waiting    int                   `json:"waiting"`   // still undecided
	Cancelled  int                   `json:"cancelled"` // the wait ended early
	Skipped    map[research.Gate]int `json:"skipped"`
	Collisions map[string]int        `json:"collisions"` // study/trigger that had invited the person
	Days       []ForecastRowDay      `json:"days"`
	Target     ForecastTarget        `json:"target"`
}

// ForecastRowDay is a day in the project's time zone.
type ForecastRowDay struct {
	Day     string `json:"day"`
	Matched int    `json:"matched"`
	Invited int    `json:"invited"`
}

// ForecastTarget says how long it takes; 0 days stand for never, at this pace.
type ForecastTarget struct {
	Interviews int     `json:"interviews"`
	Missing    int     `json:"missing"`
	RateLow    float64 `json:"rate_low"`
	RateHigh   float64 `json:"rate_high"`
	Assumed    bool    `json:"rate_assumed"`
	Soonest    int     `json:"days_soonest"`
	Latest     int     `json:"days_latest"`
}

// Row is the forecast of a trigger, by the keys of its study and itself.
func (f *Forecast) Row(study, trigger string) ForecastRow {
	l := ForecastRow{Study: study, Trigger: trigger, From: Time{f.From}, Until: Time{f.Until}, Since: Time{f.Since}, Events: f.Events,
		Matched: f.Matched, Invited: f.Invited, People: f.People, Waiting: f.Waiting, Cancelled: f.Cancelled,
		Skipped: map[research.Gate]int{}, Collisions: map[string]int{}, Days: []ForecastRowDay{},
		Target: ForecastTarget{f.Pace.Target, f.Pace.Missing(), f.Pace.Low, f.Pace.High, f.Pace.Assumed, f.Pace.Soonest, f.Pace.Latest}}
	for _, g := range f.Gates {
		l.Skipped[g.Gate] = g.N
	}
	for _, c := range f.Collisions {
		l.Collisions[c.Key] = c.N
	}
	for _, d := range f.Days {
		l.Days = append(l.Days, ForecastRowDay(d))
	}
	return l
}
