package trigger

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// readJSON reads a study file written as JSON. YAML's syntax nearly covers it,
// but not surrogate pairs nor tabs, so it has a reader of its own.
func readJSON(src []byte) (*node, *Problem) {
	r := &jsonReader{src: src, dec: json.NewDecoder(bytes.NewReader(src)), at: 1}
	r.dec.UseNumber()
	n, p := r.value(1)
	if p != nil {
		return nil, p
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, &Problem{Line: r.line(), Message: "something follows the end of the JSON"}
	}
	return n, nil
}

type jsonReader struct {
	budget
	src  []byte
	dec  *json.Decoder
	seen int // bytes of src whose lines are in at
	at   int
}

// line is where the decoder stands. Lines are counted once each.
func (r *jsonReader) line() int {
	to := min(int(r.dec.InputOffset()), len(r.src))
	if to > r.seen {
		r.at += bytes.Count(r.src[r.seen:to], []byte("\n"))
		r.seen = to
	}
	return r.at
}

func (r *jsonReader) value(depth int) (*node, *Problem) {
	token, err := r.dec.Token()
	line := r.line()
	if err != nil {
		return nil, &Problem{Line: line, Message: "this is no JSON: " + err.Error()}
	}
	if p := r.take(line, depth); p != nil {
		return nil, p
	}
	switch t := token.(type) {
	case json.Delim:
		return r.inside(&node{line: line, kind: map[json.Delim]kind{'{': object, '[': list}[t]}, depth)
	case string:
		return &node{line: line, kind: text, text: t}, nil
	case json.Number:
		return &node{line: line, kind: number, text: t.String()}, nil
	case bool:
		return &node{line: line, kind: boolean, text: map[bool]string{true: "true", false: "false"}[t]}, nil
	}
	return &node{line: line}, nil
}

func (r *jsonReader) inside(n *node, depth int) (*node, *Problem) {
	for r.dec.More() {
		if n.kind == object {
			key, err := r.dec.Token()
			if err != nil {
				return nil, &Problem{Line: r.line(), Message: "this is no JSON: " + err.Error()}
			}
			n.names = append(n.names, name{key.(string), r.line()})
		}
		v, p := r.value(depth + 1)
		if p != nil {
			return nil, p
		}
		n.items = append(n.items, v)
	}
	if _, err := r.dec.Token(); err != nil {
		return nil, &Problem{Line: r.line(), Message: "this is no JSON: " + err.Error()}
	}
	return n, nil
}
