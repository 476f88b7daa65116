package ingest

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/usercall/usercall/internal/research"
)

// Limits of a request, segment.md §2.
const (
	MaxRequest   = 500 << 10 // bytes of a request's body, decompressed
	MaxEvent     = 32 << 10  // bytes of one event's JSON
	MaxBatch     = 2500      // events in a batch
	maxDepth     = 64        // of nested values
	maxMessageID = 100       // characters kept
	maxID        = 512       // bytes of a userId or anonymousId
	maxName      = 512       // bytes of an event's name
)

// Reason is why an event of a batch was dropped while its neighbours were kept.
type Reason string

const (
	NoType     Reason = "no_type"     // type missing or unknown
	NoIdentity Reason = "no_identity" // neither userId nor anonymousId
	NoEvent    Reason = "no_event"    // a track without a name
	TooLarge   Reason = "too_large"   // more than MaxEvent
	NotObject  Reason = "not_object"
	BadID      Reason = "bad_id" // longer than an id can be
)

// Request is a decoded body.
type Request struct {
	WriteKey string // of the body; the header's goes before it
	Events   []research.Event
	Dropped  map[Reason]int
}

// Origin says how a request came in. It, and not the message, decides what an
// event may claim.
type Origin struct {
	Project    research.ProjectID
	Source     research.Source
	Signed     bool
	ReceivedAt time.Time
	TicketHash []byte
	NewID      func() string // for messages without a messageId
}

// wire is the part of a body that the protocol names. Everything is kept raw:
// one field of a wrong type must not cost the neighbours.
type wire struct {
	Batch       jsontext.Value `json:"batch"`
	WriteKey    jsontext.Value `json:"writeKey"`
	SentAt      jsontext.Value `json:"sentAt"`
	Type        jsontext.Value `json:"type"`
	Event       jsontext.Value `json:"event"`
	Name        jsontext.Value `json:"name"`
	MessageID   jsontext.Value `json:"messageId"`
	UserID      jsontext.Value `json:"userId"`
	AnonymousID jsontext.Value `json:"anonymousId"`
	PreviousID  jsontext.Value `json:"previousId"`
	GroupID     jsontext.Value `json:"groupId"`
	Properties  jsontext.Value `json:"properties"`
	Traits      jsontext.Value `json:"traits"`
	Context     jsontext.Value `json:"context"`
	Timestamp   jsontext.Value `json:"timestamp"`
	Original    jsontext.Value `json:"originalTimestamp"`
	Via         jsontext.Value `json:"via"` // the SDK: "trigger" for usercall.trigger
}

// options: names are compared exactly, the last of two equal names wins, and a
// lone surrogate becomes U+FFFD, as it does for every JavaScript sender.
var options = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// Decode reads the body of a Tracking API request. pathType is the type that
// the path stands for, "" for a batch. An unreadable body is an Invalid error
// and nothing of it is kept; an unusable event is dropped and counted.
func Decode(body []byte, pathType research.EventType, o Origin) (*Request, error) {
	if !utf8.Valid(body) {
		body = []byte(strings.ToValidUTF8(string(body), "\uFFFD"))
	}
	if err := checkDepth(body); err != nil {
		return nil, err
	}
	var w wire
	if err := json.Unmarshal(body, &w, options); err != nil || jsontext.Value(body).Kind() != '{' {
		return nil, research.Errorf(research.Invalid, "The body is not one JSON object. Send a Segment message, or a batch of them.")
	}
	req := &Request{WriteKey: text(w.WriteKey), Dropped: map[Reason]int{}}
	if pathType != "" {
		if len(body) > MaxEvent {
			return nil, research.Errorf(research.TooLarge, "The event has %d bytes of JSON; %d are allowed.", len(body), MaxEvent)
		}
		req.add(w, pathType, o, clock{sentAt: w.SentAt})
		return req, nil
	}
	return req, req.addBatch(w, o)
}

func (r *Request) addBatch(w wire, o Origin) error {
	var batch []jsontext.Value
	if len(w.Batch) == 0 || w.Batch.Kind() != '[' || json.Unmarshal(w.Batch, &batch, options) != nil {
		return research.Errorf(research.Invalid, `"batch" is not an array. Send {"batch": [message, …]}.`)
	}
	if len(batch) > MaxBatch {
		return research.Errorf(research.TooLarge, "The batch has %d events; %d are allowed.", len(batch), MaxBatch)
	}
	for _, raw := range batch {
		r.addElement(raw, w, o)
	}
	return nil
}

func (r *Request) addElement(raw jsontext.Value, around wire, o Origin) {
	var w wire
	switch {
	case raw.Kind() != '{' || json.Unmarshal(raw, &w, options) != nil:
		r.Dropped[NotObject]++
		return
	case len(raw) > MaxEvent:
		r.Dropped[TooLarge]++
		return
	}
	w.Context = under(w.Context, around.Context)
	sent := around.SentAt
	if len(sent) == 0 {
		sent = w.SentAt
	}
	r.add(w, research.EventType(text(w.Type)), o, clock{sentAt: sent})
}

// add checks one message and appends its event.
func (r *Request) add(w wire, kind research.EventType, o Origin, c clock) {
	e := research.Event{
		Project: o.Project, Type: kind,
		UserID: research.UserID(id(w.UserID)), AnonymousID: research.AnonymousID(id(w.AnonymousID)),
		PreviousID: id(w.PreviousID), GroupID: id(w.GroupID),
		Properties: object(w.Properties), Traits: object(w.Traits), Context: withoutIP(object(w.Context)),
		ReceivedAt: o.ReceivedAt, Source: o.Source, Signed: o.Signed, TicketHash: o.TicketHash,
	}
	e.Name = clean(text(w.Name))
	if kind == research.Track {
		e.Name = clean(text(w.Event))
	}
	if o.Source == research.FromBrowser && text(w.Via) == "trigger" {
		e.Source = research.FromCustom
	}
	if why := unusable(&e); why != "" {
		r.Dropped[why]++
		return
	}
	e.Timestamp, e.Skew = c.correct(w, o.ReceivedAt)
	if e.MessageID = cut(id(w.MessageID), maxMessageID); e.MessageID == "" {
		e.MessageID = o.NewID()
	}
	r.Events = append(r.Events, e)
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

// checkDepth refuses what is nested deeper than anything a product sends,
// before anything walks down into it.
func checkDepth(body []byte) error {
	depth, inString := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return research.Errorf(research.Invalid, "The JSON is nested more than %d levels deep.", maxDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}
