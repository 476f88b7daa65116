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
	// Keys lists a project's secret keys by what may be shown of them.
	Keys(ctx context.Context, p research.ProjectID) ([]Key, error)
}

// Key is a secret key as far as it is known after the day it was made.
type Key struct {
	Kind    string // "server" or "api"
	Prefix  string
	Created time.Time
	Revoked time.Time // zero: valid
}

// Store is all that there is to read.
type Store interface {
	HomeStore
	StudyStore
	InterviewStore
	DecisionStore
	PeopleStore
	ProjectStore
	ConnectStore
	CatalogueStore
}
