package ingest

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/usercall/usercall/internal/research"
)

// Limits of a webhook's delivery, segment.md §6.
const (
	MaxDelivery = 8 << 20 // bytes of its body, decompressed
	maxElements = 5000    // Segment's own limit is 4000
)

// Reasons of a webhook's own.
const (
	// NotAnEvent is an element that is no message of Segment's, nor of another
	// sender that we know.
	NotAnEvent Reason = "not_an_event"
)

// OwnEvents are the events that usercall sends to its customers' tools. One that
// comes back must not start anything again.
var OwnEvents = []string{"Interview Invited", "Interview Started", "Interview Completed", "Interview Declined"}

// testPrefix begins the messageId of what Segment's Event Tester sends.
const testPrefix = "segment-test-message-"

// Delivery is the body of a webhook, taken apart and not yet read.
type Delivery struct {
	// Signed is the texts of which one is what the sender signed: the body, or
	// its first element, or what that wraps.
	Signed   [][]byte
	elements []raw
	around   message // of {"batch": […]}
}

// OpenDelivery takes a body apart: one message, an array of them, or a batch,
// each as it is or wrapped as {"json": message}. What is not JSON is an Invalid
// error, more than can be taken TooLarge.
func OpenDelivery(body []byte) (*Delivery, error) {
	d := &Delivery{Signed: [][]byte{body}}
	s := scanner{b: body}
	array := s.peek() == '['
	if array {
		s.array(d.element)
	} else {
		s.message(&d.around, func(s *scanner) { d.batch(s) })
	}
	switch {
	case s.deep || !s.end():
		return d, research.Errorf(research.Invalid, "The body is not JSON, or is nested more than %d levels deep. Send an event, or an array of them.", maxDepth)
	case len(d.elements) > maxElements:
		return d, research.Errorf(research.TooLarge, "The delivery has more than %d events. Set the batch size to 100, or leave batching off.", maxElements)
	case s.wide && !utf8.Valid(body): // what was signed are the bytes as they came
		return d.repaired(body, array)
	}
	d.settle(array)
	return d, nil
}

func (d *Delivery) settle(array bool) {
	if array {
		d.signedFirst()
	} else {
		d.alone()
	}
}

// repaired is the delivery with U+FFFD for what is not UTF-8. Its signature is
// that of the original.
func (d *Delivery) repaired(body []byte, array bool) (*Delivery, error) {
	d.settle(array)
	better, err := OpenDelivery(bytes.ToValidUTF8(body, []byte("\uFFFD")))
	better.Signed = d.Signed
	return better, err
}

func (d *Delivery) element(s *scanner) {
	if v := s.value(); !s.bad && len(d.elements) <= maxElements {
		d.elements = append(d.elements, v)
	}
}

// batch goes over a member "batch", which may be one of many in another's event.
func (d *Delivery) batch(s *scanner) {
	d.elements = nil
	if s.peek() == '[' {
		s.array(d.element)
	} else {
		s.value()
	}
}

// signedFirst: of an array, the first element is what is signed.
func (d *Delivery) signedFirst() {
	if len(d.elements) == 0 {
		return
	}
	first := d.elements[0]
	d.Signed = append(d.Signed, first)
	if inner := unwrapped(first); len(inner) != len(first) {
		d.Signed = append(d.Signed, inner)
	}
}

// alone is a body that is one object: a message, unless it is a batch.
func (d *Delivery) alone() {
	if len(d.elements) > 0 && d.around.field[fType] == nil {
		return
	}
	inner := unwrapped(d.around.all)
	d.elements, d.around = []raw{inner}, message{}
	d.Signed = append(d.Signed, inner)
}

// unwrapped is the value of an object that has the one member "json", else v.
// Segment's Extensible Webhook wraps the events of a batch so.
func unwrapped(v raw) raw {
	inner, members := v, 0
	each(v, func(name string, value raw) {
		if members++; name == "json" && value[0] == '{' {
			inner = value
		}
	})
	if members != 1 {
		return v
	}
	return inner
}

// Decode reads the messages. Their timestamps were corrected before, and a
// message without an id gets one from its bytes, so that the sender's retries
// are one event. Deletions are in Deleted.
func (d *Delivery) Decode(o Origin) *Request {
	o.Final, o.HashIDs = true, true
	r := &Request{}
	for _, v := range d.elements {
		r.Count++
		r.delivered(unwrapped(v), &o)
	}
	if shared := without(d.around.field[fContext], d.around.context); len(shared)*len(r.Events) <= maxShared {
		r.surround(&d.around, shared)
	}
	return r.done(nil, o)
}

func (r *Request) delivered(v raw, o *Origin) {
	if len(v) > MaxEvent {
		r.drop(TooLarge)
		return
	}
	s, m := scanner{b: v}, message{}
	s.message(&m, nil) // what is no object has no fields
	kind := eventType(m.field[fType])
	switch {
	case kind == "delete":
		r.delete(&m)
	case kind.Known():
		r.deliver(&m, kind, o)
	case m.fromPostHog():
		r.deliver(&m, research.Track, o)
	default:
		r.stranger(v)
	}
}

// deliver adds an event, unless it is one of ours that came back.
func (r *Request) deliver(m *message, kind research.EventType, o *Origin) {
	if kind == research.Track && slices.Contains(OwnEvents, text(m.field[fEvent])) {
		r.drop(OwnEvent)
		return
	}
	before := len(r.Events)
	if r.add(m, kind, o); len(r.Events) > before {
		e := &r.Events[before]
		e.Quiet = strings.HasPrefix(e.MessageID, testPrefix)
	}
}

func (r *Request) delete(m *message) {
	user := id(m.field[fUserID])
	if user == "" || len(user) > maxID {
		r.drop(NoIdentity)
		return
	}
	r.Deleted = append(r.Deleted, research.UserID(user))
}

func (r *Request) stranger(v raw) {
	if r.drop(NotAnEvent); r.Names == nil {
		r.Names = Names(v)
	}
}
