package trigger

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// maxDuration keeps sums of durations far from overflow.
const maxDuration = 36500 * day

var units = []struct {
	letter byte
	length time.Duration
}{{'w', 7 * day}, {'d', day}, {'h', time.Hour}, {'m', time.Minute}, {'s', time.Second}}

// parseDuration reads an integer and one of s m h d w, or several: "1d12h". A
// day is 24 hours.
func parseDuration(s string) (time.Duration, error) {
	wrong := errors.New(quoted(s) + " is no length of time; write 45s, 10m, 24h, 30d, 2w or 1d12h")
	var sum time.Duration
	for rest := s; rest != "" || s == ""; {
		i := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if i < 1 {
			return 0, wrong
		}
		n, err := strconv.ParseInt(rest[:i], 10, 64)
		unit := unitOf(rest[i])
		if unit == 0 || err != nil && !errors.Is(err, strconv.ErrRange) {
			return 0, wrong
		}
		if err != nil || n > int64(maxDuration/unit) || sum+time.Duration(n)*unit > maxDuration {
			return 0, errors.New(quoted(s) + " is more than 100 years")
		}
		sum += time.Duration(n) * unit
		rest = rest[i+1:]
	}
	return sum, nil
}

func unitOf(letter byte) time.Duration {
	for _, u := range units {
		if u.letter == letter {
			return u.length
		}
	}
	return 0
}

// formatDuration writes d, whole seconds, as parseDuration reads it. Weeks are
// written as days: 30d and 7d stand beside each other more often than 1w.
func formatDuration(d time.Duration) string {
	var b strings.Builder
	for _, u := range units[1:] {
		if n := d / u.length; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10))
			b.WriteByte(u.letter)
			d -= n * u.length
		}
	}
	if b.Len() == 0 {
		return "0"
	}
	return b.String()
}

// ParseDuration reads a length of time of the language; "0" is none.
func ParseDuration(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	return parseDuration(s)
}

// FormatDuration writes whole seconds as ParseDuration reads them.
func FormatDuration(d time.Duration) string { return formatDuration(d) }
