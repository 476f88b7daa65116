// Package invite is the third stage: a decision to invite becomes the offer
// that one person sees, and what they make of it.
//
// It owns the life of an invite from its reservation to its end, and the link
// that opens it. It must not decide who is invited (package trigger) nor hold
// the conversation (package interview). Start at [Service.Open] and [Move].
package invite

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// LaterAfter is how long "not now" puts an invite off; contract.md §5.
const LaterAfter = 24 * time.Hour

// Step is what a browser reports of an invite.
type Step string

const (
	Shown    Step = "shown"
	Accepted Step = "accepted"
	Declined Step = "declined"
	Later    Step = "later"
	Never    Step = "never"
	Refused  Step = "refused" // the browser did not show it, Reason says why
)

// Obstacles is why a browser does not show an invite, in words.
var Obstacles = map[string]string{
	"url": "the page was not one it may stand on", "hidden": "the page was not looked at",
	"dialog": "another dialog was open", "session": "this browser session had its card",
	"tab": "another tab showed it", "browser": "the browser is too old to show it",
	"reset": "the person signed out", "identify": "another person signed in", "opt_out": "the browser opted out",
}

// Other is what every obstacle counts as that is not one of ours.
const Other = "other"

// Known tells whether s is a step.
func (s Step) Known() bool {
	switch s {
	case Shown, Accepted, Declined, Later, Never, Refused:
		return true
	}
	return false
}

// Move is a step of one invite, reported by the browser that holds its ticket.
type Move struct {
	Project research.ProjectID
	Invite  string // public id
	Ticket  []byte // hash
	To      Step
	Reason  string
	Now     time.Time
}

// Visitor is a browser that asks, and what is known of who sits there.
type Visitor struct {
	Project research.ProjectID
	Ticket  []byte               // hash
	Proved  research.UserID      // by an identity token; "": nobody
	Claimed research.UserID      // as the page says: worth nothing unless signed events agree
	Browser research.AnonymousID // as the page says
}

// Store keeps invites.
type Store interface {
	// Move takes the step and tells whether the invite could take it. An
	// unknown invite, or one of another ticket, cannot.
	Move(context.Context, Move) (bool, error)
	// Offered is the invite that may stand on a page of the visitor now, or nil.
	// One that is theirs for another reason than the ticket is bound to the ticket.
	Offered(ctx context.Context, v Visitor, now time.Time) (*research.Invite, error)
	// Completed is the invites of the ticket whose interviews were completed
	// since a time, by their public ids.
	Completed(ctx context.Context, p research.ProjectID, ticket []byte, since time.Time) ([]string, error)
	// Open tells whether anything is still open for the ticket: an invite that
	// may be shown, an interview that is not over, an event not yet decided, a
	// wait. Where that begins at a known time only, askAt is it; else it is zero.
	Open(ctx context.Context, p research.ProjectID, ticket []byte, now time.Time) (open bool, askAt time.Time, err error)
	// Claim gives an invite that no browser holds to the ticket that sent the
	// very same message: type, name and ids agree too.
	Claim(ctx context.Context, e *research.Event, ticket []byte) error
	// ExpireDue ends invites that waited too long, a few hundred at a time, and
	// says how many.
	ExpireDue(ctx context.Context, now time.Time) (int, error)
	// OptOut ends all invitations, for ever, of the persons the ticket was used for.
	OptOut(ctx context.Context, p research.ProjectID, ticket []byte, now time.Time) error
}

// Token is the secret part of an invite's link: the first 128 bits of
// HMAC-SHA-256(instance key, public id), so that the same link can be given
// again after a reload, a duplicate or a retried mail.
func Token(instanceKey []byte, publicID string) string {
	mac := hmac.New(sha256.New, instanceKey)
	mac.Write([]byte("invite:" + publicID))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// TokenHash is what stores keep of a token.
func TokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// TicketHash is what stores keep of a browser's ticket; nil for no ticket.
func TicketHash(ticket string) []byte {
	if ticket == "" {
		return nil
	}
	sum := sha256.Sum256([]byte("ticket:" + ticket))
	return sum[:16]
}
