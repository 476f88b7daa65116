package report

import (
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Pulse is how the whole server stands, of all projects together.
type Pulse struct {
	At           time.Time
	Decisions    map[research.Outcome]int        // of the day, in UTC
	Invites      map[research.InviteState]int    // reserved on the day, in UTC
	Interviews   map[research.InterviewState]int // that are not over
	Queues       []Queue
	Recordings   map[research.RecordingState]int
	Recorded     time.Duration // length of what is kept
	RetentionLag time.Duration // how long the recording that is longest due is still there
}

// Queue is work in the background.
type Queue struct {
	Name    string
	Waiting int // due or not
	Dead    int // given up
	Lag     time.Duration
}
