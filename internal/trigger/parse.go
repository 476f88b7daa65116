package trigger

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Parse reads a study file, YAML 1.2 or JSON. Its error is a *FileError with
// everything that is wrong.
func Parse(src []byte) (*File, error) {
	root, problem := readTree(src)
	if problem != nil {
		return nil, &FileError{Problems: []Problem{*problem}}
	}
	r := &reader{}
	f := r.file(root)
	if len(r.problems) > 0 {
		return nil, r.err()
	}
	return f, nil
}

func readTree(src []byte) (*node, *Problem) {
	if len(src) > maxFile {
		return nil, &Problem{Message: fmt.Sprintf("the file is larger than %d KiB", maxFile>>10)}
	}
	if !utf8.Valid(src) {
		return nil, &Problem{Message: "the file is not UTF-8"}
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	if !looksLikeJSON(src) {
		return readYAML(src)
	}
	root, problem := readJSON(src)
	if problem == nil {
		return root, nil
	}
	// A flow mapping of YAML may look the same.
	if root, other := readYAML(src); other == nil {
		return root, nil
	}
	return nil, problem
}

// looksLikeJSON tells a JSON object from YAML by its first key, which JSON
// quotes.
func looksLikeJSON(src []byte) bool {
	inside, isObject := bytes.CutPrefix(bytes.TrimLeft(src, jsonSpace), []byte("{"))
	inside = bytes.TrimLeft(inside, jsonSpace)
	return isObject && len(inside) > 0 && (inside[0] == '"' || inside[0] == '}')
}

// reader gathers the problems of a file while it is read. It never stops at the
// first: whoever fixes a file wants to know all of it.
type reader struct {
	problems []Problem
}

func (r *reader) err() error {
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return a.Line - b.Line })
	return &FileError{Problems: r.problems}
}

func (r *reader) problem(line int, key, format string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{Line: line, Key: key, Message: fmt.Sprintf(format, args...)})
	}
}

// field is a value in a file, and how to speak of it.
type field struct {
	*node
	key    string // path of the key: "triggers[0].on.event"
	called string // its name in messages: "event"
	place  string // where it stands, for messages: ` in on of trigger "abandoned"`, or ""
}

// wrong reports a problem of the field's value.
func (r *reader) wrong(f field, format string, args ...any) {
	r.problem(f.line, f.key, "%s%s: %s", f.called, f.place, fmt.Sprintf(format, args...))
}

// fields is the entries of an object by key, after those that should not be
// there are reported. It is nil where the value is no object.
func (r *reader) fields(f field, place string, known ...string) map[string]field {
	if f.kind != object {
		r.wrong(f, "needs a map of %s, not %s", listed(known, "and"), f.kind)
		return nil
	}
	out := make(map[string]field, len(f.items))
	for i, n := range f.names {
		key := f.below(n.text)
		if first, twice := out[n.text]; twice {
			r.problem(n.line, key, "%s stands twice%s; the first is in line %d", quoted(n.text), place, first.line)
			continue
		}
		out[n.text] = field{f.items[i], key, n.text, place}
		if !slices.Contains(known, n.text) {
			r.problem(n.line, key, "unknown key %s%s%s", quoted(n.text), place, meant(n.text, known))
		}
	}
	return out
}

func (f field) below(key string) string {
	if f.key == "" {
		return key
	}
	return f.key + "." + key
}

// required is one of the fields of an object, reported where it is left out.
func (r *reader) required(of field, in map[string]field, key, place string) (field, bool) {
	f, ok := in[key]
	if !ok && in != nil {
		r.problem(of.line, of.below(key), "%s is missing%s", key, place)
	}
	return f, ok
}

// each calls read for every element of a list, with a name for it.
func (r *reader) each(f field, most int, read func(field)) {
	if f.kind != list {
		r.wrong(f, "needs a list, not %s", f.kind)
		return
	}
	if len(f.items) > most {
		r.wrong(f, "has %d entries; at most %d are allowed", len(f.items), most)
		return
	}
	for i, n := range f.items {
		read(field{n, fmt.Sprintf("%s[%d]", f.key, i), fmt.Sprintf("%s[%d]", f.called, i), f.place})
	}
}
