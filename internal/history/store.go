package history

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Store keeps events, and how far a file was read.
type Store interface {
	// Append stores those events that are not there yet and tells which were.
	Append(ctx context.Context, events []research.Event) (stored []bool, err error)
	// AppendFrom is Append, and keeps in the same transaction how far the file
	// is read then. There may be no events.
	AppendFrom(ctx context.Context, events []research.Event, p Position) (stored []bool, err error)
	// Mark is how far a file was read into a project, zero where it never was.
	Mark(ctx context.Context, p research.ProjectID, f File) (Mark, error)
}

// Mark is how far a file was read.
type Mark struct {
	Bytes, Lines int64 // of its text, unpacked
	Done         bool  // to its end
}

// Position is how far a file was read into a project.
type Position struct {
	Project research.ProjectID
	File    File
	Mark    Mark
	At      time.Time
}
