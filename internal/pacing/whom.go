package pacing

import (
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/research"
)

const longestSelector = 500 // characters

func getDialogs(s *research.Settings) string {
	if s.DialogSelector == "" {
		return research.DefaultDialogSelector
	}
	return s.DialogSelector
}

func setDialogs(s *research.Settings, value string) error {
	if len([]rune(value)) > longestSelector || strings.ContainsAny(value, "\n\r{}<") {
		return research.Errorf(research.Invalid, "Dialogs: a CSS selector has up to %d characters on one line, like [role=dialog], .tour.", longestSelector)
	}
	if value == "default" || value == research.DefaultDialogSelector {
		value = ""
	}
	s.DialogSelector = value
	return nil
}

func getOpens(s *research.Settings) string {
	if s.InPage {
		return "page"
	}
	return "tab"
}

func setOpens(s *research.Settings, value string) error {
	switch value {
	case "page", "tab", "default":
		s.InPage = value == "page"
		return nil
	}
	return research.Errorf(research.Invalid, "Interview opens: %q is neither tab nor page.", short(value))
}

const (
	mostTesters  = 100
	mostExcluded = 500
	longestEntry = 320 // bytes: the longest e-mail address
)

func getExcluded(s *research.Settings) string { return strings.Join(s.Excluded, ",") }

func setExcluded(s *research.Settings, value string) error {
	entries, err := listed("People never asked", value, mostExcluded)
	if err == nil && slices.Contains(entries, "@") {
		err = research.Errorf(research.Invalid, "People never asked: @ alone names nobody. Write a domain like @example.com.")
	}
	if err == nil {
		s.Excluded = entries
	}
	return err
}

func getTesters(s *research.Settings) string { return strings.Join(s.TestPeople, ",") }

func setTesters(s *research.Settings, value string) error {
	people, err := listed("Test people", value, mostTesters)
	if err != nil {
		return err
	}
	for _, who := range people {
		if strings.HasPrefix(who, "@") {
			return research.Errorf(research.Invalid, "Test people: %q is a whole domain. Name each person by userId or e-mail address.", short(who))
		}
	}
	s.TestPeople = people
	return nil
}

// listed is the entries of a list of people, each once.
func listed(label, value string, most int) (all []string, err error) {
	for _, who := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		who = strings.TrimSpace(who)
		switch {
		case who == "" || value == "default" || slices.Contains(all, who):
			continue
		case len(who) > longestEntry:
			return nil, research.Errorf(research.Invalid, "%s: %q is too long for a userId or an e-mail address.", label, short(who))
		}
		all = append(all, who)
	}
	if len(all) > most {
		return nil, research.Errorf(research.Invalid, "%s: there are %d, and at most %d can be listed.", label, len(all), most)
	}
	return all, nil
}
