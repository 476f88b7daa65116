package report

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// WhyStore is what "why (not) me?" reads of the log.
type WhyStore interface {
	// Find is the person that an id leads to: a user of that id, else whoever a
	// browser of that id belongs to; not_found where neither was ever seen.
	Find(ctx context.Context, p research.ProjectID, id string) (research.PersonKey, error)
	// Latest is the newest decision about somebody for each trigger.
	Latest(ctx context.Context, p research.ProjectID, key research.PersonKey) ([]Decision, error)
	// Counted is how many decisions from since on are counted and not kept, for a
	// trigger's public id; "" is all triggers.
	Counted(ctx context.Context, p research.ProjectID, trigger string, since time.Time) (int, error)
}

// KeptPerDay is how many of a trigger's decisions of one common kind (not drawn,
// inactive, cancelled) a day has in the log. Those beyond are counted.
const KeptPerDay = 200

// Standing is how things stand between somebody and a trigger.
type Standing struct {
	Study, StudyName     string // public id
	Trigger, TriggerName string // public id
	StudyKey, TriggerKey string
	Active               bool
	Begun                bool      // something is remembered of them
	Progress             string    // "2 of 3 steps; until Thursday 10:04 finished must not happen"
	Until                time.Time // when what is pending is decided, or by when the next step has to come; zero: no such time
	// Now is what would be decided if they matched at this moment. Its facts are
	// those of now, and may be others when it comes to it.
	Now  Decision
	Last *Decision // the newest; nil: none is known
}

// Touched tells whether anything has come of the trigger for them so far.
func (s *Standing) Touched() bool { return s.Last != nil || s.Begun }

// NowWords is an outcome of what would be decided now.
func NowWords(o research.Outcome) string {
	if o == research.Invited {
		return "would be invited"
	}
	return "would not be invited"
}

// WhyRow is a standing as exports and the API spell it.
type WhyRow struct {
	Study       string `json:"study"`
	Trigger     string `json:"trigger"`
	Active      bool   `json:"active"`
	Progress    string `json:"progress"`
	Until       Time   `json:"until"`
	OutcomeNow  string `json:"outcome_now"`
	GateNow     string `json:"gate_now"`
	DetailNow   string `json:"detail_now"`
	RemedyNow   string `json:"remedy_now"`
	LastAt      Time   `json:"last_at"`
	LastOutcome string `json:"last_outcome"`
	LastGate    string `json:"last_gate"`
	LastDetail  string `json:"last_detail"`
	LastRemedy  string `json:"last_remedy"`
}

// Row is the standing as exports spell it.
func (s *Standing) Row() WhyRow {
	row := WhyRow{Study: s.StudyKey, Trigger: s.TriggerKey, Active: s.Active, Progress: s.Progress, Until: Time{s.Until},
		OutcomeNow: string(s.Now.Outcome), GateNow: string(s.Now.Gate), DetailNow: s.Now.Detail, RemedyNow: s.Now.Remedy}
	if d := s.Last; d != nil {
		row.LastAt, row.LastOutcome, row.LastGate, row.LastDetail, row.LastRemedy = Time{d.At}, string(d.Outcome), string(d.Gate), d.Detail, d.Remedy
	}
	return row
}
