package app

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/analysis"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/trigger"
)

// What a forecast tells.
type (
	Forecast     = report.Forecast
	ForecastStep = report.ForecastStep
	ForecastRow  = report.ForecastRow
)

// forecastsAtOnce is how many forecasts run in a process: each may hold a million
// events in memory.
const forecastsAtOnce = 2

// Forecast is what a trigger of a study would have done over the stored events of
// the last days, had it been active beside those that are. file is the study as it
// would be; nil: as it is. tell is told how far it is. One runs a project at a
// time; others wait. It ends when ctx does.
func (a *App) Forecast(ctx context.Context, p *research.Project, s *research.Study, key string, file []byte, tell func(report.ForecastStep)) (*report.Forecast, error) {
	if file == nil {
		file = s.File
	}
	of, rules, err := a.forecastRules(ctx, p, s, key, file)
	if err != nil {
		return nil, err
	}
	end, err := a.forecasts.take(ctx, p.ID, func() { tell(report.ForecastStep{Stage: report.ForecastWaits}) })
	if err != nil {
		return nil, err
	}
	defer end()
	now := a.now()
	f := &report.Forecast{From: now.AddDate(0, 0, -report.ForecastDays), Until: now}
	sum, err := a.foresee(ctx, p, rules, f, tell)
	if err != nil {
		return nil, err
	}
	names, err := a.namesOf(ctx, p)
	if err != nil {
		return nil, err
	}
	fill(f, sum.Triggers[slices.Index(rules, of)], names, p.Settings.Timezone)
	return f, a.pace(ctx, p, s, f, of.Target)
}

// Study finds a study by its key.
func (a *App) Study(ctx context.Context, p *research.Project, key string) (*research.Study, error) {
	s, err := a.db.StudyByKey(ctx, p.ID, key)
	if research.CodeOf(err) == research.NotFound {
		return nil, research.Errorf(research.NotFound, "There is no study %q in this project.", short(key))
	}
	return s, err
}

