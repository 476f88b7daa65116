package trigger

import (
	"fmt"
	"maps"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// setTexts takes the texts of the file, and the default ones where it has none.
func (r *Rule) setTexts(i *InviteSpec, how InterviewSpec) {
	r.Title = filled(i.Title, how.Languages, defaultTitle)
	r.Body = filled(i.Body, how.Languages, defaultBodies[min(how.Minutes, maxMinutes)])
	r.Accept = filled(i.Accept, how.Languages, defaultAccept)
	r.Decline = filled(i.Decline, how.Languages, defaultDecline)
}

// The default texts, which many rules share.
var (
	defaultTitle   = research.Text{"": "Could you tell us how that went?"}
	defaultAccept  = research.Text{"": "Tell us"}
	defaultDecline = research.Text{"": "No thanks"}
	defaultBodies  = func() (by [maxMinutes + 1]research.Text) {
		for minutes := range by {
			by[minutes] = research.Text{"": defaultBody(minutes)}
		}
		return by
	}()
)

// defaultBody says what every card has to say: that an AI asks, how long it
// takes, and that nothing depends on it.
func defaultBody(minutes int) string {
	unit := "minutes"
	if minutes == 1 {
		unit = "minute"
	}
	return fmt.Sprintf("An AI interviewer asks, you type. About %d %s. It changes nothing about what you just did.", minutes, unit)
}

// filled is a text that has something to say in every language: what serves
// where a language is missing is English, else the study's first language.
func filled(t research.Text, languages []string, otherwise research.Text) research.Text {
	if len(t) == 0 {
		return otherwise
	}
	if _, serves := t[""]; serves {
		return t
	}
	out := maps.Clone(t)
	for _, lang := range slices.Concat([]string{"en"}, languages, sortedKeys(t)) {
		if s, ok := t[lang]; ok {
			out[""] = s
			return out
		}
	}
	return out
}
