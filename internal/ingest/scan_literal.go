package ingest

import (
	"encoding/binary"
	"math/bits"
)

// classes of a byte inside a string.
const (
	plain byte = iota
	wide       // past ASCII
	ends       // quote, backslash and controls: somebody has to look
)

var inString = func() (t [256]byte) {
	for c := range t {
		switch {
		case c < 0x20 || c == '"' || c == '\\':
			t[c] = ends
		case c >= 0x80:
			t[c] = wide
		}
	}
	return t
}()

// str goes over a string, standing on its quote.
func (s *scanner) str() {
	b := s.b
	i := s.i + 1
	for {
		i = s.run(i)
		if i >= len(b) || b[i] < 0x20 {
			s.fail()
			return
		}
		if b[i] == '"' {
			s.i = i + 1
			return
		}
		n := escape(b[i:])
		if n == 0 {
			s.fail()
			return
		}
		i += n
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// run goes over what is plain in a string, eight bytes at a time, and is where
// it stopped: at a quote, a backslash, a control, or the end. A byte is found
// where a subtraction borrows from its high bit.
func (s *scanner) run(i int) int {
	b := s.b
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		quote, slash := w^('"'*ones), w^('\\'*ones)
		stop := (w-0x20*ones)&^w | (quote-ones)&^quote | (slash-ones)&^slash
		if stop &= highs; stop != 0 {
			// The lowest bit found is a true one; those above may be borrowed.
			n := bits.TrailingZeros64(stop) >> 3
			s.wide = s.wide || w&(1<<(8*n)-1)&highs != 0
			return i + n
		}
		s.wide = s.wide || w&highs != 0
		i += 8
	}
	for i < len(b) && inString[b[i]] != ends {
		s.wide = s.wide || inString[b[i]] == wide
		i++
	}
	return i
}

// escape is the length of the escape that b begins with, 0 where it is none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) >= 6 && hex4(b[2:6]) {
			return 6
		}
	}
	return 0
}

func hex4(b []byte) bool {
	for _, c := range b {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

// number goes over a number, standing on its first byte.
func (s *scanner) number() {
	if s.b[s.i] == '-' {
		s.i++
	}
	if s.i < len(s.b) && s.b[s.i] == '0' {
		s.i++
	} else if !s.digits() {
		return
	}
	if s.i < len(s.b) && s.b[s.i] == '.' {
		s.i++
		s.digits()
	}
	if s.i < len(s.b) && s.b[s.i]|0x20 == 'e' {
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		s.digits()
	}
}

// digits goes over at least one digit.
func (s *scanner) digits() bool {
	start := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > start || s.fail()
}

// word goes over true, false or null.
func (s *scanner) word() {
	rest := s.b[s.i:]
	for _, w := range [...]string{"true", "false", "null"} {
		if len(rest) >= len(w) && string(rest[:len(w)]) == w {
			s.i += len(w)
			return
		}
	}
	s.fail()
}
