// Package pacing is a project's settings of pace as text: how often somebody is
// asked, at which hours, and who tries out what is not active yet. The page of
// settings and the command line read and write them by the same names.
//
// It owns the names, what may be written, and the words for what may not. It must
// not decide about anybody (package trigger) nor know the time (see
// [research.Settings.Next]). Start at [All].
package pacing

import (
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// Setting is one thing that can be set of a project.
type Setting struct {
	Name  string // as it is written on the command line
	Label string // as a form names it
	Help  string // what it does, in a sentence
	Write string // how a value is written
	get   func(*research.Settings) string
	set   func(*research.Settings, string) error
}

// All is every setting, in the order in which they are shown. A value read by Get
// is one that Set takes.
var All = []Setting{
	{"cooldown", "Project cooldown", "How long somebody is left alone between two invites, of any trigger. It doubles with each invite dismissed in a row.", "7d, 12h; 0 for none", getCooldown, setCooldown},
	{"cards_per_session", "Cards a session", "How many cards one session of a browser shows.", "1 to 100; none for no limit", getCards, setCards},
	{"timezone", "Time zone", "The project's time zone: for quiet hours, weekdays, and what counts as a day.", "Europe/Berlin", getZone, setZone},
	{"quiet_hours", "Quiet hours", "When nothing is shown or sent. What is held comes when they are over, unless it has expired.", "21:00-08:30; none", getQuiet, setQuiet},
	{"days", "Days", "On which weekdays something is shown or sent.", "mon,tue,wed,thu,fri; all", getDays, setDays},
	{"clock", "By whose clock", "Whether hours and days are those of the project or of the person, where their time zone is known.", "project; person", getClock, setClock},
	{"max_age", "Maximum age", "How old an event may be when it arrives, and still lead to an invite.", "1h, 2d", getMaxAge, setMaxAge},
	{"grace", "Grace", "How long a wait that is over still waits for events that come late.", "60s, 5m", getGrace, setGrace},
	{"dialog_selector", "Dialogs", "While something that this CSS selector finds can be seen on the page, a card waits.", "a CSS selector; empty for the default", getDialogs, setDialogs},
	{"interview_opens", "Interview opens", "Where an interview opens once it is accepted: in a tab of its own, or in a frame on the page, which offers the tab as well.", "tab; page", getOpens, setOpens},
	{"excluded", "People never asked", "Who is never invited, by any trigger.", "userIds, e-mail addresses and domains like @example.com, with commas between", getExcluded, setExcluded},
	{"test_people", "Test people", "Whom triggers in test mode invite, and nobody else.", "userIds and e-mail addresses, with commas between", getTesters, setTesters},
}

// ByName is a setting; invalid, with the nearest name, where there is none.
func ByName(name string) (Setting, error) {
	var known []string
	for _, s := range All {
		if s.Name == name {
			return s, nil
		}
		known = append(known, s.Name)
	}
	hint := "; there are " + strings.Join(known, ", ")
	if near := trigger.Nearest(name, known); near != "" {
		hint = "; did you mean " + near + "?"
	}
	return Setting{}, research.Errorf(research.Invalid, "There is no setting %q%s", short(name), hint)
}

// Get is the value in force, also where it is the default.
func (s Setting) Get(of research.Settings) string { return s.get(&of) }

// Set writes a value; "default" brings back what there was before anybody chose.
// Invalid, with what to write instead, where it cannot be; then nothing is changed.
func (s Setting) Set(of *research.Settings, value string) error {
	value = strings.TrimSpace(value)
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }) {
		return research.Errorf(research.Invalid, "%s: there are control characters in it. Type it anew.", s.Label)
	}
	changed := *of
	if err := s.set(&changed, value); err != nil {
		return err
	}
	*of = changed
	return nil
}

// Default tells whether a setting is as nobody has chosen it.
func (s Setting) Default(of research.Settings) bool {
	return s.Get(of) == s.Get(research.Settings{})
}

// SetAll writes several values by their names; none where one cannot be.
func SetAll(of research.Settings, values map[string]string) (research.Settings, error) {
	for name := range values {
		if _, err := ByName(name); err != nil {
			return of, err
		}
	}
	changed := of
	changed.Pacing.Days = slices.Clone(of.Pacing.Days)
	for _, s := range All {
		value, given := values[s.Name]
		if !given {
			continue
		}
		if err := s.Set(&changed, value); err != nil {
			return of, err
		}
	}
	return changed, nil
}

// Values is every setting by its name.
func Values(of research.Settings) map[string]string {
	all := map[string]string{}
	for _, s := range All {
		all[s.Name] = s.Get(of)
	}
	return all
}

// short keeps what somebody typed readable in a message.
func short(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
