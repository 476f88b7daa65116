package report

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// EventsCounted is up to how many events of a week are counted one by one.
const EventsCounted = 20_000

// HomeStore is what the first page reads.
type HomeStore interface {
	// Week counts what happened from since on.
	Week(ctx context.Context, p research.ProjectID, since time.Time) (Funnel, error)
	// Studies lists all studies, newest first, with what happened from since on
	// by day.
	Studies(ctx context.Context, p research.ProjectID, since time.Time) ([]StudyLine, error)
	// Firing tells of every trigger when it last decided anything.
	Firing(ctx context.Context, p research.ProjectID) ([]Firing, error)
	// Heard is one quote each of the themes that grew last.
	Heard(ctx context.Context, p research.ProjectID, limit int) ([]Quote, error)
	// Endpoints is where deliveries go, and how that has been.
	Endpoints(ctx context.Context, p research.ProjectID) ([]Endpoint, error)
	// Undelivered counts the deliveries that were given up since a time.
	Undelivered(ctx context.Context, p research.ProjectID, since time.Time) (int, error)
	// VoiceDay is how much of the day of now was spoken, in UTC.
	VoiceDay(ctx context.Context, p research.ProjectID, now time.Time) (VoiceDay, error)
}

// Funnel is how far people got, from an event to an interview. Events and
// Matches are of a time; the rest follows the invites that were reserved in it.
type Funnel struct {
	Events    int
	More      bool // there were more events than EventsCounted
	Matches   int
	Invited   int
	Shown     int
	Accepted  int
	Completed int
}

// StudyLine is a study in a list.
type StudyLine struct {
	ID         string
	Name       string
	State      research.StudyState
	Target     int
	Completed  int
	Interviews int // begun, in whatever state
	Triggers   int
	Active     int       // triggers that are on
	Days       []int     // interviews begun a day, oldest first; the last is today
	Theme      string    // the newest one's label
	ThemeAt    time.Time // when it was found
	Created    time.Time
}

// Firing is when a trigger last decided anything.
type Firing struct {
	Study, StudyName     string
	Trigger, TriggerName string
	Active               bool
	Since                time.Time // when it was made
	Last                 time.Time // zero: never
}

// Quote is somebody's words with where they stand.
type Quote struct {
	research.Quote
	Person research.PersonKey
	At     time.Time // when the interview began
	Mode   string
	Length time.Duration
	Theme  string
	Study  string
	Event  string // the name of the event that led to the invite
}

// Home is the first page.
type Home struct {
	Week    Funnel
	Needs   []Need
	Studies []StudyLine
	Heard   []Quote
}

// Days is how many days a study's small chart spans.
const Days = 14

// ReadHome reads the first page.
func ReadHome(ctx context.Context, s HomeStore, p *research.Project, now time.Time) (h Home, err error) {
	if h.Week, err = s.Week(ctx, p.ID, now.Add(-7*24*time.Hour)); err != nil {
		return h, err
	}
	if h.Studies, err = s.Studies(ctx, p.ID, FirstDay(now)); err != nil {
		return h, err
	}
	firing, err := s.Firing(ctx, p.ID)
	if err != nil {
		return h, err
	}
	sending, err := sendingNeeds(ctx, s, p, now)
	if err != nil {
		return h, err
	}
	spoken, err := voiceNeeds(ctx, s, p, now)
	if err != nil {
		return h, err
	}
	h.Needs = append(append(sending, spoken...), Needs(p, h.Studies, firing, now)...)
	h.Needs = h.Needs[:min(len(h.Needs), maxNeeds)]
	h.Heard, err = s.Heard(ctx, p.ID, 3)
	return h, err
}

// FirstDay is midnight UTC of the oldest day of a study's small chart.
func FirstDay(now time.Time) time.Time {
	return now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-Days)
}
