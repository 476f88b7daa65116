package research

import "time"

// Outcome is what became of a match.
type Outcome string

const (
	Invited   Outcome = "invited"
	Skipped   Outcome = "skipped"
	Waiting   Outcome = "waiting"
	Cancelled Outcome = "cancelled"
)

// Gate is the question that a skipped person failed. They are asked in the
// order of Gates; triggers.md §5.
type Gate string

const (
	GateInactive        Gate = "inactive"
	GateStale           Gate = "stale"
	GatePeople          Gate = "people"
	GateWho             Gate = "who"
	GateExcluded        Gate = "excluded"
	GateSample          Gate = "sample"
	GateOpenInvite      Gate = "open_invite"
	GateCooldown        Gate = "cooldown"
	GateProjectCooldown Gate = "project_cooldown"
	GateTarget          Gate = "target"
	GatePerDay          Gate = "per_day"
	GateTotal           Gate = "total"
)

// Gates is every gate in the order in which they are asked.
var Gates = []Gate{GateInactive, GateStale, GatePeople, GateWho, GateExcluded, GateSample,
	GateOpenInvite, GateCooldown, GateProjectCooldown, GateTarget, GatePerDay, GateTotal}

// Decision is the record of one match: what was decided, and why.
type Decision struct {
	At        time.Time
	Project   ProjectID
	Study     StudyID
	Trigger   TriggerID
	Version   int
	Person    PersonKey
	MessageID string // of the event that made the match
	EventSeq  int64
	EventName string // of that event
	Outcome   Outcome
	Gate      Gate   // of a skip
	Detail    string // the facts that failed it, in words: "invited 4 days ago, 26 to go"
	Remedy    string // what would have to change for an invite, in words
	// AgainUntil is until when it is taken once more where the person says who they
	// are, for the browser of TicketHash; zero: it is final.
	AgainUntil time.Time
	TicketHash []byte
	Test       bool // of a test person, by a trigger in test mode: it is not counted
}
