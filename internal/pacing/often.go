package pacing

import (
	"strconv"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

const day = 24 * time.Hour

// length reads a length of time between two bounds. The default is written so.
func length(label, value string, least, most time.Duration) (time.Duration, error) {
	d, err := trigger.ParseDuration(value)
	if err != nil {
		return 0, research.Errorf(research.Invalid, "%s: %s.", label, err)
	}
	if d < least || d > most {
		return 0, research.Errorf(research.Invalid, "%s: %s is outside of %s to %s.", label, short(value), trigger.FormatDuration(least), trigger.FormatDuration(most))
	}
	return d, nil
}

func getCooldown(s *research.Settings) string { return trigger.FormatDuration(s.CooldownBetween()) }

func setCooldown(s *research.Settings, value string) error {
	if value == "default" {
		s.Cooldown = 0
		return nil
	}
	d, err := length("Project cooldown", value, 0, 3650*day)
	if err != nil {
		return err
	}
	switch d { // what is not chosen is zero, and follows the default
	case research.DefaultProjectCooldown:
		d = 0
	case 0:
		d = -1
	}
	s.Cooldown = d
	return nil
}

func getMaxAge(s *research.Settings) string {
	return trigger.FormatDuration(orDefault(s.MaxAge, research.DefaultMaxAge))
}

func setMaxAge(s *research.Settings, value string) (err error) {
	if value == "default" {
		s.MaxAge = 0
		return nil
	}
	s.MaxAge, err = length("Maximum age", value, time.Minute, research.EventRetention)
	s.MaxAge = unless(s.MaxAge, research.DefaultMaxAge)
	return err
}

func getGrace(s *research.Settings) string {
	return trigger.FormatDuration(orDefault(s.Grace, research.DefaultGrace))
}

func setGrace(s *research.Settings, value string) (err error) {
	if value == "default" {
		s.Grace = 0
		return nil
	}
	s.Grace, err = length("Grace", value, time.Second, day)
	s.Grace = unless(s.Grace, research.DefaultGrace)
	return err
}

func orDefault(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}

// unless is a length that was chosen, zero where it is the default.
func unless(d, other time.Duration) time.Duration {
	if d == other {
		return 0
	}
	return d
}

const mostCards = 100

func getCards(s *research.Settings) string {
	switch {
	case s.CardsPerSession < 0:
		return "none"
	case s.CardsPerSession == 0:
		return strconv.Itoa(research.DefaultCardsPerSession)
	}
	return strconv.Itoa(s.CardsPerSession)
}

func setCards(s *research.Settings, value string) error {
	switch value {
	case "default":
		s.CardsPerSession = 0
		return nil
	case "none":
		s.CardsPerSession = -1
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > mostCards {
		return research.Errorf(research.Invalid, "Cards a session: %q is no number from 1 to %d. Write none for no limit.", short(value), mostCards)
	}
	if n == research.DefaultCardsPerSession {
		n = 0
	}
	s.CardsPerSession = n
	return nil
}
