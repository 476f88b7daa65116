package trigger

import (
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Foresight is a backtest over stored events: what rules would have decided from a
// day on, had they been active. What was before that day is looked back at, and
// decided about by nobody.
type Foresight struct {
	Sum *Forecaster

	backtest *Backtest
	events   stretch
	rules    []*Rule
}

// NewForesight makes one of rules of a project, which count as active. Its settings
// are in force.
func NewForesight(rules []*Rule, p *research.Project, since time.Time) *Foresight {
	f := &Foresight{Sum: NewForecaster(rules), events: newStretch(), rules: rules}
	f.backtest = NewBacktest(rules, p.Settings.CooldownBetween(), func(l Line) error {
		f.Sum.Add(l)
		return nil
	})
	f.backtest.From(since)
	f.backtest.project = p
	if len(p.Settings.Excluded) > 0 { // some may be e-mail addresses
		f.backtest.replay.reads.path(Path{Root: RootEmail})
	}
	return f
}

// Needs is which events the rules can learn something from.
func (f *Foresight) Needs() PastNeeds { return f.backtest.replay.needs(f.rules...) }

// Add takes a stored event, which is counted as if it had come live: that of an
// import, too. The caller may use it again.
func (f *Foresight) Add(e *research.Event) {
	e.Quiet = false
	f.events.add(f.backtest.replay, e)
}

// Kept is how many of the events can mean something.
func (f *Foresight) Kept() int { return len(f.events.order) }

// Play decides over the events, and what is due by now. each is told of every
// event before it is applied; its error ends it.
func (f *Foresight) Play(now time.Time, each func() error) error {
	err := f.events.play(0, func(e *research.Event) error {
		if err := each(); err != nil {
			return err
		}
		return f.backtest.Apply(e)
	})
	if err != nil {
		return err
	}
	return f.backtest.End(now)
}
