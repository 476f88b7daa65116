package trigger

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// KeyFor is a key made of a name: its letters and digits, marks taken off, with
// dashes between them. The nth of that name, from 2 on, has a number behind it.
func KeyFor(name string, n int) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteByte('-')
		}
	}
	words := strings.FieldsFunc(b.String(), func(r rune) bool { return r == '-' })
	key := strings.Join(words, "-")
	if len(key) > 56 {
		key = strings.TrimRight(key[:56], "-")
	}
	if key == "" {
		key = "unnamed"
	}
	if n > 1 {
		key += "-" + strconv.Itoa(n)
	}
	return key
}
