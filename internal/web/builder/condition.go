package builder

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/trigger"
)

// condition writes lines as a map from paths to tests; nil where there are none. A
// bare name is taken to be below root.
func (w *writer) condition(key, field string, terms []Term, root string) []byte {
	out := w.terms(key, field, terms, root, false)
	if len(terms) == 0 {
		return nil
	}
	return out.orNone()
}

func (w *writer) terms(key, field string, terms []Term, root string, inside bool) *object {
	o := w.object(key, field)
	done := make([]bool, len(terms))
	for i := range terms {
		t, at := &terms[i], indexed(field, i)
		switch {
		case done[i]:
		case t.Join != "":
			o.put(t.Join, at, w.join(key+"."+t.Join, at, t, root))
		case t.empty() && inside:
			w.refuse(at+".path", "This condition is empty. Fill it in, or remove it.")
		case t.empty():
		case t.Path == "":
			w.refuse(at+".path", "Which value is looked at? Write its path, such as properties.plan.")
		default:
			path := rooted(t.Path, root)
			o.put(path, at+".path", w.tests(key+"."+path, field, terms, i, root, done))
		}
	}
	return o
}

func (t *Term) empty() bool { return t.Path == "" && strings.TrimSpace(t.Value) == "" }

// rooted puts the root in front of a bare name.
func rooted(path, root string) string {
	if root == "" || strings.ContainsAny(path, ".[") || slices.Contains([]string{"properties", "traits", "context", "email", "group"}, path) {
		return path
	}
	return root + "." + path
}

func (w *writer) join(key, field string, t *Term, root string) []byte {
	w.know(key, field)
	if t.Join == "not" && len(t.Of) == 1 {
		return w.terms(key, indexed(field, 0), t.Of[0].Terms, root, true).json()
	}
	all := make([][]byte, len(t.Of))
	for i := range t.Of {
		all[i] = w.terms(key+"["+number(i)+"]", indexed(field, i), t.Of[i].Terms, root, true).json()
	}
	return append(append([]byte("["), bytes.Join(all, []byte(","))...), ']')
}

// tests writes the tests of a path: those of line i and of all later lines that
// have the same one.
func (w *writer) tests(key, field string, terms []Term, i int, root string, done []bool) []byte {
	path := rooted(terms[i].Path, root)
	var same []int
	for j := i; j < len(terms); j++ {
		if t := &terms[j]; t.Join == "" && !t.empty() && rooted(t.Path, root) == path {
			same, done[j] = append(same, j), true
		}
	}
	if t := &terms[i]; len(same) == 1 && t.op() == trigger.Equals {
		w.know(key, indexed(field, i)+".path")
		return w.value(indexed(field, i)+".value", t)
	}
	o := w.object(key, indexed(field, i)+".path")
	for _, j := range same {
		at := indexed(field, j) + ".value"
		o.put(string(terms[j].op()), at, w.value(at, &terms[j]))
	}
	return o.json()
}

func (t *Term) op() trigger.Op {
	switch t.Op {
	case "":
		return trigger.Equals
	case Unknown:
		return trigger.Exists
	}
	return trigger.Op(t.Op)
}

// value writes what a test compares with.
func (w *writer) value(field string, t *Term) []byte {
	op := t.op()
	if op == trigger.Exists {
		return []byte(map[bool]string{true: "false", false: "true"}[t.Op == Unknown])
	}
	if t.Kind == JSON {
		return w.asJSON(field, t.Value)
	}
	if op != trigger.In && op != trigger.NotIn {
		return w.scalar(field, t.Kind, op, t.Value)
	}
	var all [][]byte
	for part := range strings.SplitSeq(t.Value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, w.scalar(field, t.Kind, op, part))
		}
	}
	return append(append([]byte("["), bytes.Join(all, []byte(","))...), ']')
}

func (w *writer) asJSON(field, s string) []byte {
	var b bytes.Buffer
	if json.Compact(&b, []byte(s)) != nil {
		w.refuse(field, `This is no JSON. Write a text in double quotes, "like this", or choose another kind of value.`)
		return []byte(`""`)
	}
	return b.Bytes()
}

func (w *writer) scalar(field, kind string, op trigger.Op, s string) []byte {
	switch trimmed := strings.TrimSpace(s); kind {
	case Text:
	case Number:
		if !isNumber(trimmed) {
			w.refuse(field, "This is no number. Write it like 5 or 0.5, or choose text.")
			return []byte("0")
		}
		return []byte(trimmed)
	case YesNo:
		if said, ok := yesNo[strings.ToLower(trimmed)]; ok {
			return []byte(said)
		}
		w.refuse(field, "This is neither yes nor no. Write one of them, or choose text.")
		return []byte("true")
	default:
		if said, ok := autoYesNo[trimmed]; ok && !ofText(op) {
			return []byte(said)
		}
		if isNumber(trimmed) && !ofText(op) {
			return []byte(trimmed)
		}
	}
	return text(s)
}

var (
	yesNo     = map[string]string{"yes": "true", "true": "true", "no": "false", "false": "false"}
	autoYesNo = map[string]string{"true": "true", "false": "false"}
)

// ofText tells whether a test takes texts only.
func ofText(op trigger.Op) bool {
	return op == trigger.StartsWith || op == trigger.EndsWith || op == trigger.Matches
}

func isNumber(s string) bool {
	return s != "" && strings.IndexByte("-0123456789", s[0]) >= 0 && json.Valid([]byte(s))
}
