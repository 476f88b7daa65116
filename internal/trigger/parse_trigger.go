package trigger

import (
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Limits of a trigger.
const (
	maxPriority = 1000
	maxCap      = 1_000_000
	maxSteps    = 20
	maxEvents   = 100
	maxTimes    = 1000
	maxDwell    = 10 * time.Minute
	maxTitle    = 120
	maxBody     = 500
	maxButton   = 40
)

func (r *reader) trigger(f field) Spec {
	t := Spec{People: Identified, Cooldown: DefaultCooldown, Expires: DefaultExpires, Invite: InviteSpec{Delivery: Card}}
	place := triggerPlace(f)
	in := r.fields(f, place, triggerKeys...)
	t.lines = linesOf(f)
	if v, ok := r.required(f, in, "key", place); ok {
		t.Key = r.identifier(v)
	}
	if v, ok := r.required(f, in, "on", place); ok {
		t.On = r.match(v, onKeys...)
	}
	r.describe(&t, in)
	r.history(&t, in)
	r.audience(&t, in)
	r.limits(&t, in)
	r.offer(&t, in)
	return t
}

// triggerPlace names the trigger in messages by its key, where it has one.
func triggerPlace(f field) string {
	for i, n := range f.names {
		if n.text == "key" && f.items[i].kind == text {
			return " in trigger " + quoted(f.items[i].text)
		}
	}
	return " in " + f.called
}

// linesOf is where the keys of a trigger stand, and those one level below:
// "on", "on.times".
func linesOf(f field) map[string]int {
	lines := map[string]int{"": f.line}
	for i, n := range f.names {
		lines[n.text] = n.line
		for _, below := range f.items[i].names {
			lines[n.text+"."+below.text] = below.line
		}
	}
	return lines
}

// line is where a key of the trigger stood, else the trigger; 0 if unknown.
func (t *Spec) line(key string) int {
	if l, ok := t.lines[key]; ok {
		return l
	}
	return t.lines[""]
}

func (r *reader) describe(t *Spec, in map[string]field) {
	if v, ok := in["name"]; ok {
		t.Name = r.oneLine(v, maxName)
	}
}

// history reads what has to have happened besides on.
func (r *reader) history(t *Spec, in map[string]field) {
	if v, ok := in["then"]; ok {
		t.Then = r.matches(v, stepKeys...)
	}
	if v, ok := in["absent"]; ok {
		m := r.match(v, absentKeys...)
		t.Absent = &m
		if v.kind == object && m.For == 0 && !has(v, "for") {
			r.problem(v.line, v.below("for"), "for is missing%s: how long is waited", v.inside())
		}
	}
	if v, ok := in["did"]; ok {
		t.Did = r.matches(v, onKeys...)
	}
	if v, ok := in["did_not"]; ok {
		t.DidNot = r.matches(v, stepKeys...)
	}
	if v, ok := in["delay"]; ok {
		t.Delay = r.duration(v, eventHorizon)
	}
}

func has(f field, key string) bool {
	for _, n := range f.names {
		if n.text == key {
			return true
		}
	}
	return false
}

// inside is the place of what stands below the field.
func (f field) inside() string { return " in " + f.called + of(f.place) }

func of(place string) string {
	if len(place) > 4 && place[:4] == " in " {
		return " of " + place[4:]
	}
	return place
}

func (r *reader) audience(t *Spec, in map[string]field) {
	if v, ok := in["who"]; ok {
		t.Who = r.condition(v, WhoRoots)
	}
	if v, ok := in["people"]; ok {
		t.People = choice(r, v, Identified, Anyone)
	}
	if v, ok := in["sample"]; ok {
		t.Sample = r.percent(v)
	}
}

func (r *reader) limits(t *Spec, in map[string]field) {
	if v, ok := in["cooldown"]; ok {
		t.Cooldown = r.duration(v, maxDuration)
	}
	if v, ok := in["expires"]; ok {
		t.Expires = r.duration(v, maxDuration)
	}
	if v, ok := in["per_day"]; ok {
		t.PerDay = r.whole(v, 1, maxCap)
	}
	if v, ok := in["total"]; ok {
		t.Total = r.whole(v, 1, maxCap)
	}
	if v, ok := in["priority"]; ok {
		t.Priority = r.whole(v, -maxPriority, maxPriority)
	}
}

// matches reads a list of them; one that is empty, or a key without a value, is
// as if left out.
func (r *reader) matches(f field, known ...string) (out []MatchSpec) {
	if f.kind == missing {
		return nil
	}
	r.each(f, maxSteps, func(m field) { out = append(out, r.match(m, known...)) })
	return out
}

func (r *reader) match(f field, known ...string) MatchSpec {
	m := MatchSpec{Type: research.Track}
	in := r.fields(f, f.inside(), known...)
	if v, ok := in["type"]; ok {
		m.Type = choice(r, v, research.Track, research.Page, research.Screen)
	}
	if v, ok := in["event"]; ok {
		m.Events = r.eventNames(v)
	} else if in != nil && m.Type == research.Track {
		r.problem(f.line, f.below("event"), "event is missing%s", f.inside())
	}
	if v, ok := in["where"]; ok {
		m.Where = r.condition(v, WhereRoots)
	}
	if v, ok := in["source"]; ok {
		m.Sources = r.sources(v)
	}
	r.counts(&m, in)
	return m
}

func (r *reader) counts(m *MatchSpec, in map[string]field) {
	if v, ok := in["times"]; ok {
		m.Times = r.whole(v, 1, maxTimes)
	}
	if v, ok := in["within"]; ok {
		m.Within = r.window(v)
	}
	if v, ok := in["for"]; ok {
		m.For = r.window(v)
	}
}

// eventNames reads a name or a list of names.
func (r *reader) eventNames(f field) (out []string) {
	if f.kind != list {
		return []string{r.oneLine(f, maxName)}
	}
	r.each(f, maxEvents, func(n field) { out = append(out, r.oneLine(n, maxName)) })
	r.distinct(f, out)
	return out
}

func (r *reader) sources(f field) (out []research.Source) {
	read := func(f field) {
		out = append(out, choice(r, f, research.FromBrowser, research.FromServer, research.FromWebhook, research.FromCustom))
	}
	if f.kind == text {
		read(f)
		return out
	}
	r.each(f, 4, read)
	words := make([]string, len(out))
	for i, s := range out {
		words[i] = string(s)
	}
	r.distinct(f, words)
	return out
}

// offer reads where the card may show and what the invite says.
func (r *reader) offer(t *Spec, in map[string]field) {
	if v, ok := in["page"]; ok {
		t.Page = r.page(v)
	}
	if v, ok := in["invite"]; ok {
		r.invite(&t.Invite, v)
	}
}

func (r *reader) invite(t *InviteSpec, f field) {
	in := r.fields(f, f.inside(), inviteKeys...)
	for _, one := range []struct {
		key  string
		to   *research.Text
		read func(field, int) string
		most int
	}{
		{"title", &t.Title, r.oneLine, maxTitle}, {"body", &t.Body, r.prose, maxBody},
		{"accept", &t.Accept, r.oneLine, maxButton}, {"decline", &t.Decline, r.oneLine, maxButton},
	} {
		if v, ok := in[one.key]; ok {
			*one.to = r.localized(v, one.read, one.most)
		}
	}
	if v, ok := in["delivery"]; ok {
		t.Delivery = choice(r, v, Card, Link, Email, Webhook, Slack)
	}
}

func (r *reader) page(f field) (p PageSpec) {
	in := r.fields(f, f.inside(), pageKeys...)
	if v, ok := in["dwell"]; ok {
		p.Dwell = r.duration(v, maxDwell)
	}
	v, ok := in["url"]
	if !ok {
		return p
	}
	parts := r.fields(v, v.inside(), pageParts...)
	if len(parts) == 0 && v.kind == object {
		r.wrong(v, "is an empty map; leave it out instead")
	}
	for _, n := range v.names {
		part := parts[n.text]
		p.URL = append(p.URL, PartTest{n.text, r.tests(part, pageOps)})
	}
	return p
}

// pageOps is what the SDK can decide in the browser: tests of texts. Not
// matches, because a browser's regular expressions are not RE2.
var pageOps = []Op{Equals, NotEquals, In, NotIn, Contains, StartsWith, EndsWith}
