package report

import (
	"context"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// DecisionStore is what the decision log reads.
type DecisionStore interface {
	// Decisions lists decisions, newest first.
	Decisions(ctx context.Context, p research.ProjectID, f DecisionFilter, w Window) (Listing[Decision], error)
	// Triggers lists all triggers there are or were, for the filter.
	Triggers(ctx context.Context, p research.ProjectID) ([]TriggerName, error)
}

// DecisionFilter says which decisions are wanted; "" is any.
type DecisionFilter struct {
	Outcome research.Outcome
	Gate    research.Gate
	Trigger string // public id
	Person  research.PersonKey
	Since   time.Time
}

// TriggerName is a trigger as a filter offers it.
type TriggerName struct {
	ID, Name         string
	Study, StudyName string
}

// Decision is a line of the decision log.
type Decision struct {
	research.Decision
	ID          int64
	Event       string // the name of the event that made the match; "" where it is no longer kept
	Study       string // public id
	StudyName   string
	Trigger     string // public id
	TriggerName string
	Invite      string // public id; "": none
}

// Place is where the decision stands in the log.
func (d Decision) Place() Cursor { return Cursor{d.At, d.ID} }

// gateWords is a skip in a few words, where the decision itself has no detail.
var gateWords = map[research.Gate]string{
	research.GateInactive:        "the trigger was paused, or its study closed",
	research.GateStale:           "the event was too old when it arrived",
	research.GatePeople:          "we did not know who it was",
	research.GateWho:             "not among the people the trigger asks",
	research.GateExcluded:        "on the list of people never asked",
	research.GateSample:          "not drawn in the sample",
	research.GateOpenInvite:      "had another invite",
	research.GateCooldown:        "this trigger asked not long ago",
	research.GateProjectCooldown: "asked not long ago",
	research.GateTarget:          "the study had its interviews",
	research.GatePerDay:          "the day's invites were used up",
	research.GateTotal:           "the trigger's invites were used up",
}

// GateWords says what it means to fail at a gate.
func GateWords(g research.Gate) string {
	if w, ok := gateWords[g]; ok {
		return w
	}
	return string(g)
}

// Why is the reason of a decision in words, or "" where it needs none. The
// detail already begins with the gate where the facts were known.
func (d Decision) Why() string {
	switch d.Outcome {
	case research.Skipped:
		if d.Detail == "" {
			return GateWords(d.Gate)
		}
		return strings.TrimPrefix(d.Detail, string(d.Gate)+": ")
	case research.Invited, research.Waiting, research.Cancelled:
		return d.Detail
	}
	return ""
}

// OutcomeWords is an outcome in the words of the dashboard.
func OutcomeWords(o research.Outcome) string {
	switch o {
	case research.Skipped:
		return "not invited"
	case research.Waiting:
		return "waiting"
	case research.Cancelled:
		return "cancelled"
	}
	return string(o)
}

// Words is the whole decision in a line: "not invited: asked 4 days ago, 26 to go".
func (d Decision) Words() string {
	if why := d.Why(); why != "" {
		return OutcomeWords(d.Outcome) + ": " + why
	}
	return OutcomeWords(d.Outcome)
}
