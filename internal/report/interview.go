package report

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// InterviewStore is what the pages of interviews read.
type InterviewStore interface {
	// Interviews lists interviews, the last begun first.
	Interviews(ctx context.Context, p research.ProjectID, f InterviewFilter, w Window) (Listing[InterviewLine], error)
	// Interview is the interview with that public id and all around it;
	// not_found where the project has none.
	Interview(ctx context.Context, p research.ProjectID, id string) (*Interview, error)
}

// InterviewFilter says which interviews are wanted; "" is any.
type InterviewFilter struct {
	Study  string // public id
	State  research.InterviewState
	Person research.PersonKey
}

// InterviewLine is an interview in a list.
type InterviewLine struct {
	ID        string
	Study     string
	StudyName string
	Person    research.PersonKey
	State     research.InterviewState
	Reason    string
	Mode      string
	Language  string
	Started   time.Time
	Ended     time.Time
	Answers   int
	Test      bool // of a trigger in test mode: it is not counted
	Place     Cursor
}

// Length is how long it lasted; 0 while it goes on.
func (r InterviewLine) Length() time.Duration {
	if r.Ended.IsZero() {
		return 0
	}
	return r.Ended.Sub(r.Started)
}

// Interview is one conversation and all around it.
type Interview struct {
	InterviewLine
	Consent     string // version of the text that was agreed to
	ConsentAt   time.Time
	TriggerName string
	Trigger     string
	Verified    bool
	Turns       []research.Turn
	Summary     *research.Summary // nil: none yet
	Quotes      []Quote           // by turn, each with its theme
	Around      []Event           // the person's events around the moment, oldest first
	Moment      int64             // Seq of the event that led to the invite

	Recording *research.Recording // nil: there is none
	Exchanges []research.Exchange // how long each spoken reply took
}

// AroundMoment is how far before and after the moment the person's events are
// shown.
const AroundMoment = 24 * time.Hour
