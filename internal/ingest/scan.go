package ingest

import "github.com/go-json-experiment/json/jsontext"

// raw is the text of one JSON value as it came, without the white space around
// it; nil is absence.
type raw = jsontext.Value

// scanner goes over JSON once, byte by byte, and answers where values are. It
// accepts exactly what RFC 8259 calls JSON, down to maxDepth. After the first
// mistake every method answers at once and bad stays true.
//
// It is written by hand because it is on the way of every event: a general
// decoder looks at each byte once to find where a value ends and again for
// every level that is taken apart. See docs/adr/0007-json-decoder.md.
type scanner struct {
	b     []byte
	i     int // of the next byte
	depth int
	bad   bool
	deep  bool // it was refused for its depth
	wide  bool // a string held a byte past ASCII, so UTF-8 has to be checked
}

var isSpace = [256]bool{' ': true, '\t': true, '\n': true, '\r': true}

func (s *scanner) fail() bool {
	s.bad = true
	return false
}

func (s *scanner) space() {
	for s.i < len(s.b) && isSpace[s.b[s.i]] {
		s.i++
	}
}

// peek is the next byte that is not white space, 0 at the end.
func (s *scanner) peek() byte {
	if s.i < len(s.b) && s.b[s.i] > ' ' {
		return s.b[s.i]
	}
	s.space()
	if s.i == len(s.b) {
		return 0
	}
	return s.b[s.i]
}

// take goes over c, if that is what comes next.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.i++
	return true
}

// value goes over the next value and is its text.
func (s *scanner) value() raw {
	c := s.peek()
	start := s.i
	switch {
	case c == '"':
		s.str()
	case c == '{':
		s.object(skip)
	case c == '[':
		s.array(nil)
	case c == '-' || c >= '0' && c <= '9':
		s.number()
	default:
		s.word()
	}
	if s.bad {
		return nil
	}
	return raw(s.b[start:s.i])
}

func skip(s *scanner, _ []byte) { s.value() }

// object goes over an object. At each member it stands on the value and calls
// member with the name's text, quotes included; member has to go over the value.
func (s *scanner) object(member func(s *scanner, name []byte)) {
	if !s.open('{') || s.empty('}') {
		return
	}
	for more := true; more; more = s.more('}') {
		if s.peek() != '"' {
			s.fail()
			return
		}
		start := s.i
		s.str()
		end := s.i
		if s.bad || !s.take(':') {
			s.fail()
			return
		}
		member(s, s.b[start:end])
	}
}

// array goes over an array. At each element it calls element, which has to go
// over it; nil goes over all.
func (s *scanner) array(element func(s *scanner)) {
	if !s.open('[') || s.empty(']') {
		return
	}
	for more := true; more; more = s.more(']') {
		if element == nil {
			s.value()
		} else {
			element(s)
		}
	}
}

func (s *scanner) open(c byte) bool {
	if !s.take(c) {
		return s.fail()
	}
	if s.depth++; s.depth > maxDepth {
		s.deep = true
		return s.fail()
	}
	return true
}

// empty tells whether what was opened is closed at once.
func (s *scanner) empty(end byte) bool {
	if !s.take(end) {
		return false
	}
	s.depth--
	return true
}

// more tells whether a comma follows, and not the end.
func (s *scanner) more(end byte) bool {
	c := s.peek()
	if s.bad || c != ',' && c != end {
		return s.fail()
	}
	s.i++
	if c == end {
		s.depth--
	}
	return c == ','
}

// end tells whether all was read and was right.
func (s *scanner) end() bool { return !s.bad && s.peek() == 0 && s.i == len(s.b) }
