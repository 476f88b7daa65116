package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

const foreseenStudy = `
usercall: 1
study: { key: foreseen, interviews: 30 }
triggers:
  - { key: left, on: { event: left }, did: [ { event: opened, times: 2 } ], cooldown: 10d, who: { traits.plan: { not: free } } }
  - { key: idle, on: { event: opened }, absent: { event: opened, for: 3d }, people: anyone }
`

const otherStudy = `
usercall: 1
study: { key: other, name: Another study }
triggers:
  - { key: opened, name: Opened it, on: { event: opened }, sample: 30% }
`

// A forecast is the backtest of the stored events, of the last days.
func TestForecastIsTheBacktest(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p, study := s.withStudies()
		events := s.history(p, 400)
		for _, key := range []string{"left", "idle"} {
			var steps []report.ForecastStep
			got, err := s.app.Forecast(t.Context(), p, study, key, nil, func(at report.ForecastStep) { steps = append(steps, at) })
			if err != nil {
				t.Fatal(err)
			}
			want := s.backtest(p, study, key, events, got.From, got.Until)
			if got.Matched != want.Matched || got.Invited != want.Invited || got.People != want.People || got.Waiting != want.Waiting || got.Cancelled != want.Cancelled || !slices.Equal(got.First, want.First) {
				t.Errorf("%s: %+v, want %+v", key, got, want)
			}
			if got.Matched < 10 || got.Invited == 0 || len(steps) < 3 || len(got.Days) != report.ForecastDays+1 {
				t.Errorf("%s: that tells little: %d matches, %d invites, %d steps, %d days", key, got.Matched, got.Invited, len(steps), len(got.Days))
			}
			if n := want.ByGate[research.GateProjectCooldown]; n == 0 || !slices.ContainsFunc(got.Collisions, func(c report.Collision) bool { return c.StudyName == "Another study" && c.Trigger == "Opened it" }) {
				t.Errorf("%s: %d in cooldown, collisions %+v", key, n, got.Collisions)
			}
			if got.Pace.Missing() != 30 || !got.Pace.Assumed || got.Pace.Soonest == 0 {
				t.Errorf("%s: pace %+v", key, got.Pace)
			}
		}
	})
}

func TestAForecastOfAnotherFile(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p, study := s.withStudies()
		s.history(p, 50)
		silent := func(report.ForecastStep) {}
		file := []byte("usercall: 1\nstudy: { key: foreseen }\ntriggers:\n  - { key: fresh, on: { event: never_sent } }\n")
		f, err := s.app.Forecast(t.Context(), p, study, "fresh", file, silent)
		if err != nil || f.Matched != 0 || f.Since.IsZero() {
			t.Errorf("%+v, %v", f, err)
		}
		if _, err := s.app.Forecast(t.Context(), p, study, "left", file, silent); research.CodeOf(err) != research.NotFound {
			t.Errorf("a trigger that the file does not have: %v", err)
		}
		if _, err := s.app.Forecast(t.Context(), p, study, "left", []byte("study: ["), silent); research.CodeOf(err) != research.Invalid {
			t.Errorf("no study: %v", err)
		}
	})
}

// Two forecasts of a project go one after the other, and one that nobody waits for
// ends.
func TestForecastsTakeTurns(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p, study := s.withStudies()
		s.history(p, 50)
		ctx, leave := context.WithCancel(t.Context())
		_, err := s.app.Forecast(ctx, p, study, "left", nil, func(at report.ForecastStep) {
			if at.Stage != report.ForecastReads || ctx.Err() != nil {
				return
			}
			impatient, end := context.WithCancel(t.Context())
			_, err := s.app.Forecast(impatient, p, study, "idle", nil, func(at report.ForecastStep) {
				if at.Stage != report.ForecastWaits {
					t.Errorf("another one began: %+v", at)
				}
				end()
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("waiting ended with %v", err)
			}
			leave()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
		if _, err := s.app.Forecast(t.Context(), p, study, "idle", nil, func(report.ForecastStep) {}); err != nil {
			t.Errorf("the turn was not given back: %v", err)
		}
	})
}

// withStudies gives the project two studies; the other one's trigger is active.
func (s *site) withStudies() (*research.Project, *research.Study) {
	s.t.Helper()
	p, err := s.app.Project(s.t.Context(), s.keys.Project)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.app.ApplyStudy(s.t.Context(), p, []byte(otherStudy), true); err != nil {
		s.t.Fatal(err)
	}
	study, err := s.app.ApplyStudy(s.t.Context(), p, []byte(foreseenStudy), false)
	if err != nil {
		s.t.Fatal(err)
	}
	return p, study
}

// history stores events of the last 60 days, those of an import.
func (s *site) history(p *research.Project, n int) []research.Event {
	s.t.Helper()
	d := rand.New(rand.NewPCG(7, 7))
	now := time.Now().UTC().Truncate(time.Millisecond)
	var all []research.Event
	for i := range n {
		at := now.Add(-60 * 24 * time.Hour).Add(time.Duration(i) * 60 * 24 * time.Hour / time.Duration(n))
		e := research.Event{Project: p.ID, Type: research.Track, Name: []string{"left", "opened", "opened", "else"}[d.IntN(4)], MessageID: fmt.Sprint("h", i),
			UserID: research.UserID(fmt.Sprint("user-", d.IntN(15))), Timestamp: at, ReceivedAt: now, Source: research.FromServer, Signed: true, Quiet: true}
		switch d.IntN(9) {
		case 0:
			e.Type, e.Name, e.Traits = research.Identify, "", []byte([]string{`{"plan":"free"}`, `{"plan":"pro"}`}[d.IntN(2)])
		case 1:
			e.AnonymousID = research.AnonymousID(fmt.Sprint("browser-", d.IntN(15)))
		case 2:
			e.AnonymousID, e.UserID = research.AnonymousID(fmt.Sprint("browser-", d.IntN(15))), ""
		}
		all = append(all, e)
	}
	d.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for some := range slices.Chunk(all, 37) {
		if _, err := s.app.db.Append(s.t.Context(), some); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := s.app.engine.Settle(s.t.Context(), 100); err != nil {
		s.t.Fatal(err)
	}
	return all
}

// backtest is what the evaluator says of the events.
func (s *site) backtest(p *research.Project, study *research.Study, key string, events []research.Event, from, until time.Time) *trigger.Forecast {
	s.t.Helper()
	of, rules, err := s.app.forecastRules(s.t.Context(), p, study, key, study.File)
	if err != nil {
		s.t.Fatal(err)
	}
	sum := trigger.NewForecaster(rules)
	test := trigger.NewBacktest(rules, research.DefaultProjectCooldown, func(l trigger.Line) error {
		sum.Add(l)
		return nil
	})
	test.From(from)
	sorted := slices.Clone(events)
	slices.SortStableFunc(sorted, func(a, b research.Event) int { return a.Timestamp.Compare(b.Timestamp) })
	for i := range sorted {
		sorted[i].Quiet, sorted[i].Seq = false, int64(i+1)
		if err := test.Apply(&sorted[i]); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := test.End(until); err != nil {
		s.t.Fatal(err)
	}
	return sum.Triggers[slices.Index(rules, of)]
}
