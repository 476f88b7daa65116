package report

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// CatalogueStore is what the event catalogue reads: every event that a project
// has had within 30 days, and what such events carry.
type CatalogueStore interface {
	// Catalogue lists every event, those seen last first.
	Catalogue(ctx context.Context, p research.ProjectID) ([]CatalogueLine, error)
	// CatalogueEvent is one event with its properties; not_found where it was
	// not seen.
	CatalogueEvent(ctx context.Context, p research.ProjectID, of EventName) (*CatalogueEntry, error)
	// EventNames lists events whose name begins with prefix, whatever its
	// capitals, the most frequent first.
	EventNames(ctx context.Context, p research.ProjectID, prefix string, limit int) ([]CatalogueLine, error)
}

// EventName is what the catalogue has an entry for.
type EventName struct {
	Type research.EventType
	Name string // "" where the type has none
}

// Others is the type of the entry that counts events beyond the catalogue's
// room.
const Others research.EventType = "other"

// Title is the event as one speaks of it.
func (n EventName) Title() string {
	switch {
	case n.Type == Others:
		return "all others"
	case n.Name == "":
		return string(n.Type)
	}
	return n.Name
}

// CatalogueLine is an event in the list.
type CatalogueLine struct {
	EventName
	Count       int // within 30 days
	Sources     map[research.Source]int
	First, Last time.Time
	Paths       int // how many are known
}

// CatalogueEntry is an event with what it carries.
type CatalogueEntry struct {
	CatalogueLine
	Days       []DayCount // oldest first, those with none left out
	Properties []Property // by path
}

// DayCount is how often something was on a day.
type DayCount struct {
	Day time.Time
	N   int
}

// MaxSamples is how many values of a property are shown.
const MaxSamples = 5

// Property is a path below properties or traits.
type Property struct {
	Path     string // "": what found no room
	Kinds    []string
	Count    int      // messages that had it, of those looked into
	Samples  []string // as JSON spells them
	Distinct int      // values that are known
	Many     bool     // there are too many values to list
	Withheld bool     // some values were not kept: they could be personal
	Last     time.Time
}

// MoreValues is how many values are known beyond the samples.
func (p Property) MoreValues() int { return p.Distinct - len(p.Samples) }
