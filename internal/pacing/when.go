package pacing

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

func getZone(s *research.Settings) string {
	if s.Timezone == "" {
		return "UTC"
	}
	return s.Timezone
}

func setZone(s *research.Settings, value string) error {
	if value == "default" {
		value = "UTC"
	}
	if _, known := research.Zone(value); !known {
		return research.Errorf(research.Invalid, "Time zone: %q is none that is known here%s", short(value), zoneMeant(value))
	}
	if value == "UTC" {
		value = ""
	}
	s.Timezone = value
	return nil
}

// zoneMeant is the zone that somebody probably meant who wrote a city, or misspelt
// one.
func zoneMeant(value string) string {
	for _, zone := range Zones {
		if city := zone[strings.LastIndexByte(zone, '/')+1:]; strings.EqualFold(city, strings.ReplaceAll(value, " ", "_")) || strings.EqualFold(zone, value) {
			return "; did you mean " + zone + "?"
		}
	}
	if near := trigger.Nearest(value, Zones); near != "" {
		return "; did you mean " + near + "?"
	}
	return ". Write its name in the time zone database, like Europe/Berlin."
}

// Zones is time zones to pick from. Any other of the database can be written too.
var Zones = []string{"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Argentina/Buenos_Aires", "America/Bogota",
	"America/Chicago", "America/Denver", "America/Halifax", "America/Lima", "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Phoenix",
	"America/Santiago", "America/Sao_Paulo", "America/Toronto", "America/Vancouver", "Asia/Bangkok", "Asia/Dhaka", "Asia/Dubai", "Asia/Hong_Kong",
	"Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata", "Asia/Manila", "Asia/Riyadh", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore",
	"Asia/Taipei", "Asia/Tehran", "Asia/Tokyo", "Australia/Adelaide", "Australia/Brisbane", "Australia/Melbourne", "Australia/Perth", "Australia/Sydney",
	"Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Brussels", "Europe/Bucharest", "Europe/Copenhagen", "Europe/Dublin", "Europe/Helsinki",
	"Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Oslo", "Europe/Paris", "Europe/Prague", "Europe/Rome",
	"Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland", "Pacific/Honolulu"}

func getQuiet(s *research.Settings) string {
	from, to := s.Pacing.QuietFrom, s.Pacing.QuietTo
	if from == to {
		return "none"
	}
	return Clock(from) + "-" + Clock(to)
}

// Clock is minutes after midnight as 24-hour time.
func Clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

var quietHours = regexp.MustCompile(`^(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})$`)

func setQuiet(s *research.Settings, value string) error {
	if value == "none" || value == "default" || value == "" {
		s.Pacing.QuietFrom, s.Pacing.QuietTo = 0, 0
		return nil
	}
	m := quietHours.FindStringSubmatch(value)
	if m == nil {
		return research.Errorf(research.Invalid, "Quiet hours: %q is not from when to when. Write 21:00-08:30, or none.", short(value))
	}
	from, to := minutesOf(m[1], m[2]), minutesOf(m[3], m[4])
	if from < 0 || to < 0 {
		return research.Errorf(research.Invalid, "Quiet hours: %q is no time of a day. Write 21:00-08:30, or none.", short(value))
	}
	if from == to {
		return research.Errorf(research.Invalid, "Quiet hours: they begin and end at the same time. Write none for none; to ask nobody at all, pause everything.")
	}
	s.Pacing.QuietFrom, s.Pacing.QuietTo = from, to
	return nil
}

// minutesOf is a time of day, -1 where it is none; 24:00 is midnight.
func minutesOf(hour, minute string) int {
	h, _ := strconv.Atoi(hour) // two digits, as the pattern says
	m, _ := strconv.Atoi(minute)
	if h > 24 || m > 59 || h == 24 && m > 0 {
		return -1
	}
	return h%24*60 + m
}

// Week is the weekdays in order, and what they are called.
var Week = []struct {
	Day         time.Weekday
	Short, Name string
}{{time.Monday, "mon", "Monday"}, {time.Tuesday, "tue", "Tuesday"}, {time.Wednesday, "wed", "Wednesday"}, {time.Thursday, "thu", "Thursday"},
	{time.Friday, "fri", "Friday"}, {time.Saturday, "sat", "Saturday"}, {time.Sunday, "sun", "Sunday"}}

func getDays(s *research.Settings) string {
	if len(s.Pacing.Days) == 0 {
		return "all"
	}
	var days []string
	for _, d := range Week {
		if slices.Contains(s.Pacing.Days, d.Day) {
			days = append(days, d.Short)
		}
	}
	return strings.Join(days, ",")
}

func setDays(s *research.Settings, value string) error {
	if value == "all" || value == "default" {
		s.Pacing.Days = nil
		return nil
	}
	var days []time.Weekday
	for _, word := range strings.FieldsFunc(strings.ToLower(value), func(r rune) bool { return r == ',' || r == ' ' }) {
		d, ok := dayOf(word)
		if !ok {
			return research.Errorf(research.Invalid, "Days: %q is no weekday. Write mon,tue,wed,thu,fri,sat,sun, some of them, or all.", short(word))
		}
		if !slices.Contains(days, d) {
			days = append(days, d)
		}
	}
	if len(days) == 0 {
		return research.Errorf(research.Invalid, "Days: there is none left. Choose at least one; to ask nobody at all, pause everything.")
	}
	if len(days) == len(Week) {
		days = nil
	}
	slices.Sort(days)
	s.Pacing.Days = days
	return nil
}

func dayOf(word string) (time.Weekday, bool) {
	for _, d := range Week {
		if word == d.Short || word == strings.ToLower(d.Name) {
			return d.Day, true
		}
	}
	return 0, false
}

func getClock(s *research.Settings) string {
	if s.Pacing.PersonZone {
		return "person"
	}
	return "project"
}

func setClock(s *research.Settings, value string) error {
	switch value {
	case "person", "project", "default":
		s.Pacing.PersonZone = value == "person"
		return nil
	}
	return research.Errorf(research.Invalid, "By whose clock: %q is neither project nor person.", short(value))
}
