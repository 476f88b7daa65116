package ingest

import "github.com/usercall/usercall/internal/research"

// add checks one message and appends its event.
func (r *Request) add(m *message, kind research.EventType, o *Origin) {
	e := m.event(kind, o)
	if why := unusable(&e); why != "" {
		r.drop(why)
		return
	}
	e.MessageID = messageID(m, o)
	r.Events = append(r.Events, e)
	r.notes = append(r.notes, note{claimed: m.claimed(o), sent: m.field[fSentAt], to: m.to, consent: m.context.consent})
}

// event is what the message says, but for its id and its time.
func (m *message) event(kind research.EventType, o *Origin) research.Event {
	e := research.Event{
		Project: o.Project, Type: kind, Name: clean(text(m.field[nameOf(kind)])),
		UserID: research.UserID(id(m.field[fUserID])), AnonymousID: research.AnonymousID(id(m.field[fAnonymousID])),
		PreviousID: id(m.field[fPreviousID]), GroupID: id(m.field[fGroupID]),
		Properties: object(m.field[fProperties]), Traits: object(m.field[fTraits]),
		Context: without(m.field[fContext], m.context), Token: identityToken(m.context.token),
		ReceivedAt: o.ReceivedAt, Source: o.Source, Signed: o.Signed, TicketHash: o.TicketHash,
	}
	// Only the SDK's surface knows the project by now: a write key alone cannot
	// claim to be usercall.trigger.
	if o.Project != 0 && o.Source == research.FromBrowser {
		switch text(m.field[fVia]) {
		case "trigger":
			e.Source = research.FromCustom
		case "bind":
			e.Short = true // Segment's own copy may follow
		}
	}
	return e
}

// nameOf is the field that names an event of a type.
func nameOf(kind research.EventType) field {
	if kind == research.Track {
		return fEvent
	}
	return fName
}

// unusable tells why an event cannot be stored, "" where it can.
func unusable(e *research.Event) Reason {
	switch {
	case !e.Type.Known():
		return NoType
	case e.UserID == "" && e.AnonymousID == "":
		return NoIdentity
	case e.Type == research.Alias && e.PreviousID == "":
		return NoIdentity
	case e.Type == research.Track && e.Name == "":
		return NoEvent
	case len(e.UserID) > maxID || len(e.AnonymousID) > maxID || len(e.PreviousID) > maxID || len(e.GroupID) > maxID || len(e.Name) > maxName:
		return BadID
	}
	return ""
}
