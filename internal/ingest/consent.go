package ingest

import "strings"

// destinations is what a message's "integrations" says of us. Segment's own
// rule: a destination that is named goes before "All".
type destinations struct{ all, named, webhook wish }

type wish int8

const (
	unsaid wish = iota
	yes
	no
)

// wishOf reads a destination's value: false is no, true and an object of
// options are yes, and what is neither says nothing.
func wishOf(v raw) wish {
	switch {
	case len(v) == 0:
		return unsaid
	case v[0] == 'f':
		return no
	case v[0] == 't' || v[0] == '{':
		return yes
	}
	return unsaid
}

func (d *destinations) member(s *scanner, name []byte) {
	w := wishOf(s.value())
	switch key := plainName(name); {
	case string(key) == "All":
		d.all = w
	case string(key) == "Usercall":
		d.named = w
	case w == yes && strings.Contains(strings.ToLower(string(key)), "webhook"):
		d.webhook = yes
	}
}

// under lays d over what the batch says, by name.
func (d destinations) under(batch destinations) destinations {
	return destinations{all: over(d.all, batch.all), named: over(d.named, batch.named), webhook: over(d.webhook, batch.webhook)}
}

func over(own, batch wish) wish {
	if own != unsaid {
		return own
	}
	return batch
}

// refuse tells whether the message was not meant for us. One that came by a
// webhook although All is false was sent there by name.
func (d destinations) refuse(webhook bool) bool {
	if d.named != unsaid {
		return d.named == no
	}
	return d.all == no && (!webhook || d.webhook != yes)
}

// consents tells whether a message's context.consent allows the category. One
// without consent is judged by nothing; one whose consent lacks the category is
// refused.
func consents(consent raw, category string) bool {
	if category == "" || len(consent) == 0 {
		return true
	}
	allowed := false
	each(consent, func(name string, v raw) {
		if name != "categoryPreferences" {
			return
		}
		allowed = false // of two equal names the last counts
		each(v, func(name string, v raw) {
			if name == category {
				allowed = string(v) == "true"
			}
		})
	})
	return allowed
}

// each goes over the members of an object that was scanned before; over
// anything else it does nothing.
func each(v raw, member func(name string, v raw)) {
	s := scanner{b: v}
	if s.peek() != '{' {
		return
	}
	s.object(func(s *scanner, name []byte) {
		if v := s.value(); !s.bad {
			member(string(plainName(name)), v)
		}
	})
}
