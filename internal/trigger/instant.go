package trigger

import (
	"regexp"
	"strings"
	"time"
)

var (
	dateForm    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	instantForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[-+]\d{2}:\d{2})$`)
)

// parseInstant reads an RFC 3339 time, or a date as its midnight UTC.
func parseInstant(s string) (time.Time, bool) {
	if len(s) > 64 {
		return time.Time{}, false
	}
	layout := time.RFC3339Nano
	if dateForm.MatchString(s) {
		layout = time.DateOnly
	} else if !instantForm.MatchString(s) { // time.Parse is more liberal than RFC 3339
		return time.Time{}, false
	}
	t, err := time.Parse(layout, strings.ToUpper(s))
	return t, err == nil
}

// instant is the operand of a comparison of times: a fixed time, or one that
// is relative to now.
type instant struct {
	relative bool
	at       time.Time     // of a fixed one
	offset   time.Duration // of a relative one
}

// parseOperand reads what parseInstant reads, now, now-7d and now+1h.
func parseOperand(s string) (instant, bool) {
	offset, isNow := strings.CutPrefix(s, "now")
	if !isNow {
		at, ok := parseInstant(s)
		return instant{at: at}, ok
	}
	if offset == "" {
		return instant{relative: true}, true
	}
	d, err := parseDuration(offset[1:])
	if err != nil || offset[0] != '-' && offset[0] != '+' {
		return instant{}, false
	}
	if offset[0] == '-' {
		d = -d
	}
	return instant{relative: true, offset: d}, true
}

func (i instant) time(now time.Time) time.Time {
	if i.relative {
		return now.Add(i.offset)
	}
	return i.at
}
