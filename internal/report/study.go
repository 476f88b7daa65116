package report

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// ForThemes is how many interviews a study needs before there are themes.
const ForThemes = research.ForThemes

// StudyStore is what the pages of one study read.
type StudyStore interface {
	// Study is the study with that public id; not_found where the project has
	// none.
	Study(ctx context.Context, p research.ProjectID, id string) (*research.Study, error)
	// Findings is what analysis found in it, and how its people answered.
	Findings(ctx context.Context, p research.ProjectID, s research.StudyID) (*Findings, error)
	// Gates counts a study's decisions from since on by trigger, outcome and gate.
	Gates(ctx context.Context, p research.ProjectID, s research.StudyID, since time.Time) ([]GateCount, error)
	// Themes lists the themes of all studies with one quote each, the most
	// spoken of first.
	Themes(ctx context.Context, p research.ProjectID) ([]ThemeLine, error)
	// Versions lists the versions of a study's file without the files, the newest
	// first.
	Versions(ctx context.Context, p research.ProjectID, s research.StudyID) ([]Version, error)
	// Version is one of them with its file; not_found where there is none.
	Version(ctx context.Context, p research.ProjectID, s research.StudyID, number int) (Version, error)
}

// Version is a file that a study had.
type Version struct {
	Number int
	At     time.Time
	Who    string // an account's address, "apply" for the command; "": from before versions were kept
	File   []byte
}

// Findings is a study's report.
type Findings struct {
	Made      time.Time // zero: there is none yet
	Engine    string    // "built-in", or the model
	Answer    string    // the answer in a paragraph
	Uncertain []string
	Of        int // interviews counted
	Ungrouped int // of them in no theme
	Themes    []Theme
	Funnel    Funnel
	Silent    []StateCount // invites that led to no interview, by how they ended
	States    []StateCount // interviews by state
}

// Theme is a theme with quotes that know who said them.
type Theme struct {
	ID         string
	Label      string
	Definition string
	People, Of int
	Low, High  float64
	Quotes     []Quote
	More       int // quotes that are not among Quotes
}

// QuotesShown is how many quotes of a theme a report shows.
const QuotesShown = 8

// ThemeLine is a theme among those of other studies.
type ThemeLine struct {
	Theme
	Study, StudyName string
	Found            time.Time
}

// StateCount is how many are in a state, or ended for a reason.
type StateCount struct {
	State  string
	Reason string
	N      int
}

// GateCount is how many decisions of a trigger ended so.
type GateCount struct {
	Trigger research.TriggerID
	Outcome research.Outcome
	Gate    research.Gate
	N       int
	Last    time.Time
}

// Missing is how many interviews are missing for themes.
func (f *Findings) Missing() int { return max(0, ForThemes-f.Of) }

// Begun is how many interviews there are, in whatever state.
func (f *Findings) Begun() int {
	n := 0
	for _, s := range f.States {
		n += s.N
	}
	return n
}
