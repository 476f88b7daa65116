package store_test

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// identityModel is triggers.md §3, written down as it is read: events come in
// order, and each is applied when it comes.
type identityModel struct {
	at     map[research.PersonKey]research.PersonKey // where an anonymousId or an aliased userId leads
	events map[string]research.PersonKey             // messageId to the person it belongs to
	order  []research.Event
}

func newIdentityModel() *identityModel {
	return &identityModel{at: map[research.PersonKey]research.PersonKey{}, events: map[string]research.PersonKey{}}
}

func (m *identityModel) owner(e *research.Event) research.PersonKey {
	if to, ok := m.at[e.Person()]; ok {
		return to
	}
	return e.Person()
}

func (m *identityModel) apply(e research.Event) {
	person := m.owner(&e)
	m.order, m.events[e.MessageID] = append(m.order, e), person
	if e.UserID == "" {
		return
	}
	if e.AnonymousID != "" {
		m.lead(research.AnonymousKey(e.AnonymousID), person)
	}
	if e.Type != research.Alias {
		return
	}
	m.lead(research.AnonymousKey(research.AnonymousID(e.PreviousID)), person)
	if from := research.UserKey(research.UserID(e.PreviousID)); e.Signed && from != person {
		m.lead(from, person)
	}
}

// lead folds whoever has that key into a user the first time, and moves later
// events only from then on.
func (m *identityModel) lead(from, to research.PersonKey) {
	if _, again := m.at[from]; !again {
		for id, person := range m.events {
			if person == from {
				m.events[id] = to
			}
		}
		for key, person := range m.at {
			if person == from {
				m.at[key] = to
			}
		}
	}
	m.at[from] = to
}

// person is what the model knows of one.
type modelPerson struct {
	Events []string // newest first
	Traits map[string]any
	Group  string
}

func (m *identityModel) people() map[research.PersonKey]*modelPerson {
	all := map[research.PersonKey]*modelPerson{}
	ordered := slices.Clone(m.order)
	slices.SortStableFunc(ordered, func(a, b research.Event) int { return a.Timestamp.Compare(b.Timestamp) })
	for _, e := range ordered {
		key := m.events[e.MessageID]
		p := all[key]
		if p == nil {
			p = &modelPerson{Traits: map[string]any{}}
			all[key] = p
		}
		p.Events = append([]string{e.MessageID}, p.Events...)
		switch e.Type {
		case research.Identify:
			var said map[string]any
			if json.Unmarshal(e.Traits, &said) == nil {
				maps.Copy(p.Traits, said)
			}
			maps.DeleteFunc(p.Traits, func(_ string, v any) bool { return v == nil })
		case research.Group:
			p.Group = e.GroupID
		}
	}
	return all
}
