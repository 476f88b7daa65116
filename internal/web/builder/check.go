package builder

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/trigger"
)

// Checked is a form that was looked through.
type Checked struct {
	Spec  *trigger.Spec       // nil where something is wrong
	Wrong map[string][]string // what is wrong, by the name of its field; "" is the form itself
}

// Check reads the form as the study file would be read.
func (f *Form) Check() Checked {
	w := f.write()
	if len(w.wrong) > 0 {
		return Checked{Wrong: w.wrong}
	}
	file, err := trigger.Parse(w.file())
	if err == nil {
		return Checked{Spec: &file.Triggers[0]}
	}
	var bad *trigger.FileError
	if !errors.As(err, &bad) {
		return Checked{Wrong: map[string][]string{"": {err.Error()}}}
	}
	for _, p := range bad.Problems {
		w.refuse(w.field(p.Key), p.Message)
	}
	return Checked{Wrong: w.wrong}
}

// write is the form as a trigger of a file.
func (f *Form) write() *writer {
	w := &writer{at: map[string]string{}, wrong: map[string][]string{}}
	top := "triggers[0]"
	o := w.object(top, "")
	o.text("key", f.Key, "key")
	o.text("name", f.Name, "name")
	o.put("on", "on", w.match(top+".on", "on", &f.On))
	o.matches("then", f.Then)
	if len(f.Absent) > 0 {
		o.put("absent", "absent.0", w.match(top+".absent", "absent.0", &f.Absent[0]))
	}
	o.matches("did", f.Did)
	o.matches("did_not", f.DidNot)
	o.put("who", "who", w.condition(top+".who", "who", f.Who, "traits"))
	o.text("people", f.People, "people")
	o.length("delay", f.Delay, "delay")
	o.text("sample", share(f.Sample), "sample")
	o.length("cooldown", f.Cooldown, "cooldown")
	o.whole("per_day", f.PerDay, "per_day")
	o.whole("total", f.Total, "total")
	o.whole("priority", f.Priority, "priority")
	o.length("expires", f.Expires, "expires")
	o.put("page", "page", f.page(w, top+".page"))
	o.put("invite", "invite", f.invite(w, top+".invite"))
	w.raw = o.json()
	return w
}

func (f *Form) page(w *writer, key string) []byte {
	o := w.object(key, "page")
	o.put("url", "page.url", w.condition(key+".url", "page.url", f.URL, ""))
	o.length("dwell", f.Dwell, "page.dwell")
	return o.orNone()
}

func (f *Form) invite(w *writer, key string) []byte {
	o := w.object(key, "invite")
	for _, part := range []struct {
		name string
		of   func(*Texts) string
	}{{"title", func(t *Texts) string { return t.Title }}, {"body", func(t *Texts) string { return t.Body }},
		{"accept", func(t *Texts) string { return t.Accept }}, {"decline", func(t *Texts) string { return t.Decline }}} {
		f.localized(o, part.name, part.of)
	}
	o.text("delivery", f.Delivery, "invite.delivery")
	return o.orNone()
}

// localized writes one text of the card in all languages that have it.
func (f *Form) localized(o *object, name string, of func(*Texts) string) {
	inner := o.w.object(o.key+"."+name, "invite.texts.0."+name)
	for i := range f.Texts {
		t, field := &f.Texts[i], indexed("invite.texts", i)
		said := of(t)
		switch {
		case said == "":
		case t.Language == "" && f.alone(i, of):
			o.text(name, said, field+"."+name)
			return
		case t.Language == "":
			o.w.refuse(field+".language", "This "+name+" serves for every language, and others have a language of their own. Give it one too, such as en.")
		default:
			inner.text(t.Language, said, field+"."+name)
		}
	}
	o.put(name, inner.field, inner.orNone())
}

// alone tells whether no other language has such a text.
func (f *Form) alone(i int, of func(*Texts) string) bool {
	return !slices.ContainsFunc(f.Texts, func(t Texts) bool { return t != f.Texts[i] && of(&t) != "" })
}

func (w *writer) match(key, field string, m *Match) []byte {
	o := w.object(key, field)
	events := slices.DeleteFunc(slices.Clone(m.Events), func(e string) bool { return strings.TrimSpace(e) == "" })
	if len(events) == 1 {
		i := slices.Index(m.Events, events[0])
		o.text("event", events[0], indexed(field+".event", i))
	} else if len(events) > 1 {
		w.know(key+".event", field+".event.0")
		o.put("event", field+".event.0", list(events))
		for i := range events {
			w.know(key+".event["+number(i)+"]", indexed(field+".event", slices.Index(m.Events, events[i])))
		}
	} else {
		w.know(key+".event", field+".event.0")
	}
	o.text("type", m.Type, field+".type")
	o.put("where", field+".where", w.condition(key+".where", field+".where", m.Where, "properties"))
	if len(m.Sources) > 0 {
		o.put("source", field+".source", list(m.Sources))
	}
	o.whole("times", m.Times, field+".times")
	o.length("within", m.Within, field+".within")
	w.know(key+".for", field+".for")
	o.length("for", m.For, field+".for")
	return o.json()
}

func list(of []string) []byte {
	raw, err := json.Marshal(of)
	if err != nil { // texts always are JSON
		return []byte("[]")
	}
	return raw
}
