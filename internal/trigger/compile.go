package trigger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Compile makes a file ready to decide by. It refuses conditions that make no
// sense, which only a File that was not parsed can have.
func Compile(f *File) (*Study, error) {
	s := &Study{Key: f.Study.Key, Name: orElse(f.Study.Name, f.Study.Key), Goal: f.Study.Goal, Context: f.Study.Context,
		Target: f.Study.Interviews, Interview: f.Interview, GuideID: f.GuideID, Guide: f.Guide}
	s.Interview.Minutes = f.minutes()
	for _, q := range f.Study.Quotas {
		where, err := q.Where.compile()
		if err != nil {
			return nil, fmt.Errorf("compile quota %s: %w", q.Name, err)
		}
		s.Quotas = append(s.Quotas, Quota{q.Name, q.Interviews, where})
	}
	for i := range f.Triggers {
		r, err := f.Triggers[i].compile(s)
		if err != nil {
			return nil, fmt.Errorf("compile trigger %s: %w", f.Triggers[i].Key, err)
		}
		s.Rules = append(s.Rules, r)
	}
	return s, nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// minutes is how long an interview may take: what the file says, else its
// guide, else the default.
func (f *File) minutes() int {
	switch {
	case f.Interview.Minutes > 0:
		return f.Interview.Minutes
	case f.Guide != nil && f.Guide.MaxSeconds > 0:
		return (f.Guide.MaxSeconds + 59) / 60
	}
	return DefaultMinutes
}

func (t *Spec) compile(s *Study) (*Rule, error) {
	r := &Rule{StudyKey: s.Key, Key: t.Key, Name: orElse(t.Name, t.Key), Delay: t.Delay,
		People: t.People, Sample: t.Sample, Cooldown: t.Cooldown, PerDay: t.PerDay, Total: t.Total,
		Priority: t.Priority, Expires: t.Expires, Target: s.Target, Quotas: s.Quotas,
		Delivery: t.Invite.Delivery, Page: Page{t.Page}}
	r.setTexts(&t.Invite, s.Interview)
	var err error
	if r.who, err = t.Who.compile(); err != nil {
		return nil, err
	}
	if r.Steps, err = compileSteps(append([]MatchSpec{t.On}, t.Then...)); err != nil {
		return nil, err
	}
	if r.Did, err = compileSteps(t.Did); err != nil {
		return nil, err
	}
	if r.DidNot, err = compileSteps(t.DidNot); err != nil || t.Absent == nil {
		return r, err
	}
	absent, err := compileSteps([]MatchSpec{*t.Absent})
	if err != nil {
		return nil, err
	}
	r.Absent = &absent[0]
	return r, nil
}

func compileSteps(of []MatchSpec) (out []Step, err error) {
	for _, m := range of {
		where, err := m.Where.compile()
		if err != nil {
			return nil, err
		}
		out = append(out, Step{Type: m.Type, Names: m.Events, Sources: m.Sources, Times: max(1, m.Times),
			Within: m.Within, For: m.For, where: where})
	}
	return out, nil
}

// Fingerprint covers what the runs of a trigger depend on, and not its texts
// and gates: while it stays the same, so does the trigger's version.
func (t *Spec) Fingerprint() string {
	runs := Spec{On: t.On, Then: t.Then, Absent: t.Absent, Did: t.Did, DidNot: t.DidNot, Delay: t.Delay,
		Cooldown: DefaultCooldown, Expires: DefaultExpires, People: Identified, Invite: InviteSpec{Delivery: Card}}
	sum := sha256.Sum256([]byte(runs.node().flow()))
	return hex.EncodeToString(sum[:16])
}

// Load parses and compiles a study file. What is wrong with it is a *FileError.
func Load(src []byte) (*Study, error) {
	f, err := Parse(src)
	if err != nil {
		return nil, err
	}
	return Compile(f)
}
