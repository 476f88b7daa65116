package report

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// ConnectStore is what the page Connect reads.
type ConnectStore interface {
	// Arrivals is the last event of each source, newest first.
	Arrivals(ctx context.Context, p research.ProjectID) ([]Arrival, error)
	// Counts is what was counted since an hour, the latest first. Project 0 is
	// requests whose project could not be told.
	Counts(ctx context.Context, p research.ProjectID, since time.Time) ([]Count, error)
	// Named is how many events with a userId came since an hour, by source and by
	// whether that was verified.
	Named(ctx context.Context, p research.ProjectID, since time.Time) ([]Count, error)
}

// Arrival is the last event that came by one way, duplicates included.
type Arrival struct {
	EventName
	Source  research.Source
	Library string
	At      time.Time
}

// Count is how often something happened to requests and messages.
type Count struct {
	Kind   string // accepted, duplicate, skewed, dropped or refused
	Source research.Source
	Why    string
	Key    string // the first characters of the key it came with
	N      int
	Last   time.Time
	Names  []string // top-level keys of the last body that was no event
}
