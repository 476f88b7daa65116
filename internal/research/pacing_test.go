package research

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tables below must not depend on the machine
)

func clock(hour, minute int) int { return hour*60 + minute }

var workdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}

func TestNext(t *testing.T) {
	night := Pacing{QuietFrom: clock(21, 0), QuietTo: clock(8, 30)}
	for _, c := range []struct {
		name      string
		pacing    Pacing
		zone      string
		now, want string // want "": now
	}{
		{"nothing set", Pacing{}, "Europe/Berlin", "2026-11-26T03:00:00Z", ""},
		{"equal is none", Pacing{QuietFrom: 600, QuietTo: 600}, "Europe/Berlin", "2026-11-26T09:00:00Z", ""},
		{"by day", night, "Europe/Berlin", "2026-11-26T12:00:00+01:00", ""},
		{"the minute it begins", night, "Europe/Berlin", "2026-11-26T21:00:00+01:00", "2026-11-27T08:30:00+01:00"},
		{"the moment before", night, "Europe/Berlin", "2026-11-26T20:59:59.999+01:00", ""},
		{"after midnight", night, "Europe/Berlin", "2026-11-27T03:14:15.5+01:00", "2026-11-27T08:30:00+01:00"},
		{"the minute it ends", night, "Europe/Berlin", "2026-11-27T08:30:00+01:00", ""},
		{"within a day", Pacing{QuietFrom: clock(12, 0), QuietTo: clock(13, 0)}, "UTC", "2026-11-26T12:20:00Z", "2026-11-26T13:00:00Z"},
		{"half an hour off", night, "Asia/Kolkata", "2026-11-26T17:00:00Z", "2026-11-27T03:00:00Z"},
		{"Friday evening to Monday", Pacing{QuietFrom: clock(18, 0), QuietTo: clock(9, 0), Days: workdays}, "America/New_York", "2026-11-27T19:00:00-05:00", "2026-11-30T09:00:00-05:00"},
		{"Saturday", Pacing{Days: workdays}, "America/New_York", "2026-11-28T12:00:00-05:00", "2026-11-30T00:00:00-05:00"},
		{"still Friday there", Pacing{Days: workdays}, "America/New_York", "2026-11-28T04:59:00Z", ""},
		{"already Saturday there", Pacing{Days: workdays}, "Asia/Kolkata", "2026-11-27T18:30:00Z", "2026-11-29T18:30:00Z"},
		{"one day a week", Pacing{Days: []time.Weekday{time.Tuesday}, QuietFrom: clock(0, 0), QuietTo: clock(10, 0)}, "UTC", "2026-11-25T00:00:00Z", "2026-11-25T00:00:00Z+6d10h"},
		// Clocks in Berlin go from 02:00 to 03:00 on 29 March and from 03:00 to 02:00 on 25 October.
		{"forward: an hour is missing", night, "Europe/Berlin", "2026-03-28T22:00:00+01:00", "2026-03-29T08:30:00+02:00"},
		{"forward: its end is missing", Pacing{QuietFrom: clock(22, 0), QuietTo: clock(2, 30)}, "Europe/Berlin", "2026-03-29T01:10:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"back: an hour more", night, "Europe/Berlin", "2026-10-24T22:00:00+02:00", "2026-10-25T08:30:00+01:00"},
		{"back: its end comes twice, the first", Pacing{QuietFrom: clock(22, 0), QuietTo: clock(2, 30)}, "Europe/Berlin", "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+02:00"},
		{"back: its end comes twice, again", Pacing{QuietFrom: clock(22, 0), QuietTo: clock(2, 30)}, "Europe/Berlin", "2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+01:00"},
		{"New York forward", Pacing{QuietFrom: clock(20, 0), QuietTo: clock(7, 0)}, "America/New_York", "2026-03-07T23:00:00-05:00", "2026-03-08T07:00:00-04:00"},
		{"New York back", Pacing{QuietFrom: clock(20, 0), QuietTo: clock(7, 0)}, "America/New_York", "2026-10-31T23:00:00-04:00", "2026-11-01T07:00:00-05:00"},
		// Lord Howe Island moves by half an hour, between +10:30 and +11:00.
		{"Lord Howe back", night, "Australia/Lord_Howe", "2026-04-04T23:00:00+11:00", "2026-04-05T08:30:00+10:30"},
		{"Lord Howe forward", night, "Australia/Lord_Howe", "2026-10-03T23:00:00+10:30", "2026-10-04T08:30:00+11:00"},
		// Samoa had no 30 December 2011.
		{"a day is missing", Pacing{Days: []time.Weekday{time.Saturday}}, "Pacific/Apia", "2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00"},
	} {
		now, want := at(t, c.now), at(t, c.now)
		if c.want != "" {
			want = at(t, c.want)
		}
		s := Settings{Timezone: c.zone, Pacing: c.pacing}
		if got := s.Next("", now); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
	}
}

// at reads a time, perhaps with days and hours to add: 2026-11-24T00:00:00Z+6d10h.
func at(t *testing.T, s string) time.Time {
	t.Helper()
	var days, hours int
	if moment, more, added := strings.Cut(s, "Z+"); added {
		if _, err := fmt.Sscanf(more, "%dd%dh", &days, &hours); err != nil {
			t.Fatal(err)
		}
		s = moment + "Z"
	}
	out, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return out.Add(time.Duration(24*days+hours) * time.Hour)
}

// TestNextIsTheFirst compares with looking at every minute, around days on which
// clocks are changed.
func TestNextIsTheFirst(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 9))
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "America/Santiago"} {
		zone, known := Zone(name)
		if !known {
			t.Fatal(name)
		}
		for range 60 {
			p := Pacing{QuietFrom: r.IntN(dayMinutes), QuietTo: r.IntN(dayMinutes)}
			for day := time.Sunday; day <= time.Saturday; day++ {
				if r.IntN(3) > 0 {
					p.Days = append(p.Days, day)
				}
			}
			now := time.Date(2026, 1, 1, 0, r.IntN(366*dayMinutes), 0, 0, time.UTC)
			if _, shift := now.In(zone).ZoneBounds(); !shift.IsZero() && r.IntN(2) == 0 {
				now = shift.Add(-time.Duration(r.IntN(3*dayMinutes)) * time.Minute)
			}
			want := now.In(zone)
			for p.holds(want) {
				want = want.Add(time.Minute)
			}
			if got := p.next(zone, now); !got.Equal(want) {
				t.Errorf("%s, %+v, %s: %s, want %s", name, p, now.In(zone), got.In(zone), want)
			}
		}
	}
}

