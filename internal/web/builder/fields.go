package builder

import (
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// Limits of what a form may send. A trigger beyond them is edited as text.
const (
	maxFields = 4000
	maxDeep   = 40
)

// escaped is the end of the name of a field that says that another one is
// written with escapes, because a form would not bring it back as it is.
const escaped = "~"

// count is the end of the name of the field with the length of a list.
const count = ".n"

// walk goes over every field of a form by its name, to read it, to write it, or to
// change a list. That names are told in one place only keeps the two directions
// together.
type walk struct {
	in     url.Values // read from; nil: not reading
	out    url.Values // written to; nil: not writing
	act    Action
	fields int
}

var errTooLarge = errors.New("more fields than a form has")

// Read is the form that a browser sent. It fails where that is larger than any form
// of ours.
func Read(v url.Values) (*Form, error) {
	f, w := &Form{}, &walk{in: v}
	f.walk(w)
	if w.fields > maxFields {
		return nil, errTooLarge
	}
	return f, nil
}

// Values is what a browser sends of the form.
func (f *Form) Values() url.Values {
	w := &walk{out: url.Values{}}
	f.walk(w)
	return w.out
}

// Fits tells whether the form is small enough for a browser and for Read.
func (f *Form) Fits() bool {
	w := &walk{}
	f.walk(w)
	return w.fields <= maxFields
}

func (f *Form) walk(w *walk) {
	w.text("key", &f.Key)
	w.text("name", &f.Name)
	f.On.walk("on", w)
	each(w, "then", &f.Then, (*Match).walk)
	each(w, "absent", &f.Absent, (*Match).walk)
	each(w, "did", &f.Did, (*Match).walk)
	each(w, "did_not", &f.DidNot, (*Match).walk)
	walkTerms(w, "who", &f.Who)
	for name, to := range map[string]*string{"people": &f.People, "delay": &f.Delay, "sample": &f.Sample, "cooldown": &f.Cooldown, "per_day": &f.PerDay,
		"total": &f.Total, "priority": &f.Priority, "expires": &f.Expires, "page.dwell": &f.Dwell, "invite.delivery": &f.Delivery} {
		w.text(name, to)
	}
	walkTerms(w, "page.url", &f.URL)
	each(w, "invite.texts", &f.Texts, (*Texts).walk)
}

func (m *Match) walk(at string, w *walk) {
	each(w, at+".event", &m.Events, func(e *string, at string, w *walk) { w.text(at, e) })
	w.text(at+".type", &m.Type)
	walkTerms(w, at+".where", &m.Where)
	w.chosen(at+".source", &m.Sources)
	w.text(at+".times", &m.Times)
	w.text(at+".within", &m.Within)
	w.text(at+".for", &m.For)
}

func walkTerms(w *walk, at string, terms *[]Term) {
	each(w, at, terms, (*Term).walk)
	if w.act.List == at && w.act.Join != "" {
		*terms = append(*terms, joined(w.act.Join))
	}
}

func (t *Term) walk(at string, w *walk) {
	w.text(at+".join", &t.Join)
	if t.Join == "" {
		w.text(at+".path", &t.Path)
		w.text(at+".op", &t.Op)
		w.text(at+".kind", &t.Kind)
		w.text(at+".value", &t.Value)
		return
	}
	each(w, at, &t.Of, func(g *Group, at string, w *walk) { walkTerms(w, at, &g.Terms) })
}

func (t *Texts) walk(at string, w *walk) {
	w.text(at+".language", &t.Language)
	w.text(at+".title", &t.Title)
	w.text(at+".body", &t.Body)
	w.text(at+".accept", &t.Accept)
	w.text(at+".decline", &t.Decline)
}

// text is one field.
func (w *walk) text(name string, to *string) {
	w.fields++
	if w.in != nil {
		*to = typed(w.in, name)
	}
	if w.out != nil && *to != "" {
		s, escapes := Shown(*to)
		w.out.Set(name, s)
		if escapes {
			w.out.Set(name+escaped, "1")
		}
	}
}

// typed is what somebody typed, with the line ends that a browser makes undone.
func typed(in url.Values, name string) string {
	s := strings.ReplaceAll(in.Get(name), "\r\n", "\n")
	if in.Get(name+escaped) == "" {
		return s
	}
	var plain string
	if json.Unmarshal([]byte(`"`+s+`"`), &plain) != nil {
		return s
	}
	return plain
}

// chosen is the boxes of one name that are ticked.
func (w *walk) chosen(name string, to *[]string) {
	w.fields++
	if w.in != nil {
		*to = w.in[name]
	}
	if w.out != nil && len(*to) > 0 {
		w.out[name] = *to
	}
}

// each goes over a list and what its elements have.
func each[T any](w *walk, at string, list *[]T, one func(*T, string, *walk)) {
	if w.in != nil && strings.Count(at, ".") < 2*maxDeep+10 {
		n, err := strconv.Atoi(w.in.Get(at + count))
		if n < 0 || err != nil {
			n = 0
		}
		*list = make([]T, min(n, max(0, maxFields+1-w.fields)))
	}
	if w.out != nil && len(*list) > 0 {
		w.out.Set(at+count, strconv.Itoa(len(*list)))
	}
	for i := range *list {
		w.fields++
		one(&(*list)[i], at+"."+strconv.Itoa(i), w)
	}
	change(w.act, at, list)
}

// Shown is a text as an input of a page brings it back, and whether it is written
// with escapes: controls, and marks that turn the direction of what follows, would
// not survive the way or would fool who reads them.
func Shown(s string) (shown string, escapes bool) {
	if !strings.ContainsFunc(s, unsafe) {
		return s, false
	}
	return quoted(s)[1 : len(quoted(s))-1], true
}

// unsafe tells whether a browser or the dashboard changes a character.
func unsafe(r rune) bool {
	return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// quoted is s as a string of JSON in which what is unsafe, and what ends a line, is
// escaped.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case unsafe(r) || r == '\n' || r == '\t':
			b.WriteString(`\u` + hex4(r))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func hex4(r rune) string {
	s := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", max(0, 4-len(s))) + s
}
