package trigger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/usercall/usercall/internal/research"
)

// Check refuses what the format knows and this version cannot do yet. Its error
// is a *FileError.
func (f *File) Check() error {
	r := &reader{}
	for i := range f.Triggers {
		f.Triggers[i].check(r, fmt.Sprintf("triggers[%d]", i))
	}
	if len(r.problems) > 0 {
		return r.err()
	}
	return nil
}

func (t *Spec) check(r *reader, key string) {
	for _, later := range []struct {
		key, does string
		used      bool
	}{
		{"then", "a sequence of events", len(t.Then) > 0},
		{"absent", "waiting for an event that does not come", t.Absent != nil},
		{"did", "looking back at what somebody did", len(t.Did) > 0},
		{"did_not", "looking back at what somebody did not do", len(t.DidNot) > 0},
		{"delay", "deciding later", t.Delay > 0},
	} {
		if later.used {
			r.notYet(t, key, later.key, later.does)
		}
	}
	if t.On.Times > 1 || t.On.Within > 0 {
		r.notYet(t, key, "on", "times and within, counting events,")
	}
	if t.Invite.Delivery != Card && t.Invite.Delivery != "" {
		r.notYet(t, key, "invite", fmt.Sprintf("delivery %q; only card works, so that it", t.Invite.Delivery))
	}
}

func (r *reader) notYet(t *Spec, at, key, does string) {
	r.problem(t.line(key), at+"."+key, "%q in trigger %q: %s is not supported yet; this version would never honour it, so it is refused", key, t.Key, does)
}

// Compile makes a file ready to decide by. It refuses what Check refuses, and
// conditions that make no sense, which only a File that was not parsed can have.
func Compile(f *File) (*Study, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
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

// setTexts takes the texts of the file, and the default ones where it has none.
func (r *Rule) setTexts(i *InviteSpec, how InterviewSpec) {
	r.Title = filled(i.Title, how.Languages, defaultTitle)
	r.Body = filled(i.Body, how.Languages, defaultBody(how.Mode, how.Minutes))
	r.Accept = filled(i.Accept, how.Languages, "Tell us")
	r.Decline = filled(i.Decline, how.Languages, "No thanks")
}

const defaultTitle = "Could you tell us how that went?"

// defaultBody says what every card has to say: that an AI asks, how long it
// takes, and that nothing depends on it.
func defaultBody(mode Mode, minutes int) string {
	way := map[Mode]string{ModeText: "you type", ModeVoice: "you talk"}[mode]
	if way == "" {
		way = "you talk or type"
	}
	unit := "minutes"
	if minutes == 1 {
		unit = "minute"
	}
	return fmt.Sprintf("An AI interviewer asks, %s. About %d %s. It changes nothing about what you just did.", way, minutes, unit)
}

// filled is a text that has something to say in every language: what serves
// where a language is missing is English, else the study's first language.
func filled(t research.Text, languages []string, otherwise string) research.Text {
	out := research.Text{"": otherwise}
	for lang, s := range t {
		out[lang] = s
	}
	if _, any := t[""]; any || len(t) == 0 {
		return out
	}
	for _, lang := range append([]string{"en"}, append(languages, sortedKeys(t)...)...) {
		if s, ok := t[lang]; ok {
			out[""] = s
			return out
		}
	}
	return out
}
