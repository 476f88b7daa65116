package ingest

import "bytes"

// field is a member of a message that the protocol names.
type field int

const (
	noField field = iota
	fBatch
	fWriteKey
	fSentAt
	fType
	fEvent
	fName
	fMessageID
	fUserID
	fAnonymousID
	fPreviousID
	fGroupID
	fProperties
	fTraits
	fContext
	fIntegrations
	fTimestamp
	fOriginal
	fVia        // the SDK: "trigger" for usercall.trigger
	fPerson     // PostHog's webhook
	fReceivedAt // of recorded messages, and
	fSource     // the way they came in
	fields
)

// fieldOf finds a field by the text of its name, exactly: TYPE is not type.
func fieldOf(name []byte) field {
	switch string(plainName(name)) {
	case "batch":
		return fBatch
	case "writeKey":
		return fWriteKey
	case "sentAt":
		return fSentAt
	case "type":
		return fType
	case "event":
		return fEvent
	case "name":
		return fName
	case "messageId":
		return fMessageID
	case "userId":
		return fUserID
	case "anonymousId":
		return fAnonymousID
	case "previousId":
		return fPreviousID
	case "groupId":
		return fGroupID
	case "properties":
		return fProperties
	case "traits":
		return fTraits
	case "context":
		return fContext
	case "integrations":
		return fIntegrations
	case "timestamp":
		return fTimestamp
	case "originalTimestamp":
		return fOriginal
	case "via":
		return fVia
	case "person":
		return fPerson
	case "receivedAt":
		return fReceivedAt
	case "source":
		return fSource
	}
	return noField
}

// plainName is a name without its quotes, and without its escapes, which no
// sender of the field uses and anybody may.
func plainName(name []byte) []byte {
	if bytes.IndexByte(name, '\\') >= 0 {
		return []byte(text(name))
	}
	return name[1 : len(name)-1]
}

// message is what a scan found of one message. Every field is kept raw: one of
// a wrong type must not cost the others. Of two equal names the last counts.
type message struct {
	all     raw
	field   [fields]raw
	context contextNote
	to      destinations
}

// contextNote is what was seen inside of a context.
type contextNote struct {
	secret  bool // it is an object and holds an address or a token, neither of which is kept
	token   raw
	consent raw
}

// message goes over one message. Where batch is given, it has to go over the
// value of "batch".
func (s *scanner) message(m *message, batch func(s *scanner)) {
	s.peek()
	start := s.i
	s.object(func(s *scanner, name []byte) {
		switch f := fieldOf(name); {
		case f == fBatch && batch != nil:
			batch(s)
		case f == fContext:
			m.context = contextNote{}
			m.field[f] = s.noting(m.context.member)
			m.context.settle()
		case f == fIntegrations:
			m.to = destinations{}
			m.field[f] = s.noting(m.to.member)
		case f == noField:
			s.value()
		default:
			m.field[f] = s.value()
		}
	})
	if !s.bad {
		m.all = s.b[start:s.i]
	}
}

// noting goes over a value, and through it where it is an object.
func (s *scanner) noting(member func(s *scanner, name []byte)) raw {
	if s.peek() != '{' {
		return s.value()
	}
	start := s.i
	s.object(member)
	if s.bad {
		return nil
	}
	return s.b[start:s.i]
}

func (n *contextNote) member(s *scanner, name []byte) {
	v := s.value()
	switch string(plainName(name)) {
	case "ip":
		n.secret = true
	case "usercallToken":
		n.secret, n.token = true, v
	case "consent":
		n.consent = v
	}
}

// settle forgets a consent that is null, which is none.
func (n *contextNote) settle() {
	if len(n.consent) > 0 && n.consent[0] != '{' {
		n.consent = nil
	}
}
