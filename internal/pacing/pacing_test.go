package pacing

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // what is known must not depend on the machine

	"github.com/usercall/usercall/internal/research"
)

func TestSet(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"cooldown", "14d", "14d"}, {"cooldown", "0", "0"}, {"cooldown", "1d12h", "1d12h"}, {"cooldown", "default", "7d"},
		{"cards_per_session", "3", "3"}, {"cards_per_session", "none", "none"}, {"cards_per_session", "default", "1"},
		{"timezone", "Europe/Berlin", "Europe/Berlin"}, {"timezone", "default", "UTC"}, {"timezone", "Australia/Lord_Howe", "Australia/Lord_Howe"},
		{"quiet_hours", "21:00-8:30", "21:00-08:30"}, {"quiet_hours", "12:00 – 13:00", "12:00-13:00"}, {"quiet_hours", "22:00-24:00", "22:00-00:00"},
		{"quiet_hours", "00:00-07:00", "00:00-07:00"}, {"quiet_hours", "none", "none"}, {"quiet_hours", "", "none"},
		{"days", "Fri, Monday", "mon,fri"}, {"days", "all", "all"}, {"days", "sun,mon,tue,wed,thu,fri,sat", "all"}, {"days", "sat,sat", "sat"},
		{"interview_opens", "page", "page"}, {"interview_opens", "default", "tab"}, {"clock", "person", "person"}, {"clock", "project", "project"},
		{"max_age", "2d", "2d"}, {"max_age", "default", "1h"}, {"grace", "5m", "5m"}, {"grace", "default", "1m"},
		{"dialog_selector", ".tour, [role=dialog]", ".tour, [role=dialog]"}, {"dialog_selector", "default", research.DefaultDialogSelector},
		{"dialog_selector", "", research.DefaultDialogSelector},
		{"excluded", "ann\r\n@rival.example, Bea@northdesk.example,ann", "ann,@rival.example,Bea@northdesk.example"}, {"excluded", "default", ""}, {"excluded", "", ""},
		{"test_people", "ann, bea@northdesk.example\ncem\n\nann", "ann,bea@northdesk.example,cem"}, {"test_people", "", ""},
	} {
		s, err := ByName(c.name)
		if err != nil {
			t.Fatal(err)
		}
		var of research.Settings
		if err := s.Set(&of, c.value); err != nil || s.Get(of) != c.want {
			t.Errorf("%s=%q: %q, %v, want %q", c.name, c.value, s.Get(of), err, c.want)
		}
		again := of
		if err := s.Set(&again, s.Get(of)); err != nil || !reflect.DeepEqual(again, of) {
			t.Errorf("%s=%q is read back as %+v, want %+v: %v", c.name, s.Get(of), again, of, err)
		}
	}
}

func TestSetRefuses(t *testing.T) {
	for _, c := range []struct{ name, value, says string }{
		{"cooldown", "a week", "write 45s, 10m"}, {"cooldown", "-1d", "no length of time"}, {"cooldown", "5000d", "outside of 0 to 3650d"}, {"cooldown", "", "no length"},
		{"cards_per_session", "0", "none for no limit"}, {"cards_per_session", "-1", "1 to 100"}, {"cards_per_session", "1e3", "1 to 100"},
		{"timezone", "Berlin", "did you mean Europe/Berlin?"}, {"timezone", "europe/berlin", "did you mean Europe/Berlin?"}, {"timezone", "new york", "America/New_York"},
		{"timezone", "Europe/Berln", "did you mean Europe/Berlin?"}, {"timezone", "../../etc/passwd", "like Europe/Berlin"}, {"timezone", "Local", "none that is known"}, {"timezone", "", "none that is known"},
		{"quiet_hours", "21-8", "21:00-08:30"}, {"quiet_hours", "25:00-08:00", "no time of a day"}, {"quiet_hours", "22:60-08:00", "no time of a day"}, {"quiet_hours", "08:00-08:00", "pause everything"},
		{"days", "", "at least one"}, {"days", "someday", "no weekday"}, {"clock", "wall", "neither project nor person"}, {"interview_opens", "window", "neither tab nor page"},
		{"max_age", "1s", "outside of 1m to 90d"}, {"max_age", "0", "outside of"}, {"grace", "0", "outside of 1s to 1d"}, {"grace", "2d", "outside of"},
		{"dialog_selector", "a{}", "CSS selector"}, {"dialog_selector", strings.Repeat("a", 501), "up to 500"}, {"dialog_selector", "a\x00", "control characters"},
		{"excluded", "ann,@", "names nobody"}, {"excluded", strings.Repeat("x", 321), "too long"}, {"excluded", numbered(501), "at most 500"},
		{"test_people", numbered(101), "at most 100"},
		{"test_people", "@northdesk.example", "whole domain"}, {"test_people", strings.Repeat("x", 321), "too long"},
	} {
		s, err := ByName(c.name)
		if err != nil {
			t.Fatal(err)
		}
		of := research.Settings{Cooldown: time.Hour}
		err = s.Set(&of, c.value)
		if research.CodeOf(err) != research.Invalid || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), s.Label+": ") {
			t.Errorf("%s=%.40q: %v, want something about %q", c.name, c.value, err, c.says)
		}
		if !reflect.DeepEqual(of, research.Settings{Cooldown: time.Hour}) {
			t.Errorf("%s=%.40q is refused and changed %+v", c.name, c.value, of)
		}
	}
}

func TestSetAll(t *testing.T) {
	have := research.Settings{Timezone: "Asia/Tokyo", ConsentCategory: "Advertising"}
	got, err := SetAll(have, map[string]string{"cooldown": "3d", "days": "mon"})
	if err != nil || got.Cooldown != 3*24*time.Hour || len(got.Pacing.Days) != 1 || got.Timezone != "Asia/Tokyo" || got.ConsentCategory != "Advertising" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := SetAll(have, map[string]string{"cooldown": "3d", "days": "never"}); err == nil || !reflect.DeepEqual(got, have) {
		t.Errorf("one of two was wrong: %+v, %v", got, err)
	}
	if _, err := SetAll(have, map[string]string{"cool_down": "3d"}); err == nil || !strings.Contains(err.Error(), "did you mean cooldown?") {
		t.Errorf("an unknown name: %v", err)
	}
	if again, err := SetAll(got, Values(got)); err != nil || again.Pacing.QuietFrom != got.Pacing.QuietFrom || !reflect.DeepEqual(Values(again), Values(got)) {
		t.Errorf("what is read cannot be written: %+v, %v", again, err)
	}
	for _, zone := range Zones {
		if _, known := research.Zone(zone); !known {
			t.Errorf("%s is offered and not known", zone)
		}
	}
}

// numbered is a list of so many people.
func numbered(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprint("u", i))
	}
	return strings.Join(all, ",")
}
