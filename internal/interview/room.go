package interview

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Room holds interviews: it finds what a link leads to, keeps the clock, asks
// the [Conductor] what to say next and stores both sides before anybody is
// answered. It keeps nothing in memory between two calls, so any node of one
// database can take the next answer, and a crash loses nothing that was
// acknowledged.
//
// The other fields are needed. A Room is safe for many goroutines.
type Room struct {
	Store  Store
	Plan   func(file []byte) (Plan, error) // reads the study file
	Now    func() time.Time
	Random io.Reader
	Log    *slog.Logger
	// Voice says that somebody can be heard here, and Recordings that what is said
	// may be recorded; without them interviews are typed.
	Voice, Recordings bool
}

// Store is what a Room keeps. Each method is one transaction.
type Store interface {
	// OfferByLink finds what the link with that token hash leads to; not_found
	// where there is no such link.
	OfferByLink(ctx context.Context, tokenHash []byte) (*Offer, error)
	// PutTicket keeps a ticket until it is redeemed or expires.
	PutTicket(ctx context.Context, t Ticket, now time.Time) error
	// RedeemTicket uses a ticket up and returns what its link leads to;
	// unauthenticated where it is unknown, used or expired.
	RedeemTicket(ctx context.Context, hash []byte, now time.Time) (*Offer, error)
	// BeginInterview stores the answer to the consent question: an interview
	// with its first turn, or a declined one without any. Where the invite has
	// an interview already, that one is returned and nothing is stored; conflict
	// where the invite has ended meanwhile, and [ErrCrowded] where an interview
	// would run beside most others of its project; 0 is any number.
	BeginInterview(ctx context.Context, r *Record, most int) (*Record, error)
	// LoadInterview reads an interview with its turns.
	LoadInterview(ctx context.Context, key Key) (*Record, error)
	// MoveInterview takes an interview one step on; conflict where it is over or
	// no longer where the step was computed from.
	MoveInterview(ctx context.Context, m Move) error
	// PutTurnTimes sets when a turn was said, in milliseconds of the recording; not
	// found where the turn is not there any more.
	PutTurnTimes(ctx context.Context, key Key, turn int, start, end int64, words []research.Word) error
	// StaleInterviews finds some interviews that are not over and had no contact
	// after a time.
	StaleInterviews(ctx context.Context, after time.Time) ([]*Record, error)
	tapes
}

// Key names an interview: never without its project.
type Key struct {
	Project research.ProjectID
	ID      int64
}

// Offer is what a link leads to.
type Offer struct {
	Invite    research.Invite
	Project   research.Project
	Study     research.Study
	Event     research.Event // the one that matched; zero where it is no longer kept
	Interview *Record        // nil: the consent question is not answered yet
}

// Record is an interview as it is kept: with its turns, and with what the
// Conductor needs to go on.
type Record struct {
	research.Interview
	Setup    Setup
	Progress []byte // opaque to the store
}

// Key is the record's name.
func (r *Record) Key() Key { return Key{r.Project, r.ID} }

// LastTurn is the number of the last turn; 0 before the first.
func (r *Record) LastTurn() int {
	if len(r.Turns) == 0 {
		return 0
	}
	return r.Turns[len(r.Turns)-1].N
}

// Move is one step of an interview. It is stored whole or not at all, and only
// if the interview is not over and its last turn is still After.
type Move struct {
	Key
	After     int
	IdleSince time.Time // if not zero: only where the last contact is no later
	At        time.Time
	Turns     []research.Turn // to be added
	State     research.InterviewState
	Reason    string // of a final state
	Progress  []byte
	Exclude   bool // mark every answer: never quote or analyse it
	Forget    bool // delete every turn instead of adding any
}

// Ticket lets one socket in, once.
type Ticket struct {
	Hash    []byte
	Project research.ProjectID
	Invite  int64
	Expires time.Time
}

// Plan is what a study file says about its interviews.
type Plan struct {
	GuideID   string          // of the guides that come with usercall; "": not named
	Guide     *research.Guide // written out; nil: not written out
	Mode      string          // "voice", "text" or "choice"
	Minutes   int             // 0: as long as the guide says
	Languages []string        // in the study's order; empty: English
	Voice     string          // the name of the voice; "": the usual one
	Patience  string          // "quick", "normal" or "patient"; "": normal
	Record    bool            // ask whether the sound may be kept
}
