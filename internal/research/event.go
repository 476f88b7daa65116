package research

import (
	"encoding/json"
	"time"
)

// EventType is one of Segment's six message types.
type EventType string

const (
	Track    EventType = "track"
	Identify EventType = "identify"
	Page     EventType = "page"
	Screen   EventType = "screen"
	Group    EventType = "group"
	Alias    EventType = "alias"
)

// Known tells whether t is one of the six types.
func (t EventType) Known() bool {
	switch t {
	case Track, Identify, Page, Screen, Group, Alias:
		return true
	}
	return false
}

// Source is the way an event came in. It follows from the credential it came
// with, never from what the message says of itself.
type Source string

const (
	FromBrowser Source = "browser" // write key or SDK binding
	FromServer  Source = "server"  // secret server key
	FromWebhook Source = "webhook" // Segment's webhook destination
	FromCustom  Source = "custom"  // usercall.trigger on the page
)

// Strings from outside have types of their own, so that a log line or a query
// cannot take one by accident.
type (
	UserID      string // what the customer calls a user
	AnonymousID string // what Segment calls a browser before it knows the user
	WriteKey    string // public: may add events, and nothing else
	ServerKey   string // secret: may add signed events, and nothing else
)

// ProjectID numbers a project inside one database. The public name of a project
// is its Key.
type ProjectID int64

// EventRetention is how long events are kept, from their receipt.
const EventRetention = 90 * 24 * time.Hour

// Event is one Segment message after ingest: decoded, checked and with its time
// corrected. JSON of strangers is kept as it came and decoded where it is read.
type Event struct {
	Seq         int64 // order of receipt; 0 before it is stored
	Project     ProjectID
	Type        EventType
	Name        string // of track, page and screen
	MessageID   string
	UserID      UserID
	AnonymousID AnonymousID
	PreviousID  string // of alias
	GroupID     string // of group
	Properties  json.RawMessage
	Traits      json.RawMessage
	Context     json.RawMessage
	Timestamp   time.Time // the lesser of the corrected time and ReceivedAt, in milliseconds
	ReceivedAt  time.Time
	Skew        time.Duration // how far its sender's clock was ahead of ours; 0: not known. Nobody stores it
	Source      Source
	Signed      bool   // it came with a secret, so its ids can be believed
	Verified    bool   // its userId is proved: Signed, or by the project's identity token
	Doubted     bool   // the project asks for proof of userIds, and it brought none
	Short       bool   // the SDK's copy, with no more in it than triggers read
	Quiet       bool   // kept and counted, and invites nobody: an import, or a test of the sender's
	Token       string // identity token it came with; the surface checks it, nobody keeps it
	TicketHash  []byte // of the SDK ticket it came with; nil: none
}

// Person is the key of the person the event was sent under, before links are
// followed: its user, else its anonymous id.
func (e *Event) Person() PersonKey {
	if e.UserID != "" {
		return UserKey(e.UserID)
	}
	return AnonymousKey(e.AnonymousID)
}

// Better makes the event what another version of the same message says, which is
// whole or proved where this one is not. Where and when it came from first stays.
func (e *Event) Better(o *Event) {
	if e.Short && !o.Short {
		e.Properties, e.Traits, e.Context, e.GroupID, e.PreviousID, e.Short = o.Properties, o.Traits, o.Context, o.GroupID, o.PreviousID, false
	}
	if e.Doubted && !o.Doubted {
		e.Doubted, e.Verified = false, true
	}
}

// Proved tells whether the event's userId can be believed.
func (e *Event) Proved() bool { return e.Signed || e.Verified }

// MayFold tells whether the event may make another person part of its own user,
// where it says that the two are one. A public key makes nobody's profile part
// of another's: it joins an anonymous person to a user and never a user to a
// user, and where identity is required it joins only what is proved. A token
// proves its own userId and not whom else it names, so users want a signature.
func (e *Event) MayFold(from PersonKey) bool {
	if from.Identified() {
		return e.Signed
	}
	return !e.Doubted
}

// MayTeach tells whether the person's traits may be what the event says. Where
// identity is required, a user's are only told by what is proved.
func (e *Event) MayTeach(person PersonKey) bool { return !e.Doubted || !person.Identified() }
