package builder

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// writer writes a trigger as JSON, and remembers which field each key came from.
type writer struct {
	at    map[string]string   // key of the file to name of a field
	wrong map[string][]string // by name of a field
	raw   []byte
}

// file is a study of this trigger alone.
func (w *writer) file() []byte {
	return []byte(`{"usercall":1,"study":{"key":"s"},"triggers":[` + string(w.raw) + `]}`)
}

func (w *writer) know(key, field string) {
	if _, known := w.at[key]; !known {
		w.at[key] = field
	}
}

func (w *writer) refuse(field, words string) {
	w.wrong[field] = append(w.wrong[field], words)
}

// field is where a key came from: its own field, or that of what it is in.
func (w *writer) field(key string) string {
	best := ""
	for known := range w.at {
		if strings.HasPrefix(key, known) && len(known) > len(best) {
			best = known
		}
	}
	return w.at[best]
}

// object is a map of the file, its entries in order.
type object struct {
	w          *writer
	key, field string
	entries    [][]byte
}

func (w *writer) object(key, field string) *object {
	w.know(key, field)
	return &object{w: w, key: key, field: field}
}

// put adds an entry, unless there is nothing to say.
func (o *object) put(key, field string, raw []byte) {
	if raw == nil {
		return
	}
	o.w.know(o.key+"."+key, field)
	o.entries = append(o.entries, append(append(text(key), ':'), raw...))
}

func (o *object) json() []byte {
	return append(append([]byte("{"), bytes.Join(o.entries, []byte(","))...), '}')
}

func (o *object) orNone() []byte {
	if len(o.entries) == 0 {
		return nil
	}
	return o.json()
}

func text(s string) []byte {
	raw, err := json.Marshal(s)
	if err != nil { // a text always is JSON
		return []byte(`""`)
	}
	return raw
}

func (o *object) text(key, s, field string) {
	o.w.know(o.key+"."+key, field)
	if s != "" {
		o.put(key, field, text(s))
	}
}

// whole writes a whole number; what is none stays a text, for the parser to refuse.
func (o *object) whole(key, s, field string) {
	s = strings.TrimSpace(s)
	if n, err := strconv.Atoi(s); err == nil {
		o.put(key, field, []byte(strconv.Itoa(n)))
		return
	}
	o.text(key, s, field)
}

func (o *object) length(key, s, field string) {
	switch s = inUnits(s); s {
	case "0":
		o.put(key, field, []byte("0"))
	default:
		o.text(key, s, field)
	}
}

var (
	spelled = regexp.MustCompile(`(?i)^(\s*[0-9]+\s*(seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|[smhdw])[\s,]*(and\b)?)+$`)
	unit    = regexp.MustCompile(`(?i)([0-9]+)\s*([smhdw])[a-z]*[\s,]*(and\b)?\s*`)
)

// inUnits is a length of time as the file writes it, "30d" for "30 days". What is
// none stays as it was typed.
func inUnits(s string) string {
	s = strings.TrimSpace(s)
	if !spelled.MatchString(s) {
		return map[bool]string{true: "0", false: s}[strings.EqualFold(s, "none") || strings.EqualFold(s, "never")]
	}
	return strings.ToLower(unit.ReplaceAllString(s, "$1$2"))
}

// share is a share as the file writes it: "25%" for "25" and "25 %".
func share(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	if s != "" && strings.Trim(s, "0123456789.") == "" {
		s += "%"
	}
	return s
}

func number(i int) string { return strconv.Itoa(i) }

func indexed(at string, i int) string { return at + "." + number(i) }

func (o *object) matches(key string, of []Match) {
	if len(of) == 0 {
		return
	}
	all := make([][]byte, len(of))
	for i := range of {
		all[i] = o.w.match(o.key+"."+key+"["+number(i)+"]", indexed(key, i), &of[i])
	}
	o.put(key, key, append(append([]byte("["), bytes.Join(all, []byte(","))...), ']'))
}
