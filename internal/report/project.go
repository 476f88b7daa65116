package report

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// ProjectStore is what the shell, Connect and Settings read.
type ProjectStore interface {
	// Projects lists every project, in the order they were made.
	Projects(ctx context.Context) ([]*research.Project, error)
	// LastEvent is the event received last; nil where none ever was.
	LastEvent(ctx context.Context, p research.ProjectID) (*Event, error)
	// Keys lists every key that a project has or had, by what may be shown of it:
	// in the order of research.KeyKinds, the newest first.
	Keys(ctx context.Context, p research.ProjectID) ([]Key, error)
	// KeySet is where a project's customer publishes identity keys; nil: nowhere.
	KeySet(ctx context.Context, p research.ProjectID) (*KeySet, error)
	// Pauses is the latest times in which everything of a project was paused, the
	// newest first.
	Pauses(ctx context.Context, p research.ProjectID, limit int) ([]research.Pause, error)
	// RecordingDays is how many days recordings are kept; 0: until somebody deletes
	// them.
	RecordingDays(ctx context.Context, p research.ProjectID) (int, error)
}

// Key is a key as far as it is known after the day it was made.
type Key struct {
	Kind      research.KeyKind
	Prefix    string // of a secret one; a write key whole, the kid of an identity key, the number of a webhook
	Algorithm string // of an identity key
	Created   time.Time
	Revoked   time.Time // zero: valid
	Current   bool      // the newest valid one; another valid one is on its way out
}

// KeySet is an address at which identity keys are published, and what was found.
type KeySet struct {
	URL   string
	Keys  []Key
	Read  time.Time // when they were
	Tried time.Time // when it was tried last
	Wrong string    // what was wrong then; "": nothing
}

// Store is all that there is to read.
type Store interface {
	HomeStore
	StudyStore
	InterviewStore
	DecisionStore
	WhyStore
	PeopleStore
	ProjectStore
	ConnectStore
	CatalogueStore
	DeliveryStore
}
