package research

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// zones keeps the time zones that were asked for, since each is a file. There are
// some hundred; whatever a stranger may call one on some file system, no more than
// mostZones are kept.
var (
	zones     sync.Map
	zonesKept atomic.Int32
)

const (
	mostZones   = 2000
	longestZone = 64 // characters of a name
)

// Zone is the time zone of an IANA name, like Europe/Berlin. The name may come
// from outside: one that is unknown, is no name at all, or means the machine's own
// zone is not known.
func Zone(name string) (zone *time.Location, known bool) {
	if !zoneName(name) {
		return nil, false
	}
	if z, kept := zones.Load(name); kept {
		return z.(*time.Location), true
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	if zonesKept.Add(1) <= mostZones {
		zones.Store(name, z)
	}
	return z, true
}

// ZoneOrUTC is the time zone of a name, UTC where it is not known.
func ZoneOrUTC(name string) *time.Location {
	if z, known := Zone(name); known {
		return z
	}
	return time.UTC
}

// zoneName tells whether a text has the form of a zone's name: it becomes part of
// a path.
func zoneName(s string) bool {
	if s == "" || s == "Local" || len(s) > longestZone || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("/_+-", r)
	})
}
