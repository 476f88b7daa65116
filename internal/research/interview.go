package research

import "time"

// InterviewState is how far an interview got.
type InterviewState string

const (
	Consenting InterviewState = "consenting"
	Running    InterviewState = "running"
	Paused     InterviewState = "paused"    // silence, or a closed tab
	Completed  InterviewState = "completed" // done, or out of time
	Stopped    InterviewState = "stopped"   // by the person, or for safety
	Abandoned  InterviewState = "abandoned" // 24 h after the last contact
	Declined   InterviewState = "declined"  // no consent; no turns
)

// Final tells whether the interview is over for good.
func (s InterviewState) Final() bool {
	switch s {
	case Completed, Stopped, Abandoned, Declined:
		return true
	}
	return false
}

// Speaker is who says a turn.
type Speaker string

const (
	Interviewer Speaker = "interviewer"
	Participant Speaker = "participant"
)

// Turn is one side's speech. Its text stands byte for byte as it was said.
type Turn struct {
	N       int
	Speaker Speaker
	Text    string
	At      time.Time
	StartMS *int64 // in the recording; nil: typed
	EndMS   *int64
	Words   []Word // and of each word; nil: not known
	Rule    string // interviewer: which rule chose it; participant: ""
	Answer  string // participant: the id the page gave it, for idempotence
	// Question is the part of an interviewer's turn that asks: what the page
	// shows large. Empty where nothing is asked.
	Question string
	// Excluded turns raised an interrupt (contact data, injection): they are
	// never quoted and never analysed.
	Excluded bool
}

// Interview is one conversation with one participant.
type Interview struct {
	ID          int64
	PublicID    string // itv_…
	Project     ProjectID
	Study       StudyID
	Trigger     TriggerID
	Invite      int64
	Person      PersonKey
	State       InterviewState
	Reason      string // why it ended: complete, time, stop, no_consent, distress, minor, abuse, silence
	Mode        string // "text" or "voice"
	Language    string
	Consent     string // version of the consent text that was accepted
	ConsentAt   time.Time
	StartedAt   time.Time
	LastContact time.Time
	EndedAt     time.Time
	Turns       []Turn
}

// Answers is how many turns the participant said.
func (i *Interview) Answers() int {
	n := 0
	for _, t := range i.Turns {
		if t.Speaker == Participant {
			n++
		}
	}
	return n
}

// Countable tells whether the interview goes into themes: completed, or
// stopped or abandoned with two answers; never where somebody was in distress
// or a minor.
func (i *Interview) Countable() bool {
	switch i.State {
	case Completed:
		return i.Answers() > 0
	case Stopped, Abandoned:
		return i.Answers() >= 2 && i.Reason != "distress" && i.Reason != "minor"
	}
	return false
}
