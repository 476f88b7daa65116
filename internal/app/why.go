package app

import (
	"cmp"
	"context"
	"slices"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// maxStandings is how many triggers are told about somebody; those that something
// came of go first.
const maxStandings = 200

// Why tells how things stand between somebody and each trigger of the project.
// Those of closed studies, and paused ones, are told only where something came
// of them.
func (a *App) Why(ctx context.Context, p *research.Project, who research.PersonKey) ([]report.Standing, error) {
	rules, all, err := a.standings(ctx, p)
	if err != nil {
		return nil, err
	}
	is, err := a.db.Standing(ctx, trigger.PersonRef{Project: p.ID, Key: who}, rules, a.now())
	if err != nil {
		return nil, err
	}
	latest, err := a.db.Reports().Latest(ctx, p.ID, who)
	if err != nil {
		return nil, err
	}
	for i, r := range rules {
		all[i].Last = decisionOf(latest, all[i].Trigger)
		a.fill(&all[i], p, r, is.Memory.Runs[r.TriggerID], is.Facts[r.TriggerID])
	}
	all = slices.DeleteFunc(all, func(s report.Standing) bool { return !s.Active && !s.Touched() })
	slices.SortStableFunc(all, func(a, b report.Standing) int { return -cmp.Compare(rank(&a), rank(&b)) })
	return all[:min(len(all), maxStandings)], nil
}

func rank(s *report.Standing) int {
	if s.Touched() {
		return 1
	}
	return 0
}

func decisionOf(latest []report.Decision, trigger string) *report.Decision {
	for i := range latest {
		if latest[i].Trigger == trigger {
			return &latest[i]
		}
	}
	return nil
}

// standings is every trigger of the project, compiled, and what is known of it
// without a person.
func (a *App) standings(ctx context.Context, p *research.Project) (rules []*trigger.Rule, all []report.Standing, err error) {
	studies, err := a.db.Studies(ctx, p.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range studies {
		of, err := rulesOf(p, s)
		if err != nil { // as where it decides: one study must not silence the others
			a.log.Error("a study does not compile and is left out", "project", p.Key, "study", s.Key, "err", err)
			continue
		}
		for _, r := range of {
			i := slices.IndexFunc(s.Triggers, func(t research.Trigger) bool { return t.ID == r.TriggerID })
			rules = append(rules, r)
			all = append(all, report.Standing{Study: s.PublicID, StudyName: s.Name, StudyKey: s.Key, Trigger: s.Triggers[i].PublicID,
				TriggerName: s.Triggers[i].Name, TriggerKey: r.Key, Active: r.Active})
		}
	}
	return rules, all, nil
}

// fill tells how far somebody has come, and what the gates would say.
func (a *App) fill(s *report.Standing, p *research.Project, r *trigger.Rule, kept *trigger.Kept, facts trigger.Facts) {
	now := a.now()
	var run *trigger.Run
	if kept != nil && kept.Version == r.Version {
		run = kept.Run
	}
	s.Begun = run != nil && !run.Empty()
	progress := r.Progress(run, now, p.Settings.Location())
	s.Progress, s.Until = progress.Words, progress.Until
	facts.SetProject(p)
	facts.SetLife(r, p)
	v := trigger.Decide(r, facts, now)
	s.Now.Outcome, s.Now.Gate, s.Now.Detail, s.Now.Remedy = v.Outcome, v.Gate, v.Detail, v.Remedy
}

// exportWhy streams how things stand with the person that the query names.
func (a *App) exportWhy(ctx context.Context, p *research.Project, q report.Query, yield func(report.WhyRow) error) error {
	if q.Person == "" {
		return research.Errorf(research.Invalid, "Whom is it about? Name a userId or anonymousId: --person ID.")
	}
	who, err := a.db.Reports().Find(ctx, p.ID, q.Person)
	if err != nil {
		return err
	}
	all, err := a.Why(ctx, p, who)
	for i := range all {
		if q.Study == "" || q.Study == all[i].StudyKey {
			if err := yield(all[i].Row()); err != nil {
				return err
			}
		}
	}
	return err
}
