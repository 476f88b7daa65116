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
	mostTesters   = 100
	longestTester = 320 // bytes: the longest e-mail address
)

func getTesters(s *research.Settings) string { return strings.Join(s.TestPeople, ",") }

func setTesters(s *research.Settings, value string) error {
	var people []string
	for _, who := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		who = strings.TrimSpace(who)
		switch {
		case who == "" || value == "default" || slices.Contains(people, who):
			continue
		case len(who) > longestTester:
			return research.Errorf(research.Invalid, "Test people: %q is too long for a userId or an e-mail address.", short(who))
		case strings.HasPrefix(who, "@"):
			return research.Errorf(research.Invalid, "Test people: %q is a whole domain. Name each person by userId or e-mail address.", short(who))
		}
		people = append(people, who)
	}
	if len(people) > mostTesters {
		return research.Errorf(research.Invalid, "Test people: there are %d, and at most %d can be listed.", len(people), mostTesters)
	}
	s.TestPeople = people
	return nil
}
