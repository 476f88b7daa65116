package invite

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Notice is that something became of an invite that an open page may have to
// know, for one browser of it.
type Notice struct {
	ID       int64
	Project  research.ProjectID
	Trigger  research.TriggerID
	Person   research.PersonKey
	EventSeq int64  // of the event that led to it
	Ticket   []byte // hash; nil: no browser holds it
}

// Watch tells what became of invites, whichever process brought it about.
type Watch interface {
	// Persons is whom a visitor is proved to be, and where that is nobody, whom
	// they may be, before anything vouches for it.
	Persons(ctx context.Context, v Visitor) (proved research.PersonKey, maybe []research.PersonKey, err error)
	// Latest is the number of the newest invite.
	Latest(ctx context.Context) (int64, error)
	// Made is invites with higher numbers. One with a lower number may be
	// committed after one with a higher number.
	Made(ctx context.Context, after int64) ([]Notice, error)
	// Closed is invites that ended since a time.
	Closed(ctx context.Context, since time.Time) ([]Notice, error)
	// OpenOf is the open invites of a trigger.
	OpenOf(ctx context.Context, p research.ProjectID, t research.TriggerID) ([]Notice, error)
	// Vouched tells whether signed events say that a browser is the person's of an
	// invite: its anonymousId stood in the one that led to the invite, or beside
	// the person's userId in another.
	Vouched(ctx context.Context, browser research.AnonymousID, n Notice) (bool, error)
}
