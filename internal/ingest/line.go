package ingest

import (
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/usercall/usercall/internal/research"
)

// DecodeLine reads one line of a file of messages: one message, of the type that
// it names. A line that cannot be read is an Invalid error; an unusable message
// is counted in Dropped.
func DecodeLine(line []byte, o Origin) (*Request, error) {
	if !utf8.Valid(line) {
		line = []byte(strings.ToValidUTF8(string(line), "\uFFFD"))
	}
	if err := checkDepth(line); err != nil {
		return nil, err
	}
	var w wire
	if err := json.Unmarshal(line, &w, options); err != nil || jsontext.Value(line).Kind() != '{' {
		return nil, research.Errorf(research.Invalid, "The line is not a JSON object.")
	}
	req := &Request{Dropped: map[Reason]int{}}
	if len(line) > MaxEvent {
		req.Dropped[TooLarge]++
		return req, nil
	}
	kind := research.EventType(text(w.Type))
	if len(w.Type) == 0 {
		kind = o.DefaultType
	}
	req.add(w, kind, o, clock{})
	return req, nil
}