// forecastRules is the rule that is asked about, which counts as active, and all
// others that are.
func (a *App) forecastRules(ctx context.Context, p *research.Project, s *research.Study, key string, file []byte) (of *trigger.Rule, rules []*trigger.Rule, err error) {
	studies, err := a.db.Studies(ctx, p.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, other := range studies {
		var compiled []*trigger.Rule
		if other.ID == s.ID {
			compiled, err = plannedRules(p, other, file)
		} else if compiled, err = rulesOf(p, other); err != nil {
			continue // it asks nobody: the catalogue said so when it was read
		}
		if err != nil {
			return nil, nil, err
		}
		for _, r := range compiled {
			if other.ID == s.ID && r.Key == key {
				of, r.Active = r, true
			}
			if r.Active {
				rules = append(rules, r)
			}
		}
	}
	if of == nil {
		return nil, nil, research.Errorf(research.NotFound, "There is no such trigger.")
	}
	return of, rules, nil
}

// plannedRules is the rules of a study whose file would be this one.
func plannedRules(p *research.Project, s *research.Study, file []byte) ([]*trigger.Rule, error) {
	parsed, err := trigger.Parse(file)
	if err != nil {
		return nil, err
	}
	compiled, err := trigger.Compile(parsed)
	if err != nil {
		return nil, err
	}
	active := map[string]research.Trigger{}
	for _, t := range s.Triggers {
		active[t.Key] = t
	}
	for _, r := range compiled.Rules {
		t := active[r.Key]
		r.Project, r.StudyID, r.TriggerID, r.Timezone = p.ID, s.ID, t.ID, p.Settings.Timezone
		r.Active = t.Active && s.State == research.StudyOpen
	}
	return compiled.Rules, nil
}

// tellEvery is how many events go by between two words about how far it is.
const tellEvery = 4096

// foresee reads the log and decides.
func (a *App) foresee(ctx context.Context, p *research.Project, rules []*trigger.Rule, f *report.Forecast, tell func(report.ForecastStep)) (*trigger.Forecaster, error) {
	work := trigger.NewForesight(rules, p, f.From)
	tell(report.ForecastStep{Stage: report.ForecastReads})
	log, err := a.db.OpenPast(ctx, p.ID, work.Needs())
	if err != nil {
		return nil, err
	}
	f.Since = log.Since()
	_, err = log.Read(ctx, func(e *research.Event) error {
		if f.Events%tellEvery == 0 {
			tell(report.ForecastStep{Stage: report.ForecastReads, Done: f.Events, Total: max(f.Events, log.Total())})
		}
		f.Events++
		work.Add(e)
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	done, total := 0, work.Kept()
	err = work.Play(f.Until, func() error {
		if done%tellEvery == 0 {
			tell(report.ForecastStep{Stage: report.ForecastDecides, Done: done, Total: total})
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		done++
		return nil
	})
	return work.Sum, err
}

// named is a trigger's names.
type named struct{ study, studyName, trigger string }

func (a *App) namesOf(ctx context.Context, p *research.Project) (map[research.TriggerID]named, error) {
	studies, err := a.db.Studies(ctx, p.ID)
	all := map[research.TriggerID]named{}
	for _, s := range studies {
		for _, t := range s.Triggers {
			all[t.ID] = named{s.PublicID, s.Name, t.Name}
		}
	}
	return all, err
}

// fill takes over what a forecast found.
func fill(f *report.Forecast, of *trigger.Forecast, names map[research.TriggerID]named, zone string) {
	f.Matched, f.Invited, f.People, f.Waiting, f.Cancelled, f.First = of.Matched, of.Invited, of.People, of.Waiting, of.Cancelled, of.First
	for gate, n := range of.ByGate {
		f.Gates = append(f.Gates, report.GateCount{Outcome: research.Skipped, Gate: gate, N: n})
	}
	slices.SortFunc(f.Gates, func(a, b report.GateCount) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Gate, b.Gate)) })
	for _, r := range slices.SortedFunc(maps.Keys(of.Collisions), trigger.Compare) {
		at := names[r.TriggerID]
		f.Collisions = append(f.Collisions, report.Collision{Study: at.study, StudyName: cmp.Or(at.studyName, r.StudyKey), Trigger: cmp.Or(at.trigger, r.Name, r.Key),
			Key: r.StudyKey + "/" + r.Key, N: of.Collisions[r]})
	}
	slices.SortStableFunc(f.Collisions, func(a, b report.Collision) int { return cmp.Compare(b.N, a.N) })
	f.Days = everyDay(f, of, zone)
}

// everyDay is all days of the forecast, those without a match too.
func everyDay(f *report.Forecast, of *trigger.Forecast, zone string) (days []report.ForecastDay) {
	found := map[string]trigger.ForecastDay{}
	for _, d := range of.Days {
		found[d.Day] = d
	}
	last := trigger.DayKey(f.Until, zone)
	for at, _ := time.Parse(time.DateOnly, trigger.DayKey(f.From, zone)); at.Format(time.DateOnly) <= last; at = at.AddDate(0, 0, 1) {
		d := found[at.Format(time.DateOnly)]
		days = append(days, report.ForecastDay{Day: at.Format(time.DateOnly), Matched: d.Matched, Invited: d.Invited})
	}
	return days
}

// rateDays is how far back a project's own rate is measured.
const rateDays = 90

func (a *App) pace(ctx context.Context, p *research.Project, s *research.Study, f *report.Forecast, target int) (err error) {
	f.Pace.Target = target
	if f.Pace.Completed, err = a.db.CompletedInterviews(ctx, p.ID, s.ID); err != nil {
		return err
	}
	if f.Pace.Invites, f.Pace.Interviews, err = a.db.Acceptance(ctx, p.ID, f.Until.AddDate(0, 0, -rateDays)); err != nil {
		return err
	}
	from := f.From
	if f.Since.After(from) {
		from = f.Since
	}
	f.Pace.Estimate(f.Invited, max(1, f.Until.Sub(from).Hours()/24), analysis.Wilson)
	return nil
}

var _ trigger.PastStore = (*store.DB)(nil)