func TestWhoseClock(t *testing.T) {
	now := at(t, "2026-11-26T20:00:00Z") // 21:00 in Berlin, 15:00 in New York
	s := Settings{Timezone: "Europe/Berlin", Pacing: Pacing{QuietFrom: clock(20, 30), QuietTo: clock(8, 0)}}
	project := at(t, "2026-11-27T08:00:00+01:00")
	if got := s.Next("America/New_York", now); !got.Equal(project) {
		t.Errorf("the person's clock counts, which was not asked for: %s", got)
	}
	s.Pacing.PersonZone = true
	if got := s.Next("America/New_York", now); !got.Equal(now) {
		t.Errorf("the person's clock does not count: %s", got)
	}
	for _, hostile := range []string{"", "Local", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe/Berlin\x00", "europe/berlin", strings.Repeat("A", 1<<16), "UTC\n", "A/../Europe/Berlin"} {
		if got := s.Next(hostile, now); !got.Equal(project) {
			t.Errorf("%.40q is taken for a zone: %s", hostile, got)
		}
	}
	s.Timezone = "Nowhere"
	if got := s.Next("", now); !got.Equal(now) {
		t.Errorf("a project's zone that is not known is not UTC: %s", got)
	}
}

func TestZoneOf(t *testing.T) {
	for value, want := range map[string]string{`"Asia/Tokyo"`: "Asia/Tokyo", `"Asia/Atlantis"`: "", `7`: "", `null`: "", `{"zone":"Asia/Tokyo"}`: "", ``: "", `"Local"`: ""} {
		if got := ZoneOf([]byte(value)); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}
