package ingest

import "strings"

// What is told of a refused body: enough to see what was sent, and no value.
const (
	maxNames    = 20 // keys
	maxNameShow = 40 // characters of a key
)

// Names is the top-level keys of a body, or of its first element, for the
// set-up page. It is nil where the body cannot be read so far.
func Names(body []byte) (names []string) {
	s := scanner{b: body}
	collect := func(s *scanner, name []byte) {
		if s.value(); !s.bad {
			names = append(names, shown(name))
		}
		s.bad = s.bad || len(names) == maxNames // the rest is of no interest
	}
	if s.peek() == '[' {
		s.i++
	}
	if s.peek() == '{' {
		s.object(collect)
	}
	return names
}

func shown(name []byte) string {
	return clean(cut(strings.ToValidUTF8(text(name), "\uFFFD"), maxNameShow))
}
