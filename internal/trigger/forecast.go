package trigger

import (
	"maps"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Forecast sums up the decisions of a backtest, one trigger's.
type Forecast struct {
	Rule      *Rule
	Matched   int // decided: invited and skipped
	Invited   int
	People    int // of those who matched
	Waiting   int
	Cancelled int
	ByGate    map[research.Gate]int // of those skipped
	Days      []ForecastDay         // from the first to the last with a match, in the project's time zone
	// Collisions counts by trigger what was skipped because another trigger had
	// invited the same person before.
	Collisions map[*Rule]int
	// First is the first people who were invited, each once.
	First []research.PersonKey

	people map[research.PersonKey]bool
}

// firstPeople is how many people a forecast names.
const firstPeople = 20

// ForecastDay is what a day would have brought.
type ForecastDay struct {
	Day              string // 2026-11-23
	Matched, Invited int
}

// Forecaster sums up a backtest's lines as they come.
type Forecaster struct {
	Triggers []*Forecast // in the order of the rules
	by       map[*Rule]*Forecast
	last     map[research.PersonKey]*Rule // who invited somebody last
}

// NewForecaster makes one for these rules.
func NewForecaster(rules []*Rule) *Forecaster {
	f := &Forecaster{by: map[*Rule]*Forecast{}, last: map[research.PersonKey]*Rule{}}
	for _, r := range rules {
		one := &Forecast{Rule: r, ByGate: map[research.Gate]int{}, Collisions: map[*Rule]int{}, people: map[research.PersonKey]bool{}}
		f.Triggers, f.by[r] = append(f.Triggers, one), one
	}
	return f
}

// People is how many people matched, of any trigger.
func (f *Forecaster) People() int {
	all := map[research.PersonKey]bool{}
	for _, one := range f.Triggers {
		maps.Copy(all, one.people)
	}
	return len(all)
}

// Invited is how many invites there were, of all triggers.
func (f *Forecaster) Invited() (n int) {
	for _, one := range f.Triggers {
		n += one.Invited
	}
	return n
}

// Add takes the next line.
func (f *Forecaster) Add(l Line) {
	one := f.by[l.Rule]
	switch l.Outcome {
	case research.Waiting:
		one.Waiting++
		return
	case research.Cancelled:
		one.Cancelled++
		return
	}
	one.add(l)
	if l.Outcome == research.Invited {
		f.last[l.Person] = l.Rule
		return
	}
	one.ByGate[l.Gate]++
	if other := f.last[l.Person]; other != nil && other != l.Rule && (l.Gate == research.GateOpenInvite || l.Gate == research.GateProjectCooldown) {
		one.Collisions[other]++
	}
}

func (f *Forecast) add(l Line) {
	f.Matched++
	if !f.people[l.Person] {
		f.people[l.Person] = true
		f.People++
	}
	day := f.day(DayKey(l.At, f.Rule.Timezone))
	day.Matched++
	if l.Outcome == research.Invited {
		if len(f.First) < firstPeople && !slices.Contains(f.First, l.Person) {
			f.First = append(f.First, l.Person)
		}
		f.Invited++
		day.Invited++
	}
}

// day is the entry of a day. Lines come in order, so it is the last or a new one;
// days without a match are filled in between.
func (f *Forecast) day(key string) *ForecastDay {
	for len(f.Days) > 0 && f.Days[len(f.Days)-1].Day < key {
		f.Days = append(f.Days, ForecastDay{Day: dayAfter(f.Days[len(f.Days)-1].Day)})
	}
	if len(f.Days) == 0 {
		f.Days = append(f.Days, ForecastDay{Day: key})
	}
	return &f.Days[len(f.Days)-1]
}

func dayAfter(key string) string {
	day, err := time.Parse(time.DateOnly, key)
	if err != nil { // DayKey wrote it
		return key
	}
	return day.AddDate(0, 0, 1).Format(time.DateOnly)
}
