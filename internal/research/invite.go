package research

import "time"

// InviteState is how far an invite got.
type InviteState string

const (
	InviteReserved InviteState = "reserved" // promised, not yet seen
	InviteShown    InviteState = "shown"
	InviteAccepted InviteState = "accepted"
	InviteDeclined InviteState = "declined"
	InviteExpired  InviteState = "expired"
	InviteRevoked  InviteState = "revoked"
)

// CanBecome tells whether an invite may go from s to next. An invite only ever
// moves on; declined, expired and revoked are final, but for an invite that could not
// be sent and is sent again.
func (s InviteState) CanBecome(next InviteState) bool {
	switch s {
	case InviteReserved:
		return next != InviteReserved
	case InviteShown:
		return next == InviteAccepted || next == InviteDeclined || next == InviteExpired || next == InviteRevoked
	}
	return false
}

// Invite is the offer of one interview to one person.
type Invite struct {
	ID         int64
	PublicID   string // inv_…
	Project    ProjectID
	Study      StudyID
	Trigger    TriggerID
	Person     PersonKey
	MessageID  string
	EventSeq   int64
	EventName  string // of that event
	State      InviteState
	Reason     string // why it ended: "declined", "closed", "never", "merged", …
	Verified   bool   // the event proved who it was about
	ReservedAt time.Time
	ShownAt    time.Time // zero: not yet
	ExpiresAt  time.Time // without an answer by then, it expires
	ClosedAt   time.Time // zero: it is still open and blocks others
	TicketHash []byte    // the browser whose event matched; nil: none
	Test       bool      // by a trigger in test mode: it is not counted
	Zone       string    // the person's time zone, an IANA name; "": not known, or not asked for
}
