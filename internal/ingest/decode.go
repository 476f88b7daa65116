package ingest

import (
	"bytes"
	"time"
	"unicode/utf8"

	"github.com/usercall/usercall/internal/research"
)

// Limits of a request, segment.md §2.
const (
	MaxRequest   = 500 << 10 // bytes of a request's body, decompressed
	MaxEvent     = 32 << 10  // bytes of one event's JSON
	MaxBatch     = 2500      // events in a batch
	maxShared    = 4 << 20   // bytes that a batch's context may come to, laid under all of its events
	maxDepth     = 64        // of nested values
	maxMessageID = 100       // characters kept
	maxID        = 512       // bytes of a userId or anonymousId
	maxName      = 512       // bytes of an event's name
	maxToken     = 4 << 10   // bytes of an identity token
)

// Reason is why an event was dropped while its neighbours were kept.
type Reason string

const (
	NoType       Reason = "no_type"     // type missing or unknown
	NoIdentity   Reason = "no_identity" // neither userId nor anonymousId
	NoEvent      Reason = "no_event"    // a track without a name
	TooLarge     Reason = "too_large"   // more than MaxEvent
	NotObject    Reason = "not_object"
	BadID        Reason = "bad_id"       // longer than an id can be
	Integrations Reason = "integrations" // its sender meant it for others
	NoConsent    Reason = "consent"      // its person did not consent to the project's category
	OwnEvent     Reason = "own_event"    // one of ours that came back
)

// Request is a decoded body.
type Request struct {
	WriteKey string // of the body; the header's goes before it
	Events   []research.Event
	Dropped  map[Reason]int
	Deleted  []research.UserID // of a webhook: whose data is to be erased
	Names    []string          // of a webhook: the keys of the first element that is no message
	Count    int               // of messages it brought, whatever became of them

	notes   []note // of Events, until they are settled
	consent raw    // of the batch's context
	isBatch bool   // "batch" was an array
	message message
}

// note is what is known of an event and not part of it.
type note struct {
	claimed time.Time // what its sender's clock said; zero: nothing
	sent    raw
	to      destinations
	consent raw
}

// Origin says how a request came in. It, and not the message, decides what an
// event may claim.
type Origin struct {
	Project    research.ProjectID // 0: not known yet, Settle will follow
	Source     research.Source
	Signed     bool
	ReceivedAt time.Time
	TicketHash []byte
	Consent    string        // the category people have to have consented to; "" asks for none
	Final      bool          // timestamps were corrected before: an import, a webhook
	HashIDs    bool          // a message without an id gets one from its bytes, so that it is known again
	NewID      func() string // for messages without a messageId
	// DefaultType is the type of a line that names none; "": there is none.
	DefaultType research.EventType
}

// Decode reads the body of a Tracking API request. pathType is the type that
// the path stands for, "" for a batch. An unreadable body is an Invalid error,
// one past a limit TooLarge, and nothing of it is kept; an unusable event is
// dropped and counted. The events share the body's memory. With a TooLarge
// error comes a Request without events, for its write key.
func Decode(body []byte, pathType research.EventType, o Origin) (*Request, error) {
	r := &Request{}
	s := scanner{b: body}
	var around message
	if pathType != "" {
		s.message(&around, nil)
	} else {
		s.message(&around, func(s *scanner) { r.batch(s, &o) })
	}
	switch {
	case s.deep:
		return nil, errDeep
	case !s.end():
		return nil, research.Errorf(research.Invalid, "The body is not one JSON object. Send a Segment message, or a batch of them.")
	case s.wide && !utf8.Valid(body):
		return Decode(bytes.ToValidUTF8(body, []byte("\uFFFD")), pathType, o)
	}
	r.WriteKey = text(around.field[fWriteKey])
	if pathType != "" {
		return r.single(&around, pathType, o)
	}
	return r.finish(&around, o)
}

var errDeep = research.Errorf(research.Invalid, "The JSON is nested more than %d levels deep.", maxDepth)

func (r *Request) single(m *message, kind research.EventType, o Origin) (*Request, error) {
	if r.Count = 1; len(m.all) > MaxEvent {
		return r, research.Errorf(research.TooLarge, "The event has %d bytes of JSON; %d are allowed.", len(m.all), MaxEvent)
	}
	r.add(m, kind, &o)
	return r.done(nil, o), nil
}

// batch goes over the value of "batch". Should there be two, the last counts.
func (r *Request) batch(s *scanner, o *Origin) {
	r.Events, r.notes, r.Dropped, r.Count = r.Events[:0], r.notes[:0], nil, 0
	if r.isBatch = s.peek() == '['; !r.isBatch {
		s.value()
		return
	}
	s.array(func(s *scanner) { r.element(s, o) })
}

func (r *Request) element(s *scanner, o *Origin) {
	if r.Count++; s.peek() != '{' {
		s.value()
		r.drop(NotObject)
		return
	}
	r.message = message{}
	s.message(&r.message, nil)
	if s.bad || r.Count > MaxBatch {
		return
	}
	if r.Events == nil {
		r.expect((len(s.b)-s.i)/len(r.message.all) + 1)
	}
	r.addSized(&r.message, o)
}

// expect makes room for as many events as there would be if all were as long as
// the first.
func (r *Request) expect(n int) {
	n = min(n, MaxBatch)
	r.Events, r.notes = make([]research.Event, 0, n), make([]note, 0, n)
}

func (r *Request) addSized(m *message, o *Origin) {
	if len(m.all) > MaxEvent {
		r.drop(TooLarge)
		return
	}
	r.add(m, eventType(m.field[fType]), o)
}

// finish gives the events what stands around them in the batch, which may come
// after them in the body.
func (r *Request) finish(around *message, o Origin) (*Request, error) {
	shared := without(around.field[fContext], around.context)
	var err error
	switch {
	case !r.isBatch:
		return nil, research.Errorf(research.Invalid, `"batch" is not an array. Send {"batch": [message, …]}.`)
	case r.Count > MaxBatch:
		err = research.Errorf(research.TooLarge, "The batch has %d events; %d are allowed.", r.Count, MaxBatch)
	case len(shared)*len(r.Events) > maxShared:
		err = research.Errorf(research.TooLarge, "The batch's context has %d bytes, too many for %d events. Put into it only what they share.", len(shared), len(r.Events))
	}
	if err != nil {
		r.Events, r.notes = nil, nil
		return r, err
	}
	r.surround(around, shared)
	return r.done(around.field[fSentAt], o), nil
}

func (r *Request) drop(why Reason) {
	if r.Dropped == nil {
		r.Dropped = map[Reason]int{}
	}
	r.Dropped[why]++
}
