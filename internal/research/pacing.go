package research

import (
	"encoding/json"
	"slices"
	"time"
)

// Pacing is when a project's invites may be shown or sent. Its zero value is: at
// any time. It holds what is reserved already; who is invited it does not decide.
type Pacing struct {
	// Quiet hours begin at QuietFrom and end at QuietTo, minutes after midnight by
	// the wall clock. They may pass midnight; where both are equal there are none.
	QuietFrom, QuietTo int
	Days               []time.Weekday // on which people are asked; none: on all
	PersonZone         bool           // by the clock of the person, where that is known
}

// Next is the earliest moment from now on at which an invite may be shown or sent
// to somebody of that time zone, an IANA name: now itself where nothing holds it.
// A zone that is not known, or not to be looked at, counts as the project's.
// Whether everything is paused is another question: see Project.Paused.
func (s Settings) Next(zone string, now time.Time) time.Time {
	return s.Pacing.next(s.zone(zone), now)
}

// zone is whose clock counts.
func (s Settings) zone(person string) *time.Location {
	if s.Pacing.PersonZone {
		if z, known := Zone(person); known {
			return z
		}
	}
	return s.Location()
}

// Location is the project's own time zone.
func (s Settings) Location() *time.Location { return ZoneOrUTC(s.Timezone) }

// next goes from one change of the wall clock's meaning to the next: midnight, the
// end of quiet hours, or a clock that is put forward or back.
func (p Pacing) next(zone *time.Location, now time.Time) time.Time {
	at := now.In(zone)
	for range 3 * 8 { // in a week each day has two changes, and the clock one or two
		if !p.holds(at) {
			return at.In(now.Location())
		}
		at = p.change(at)
	}
	return now // it cannot be: some day of every week is one of Days
}

// holds tells whether nobody is asked at a time, on the clock of its zone.
func (p Pacing) holds(at time.Time) bool {
	if len(p.Days) > 0 && !slices.Contains(p.Days, at.Weekday()) {
		return true
	}
	minute := at.Hour()*60 + at.Minute()
	if p.QuietFrom <= p.QuietTo {
		return p.QuietFrom <= minute && minute < p.QuietTo
	}
	return minute >= p.QuietFrom || minute < p.QuietTo
}

const dayMinutes = 24 * 60

// change is the next time at which holds may answer otherwise. As long as the
// zone's offset stays, the wall clock runs evenly.
func (p Pacing) change(at time.Time) time.Time {
	midnight := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute +
		time.Duration(at.Second())*time.Second + time.Duration(at.Nanosecond())
	begun := at.Add(-midnight)
	next := begun.Add(dayMinutes * time.Minute)
	if end := begun.Add(time.Duration(p.QuietTo) * time.Minute); end.After(at) && end.Before(next) {
		next = end
	}
	if _, shift := at.ZoneBounds(); !shift.IsZero() && shift.Before(next) {
		return shift
	}
	return next
}

// ZoneTrait is the trait that says which time zone somebody lives in, as an IANA
// name.
const ZoneTrait = "timezone"

// ZoneOf is the time zone that a JSON value names; "" where it names none.
func ZoneOf(value json.RawMessage) string {
	var name string
	if json.Unmarshal(value, &name) != nil {
		return ""
	}
	if _, known := Zone(name); !known {
		return ""
	}
	return name
}
