package ingest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"unicode/utf8"

	"github.com/usercall/usercall/internal/research"
)

// Unpack is the text of a file of messages: gzip is known by its first bytes,
// whatever the file is called. Whatever else is wrong with it, its first line tells.
func Unpack(in *bufio.Reader) (io.Reader, error) {
	if first, err := in.Peek(2); err != nil || first[0] != 0x1f || first[1] != 0x8b {
		return in, nil
	}
	packed, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	return packed, nil
}

// DecodeLine reads one line of a file of messages: one message, of the type that
// it names. A line that cannot be read is an Invalid error; an unusable message
// is counted in Dropped. Nothing of the line is kept, so its memory can be used
// again.
func DecodeLine(line []byte, o Origin) (*Request, error) {
	if line = bytes.Clone(line); !utf8.Valid(line) {
		line = bytes.ToValidUTF8(line, []byte("\uFFFD"))
	}
	s, m := scanner{b: line}, message{}
	s.message(&m, nil)
	switch {
	case s.deep:
		return nil, errDeep
	case !s.end():
		return nil, research.Errorf(research.Invalid, "The line is not a JSON object.")
	}
	r := &Request{Count: 1}
	if len(m.all) > MaxEvent {
		r.drop(TooLarge)
		return r, nil
	}
	kind := eventType(m.field[fType])
	if m.field[fType] == nil {
		kind = o.DefaultType
	}
	r.add(&m, kind, &o)
	return r.done(nil, o), nil
}
