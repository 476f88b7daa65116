// Package deliver sends invites to people who are not on the page: by e-mail, to
// a webhook of the customer's, and to Slack.
//
// It owns what goes out and how: the client that calls no private address, the
// signatures, the words of a mail, when a failure is tried again and when an
// endpoint is left alone. It must not decide who is invited (package trigger),
// and it keeps nothing itself. Start at [Service.Run].
package deliver

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Delivery is the sending of one invite, with what is known when it is taken up.
type Delivery struct {
	ID       string // dlv_…; the same at every attempt
	Channel  research.Channel
	Attempts int // made so far
	Project  research.Project
	Study    string // key
	Named    string // the study's name
	Trigger  string // key
	Invite   research.Invite
	Locales  []string // what says which language the person reads, best first
	Email    string   // the person's trait; "": none
	Vouched  bool     // a signed event said that the address is theirs
	Endpoint Endpoint
}

// Endpoint is where a project's deliveries of one channel go.
type Endpoint struct {
	Target     []byte // the address, sealed; nil: none, or e-mail
	Generation int    // of the secret that signs
	Rotated    time.Time
	Health
}

// Text is what an invite says, in one language.
type Text struct{ Language, Title, Body, Accept, Decline string }

// Store keeps deliveries. Each method is one transaction.
type Store interface {
	// Load is a delivery that is to be sent now; nil where there is nothing to do:
	// it is unknown, it has ended, its endpoint is paused. One whose invite has
	// ended is cancelled.
	Load(ctx context.Context, id string, now time.Time) (*Delivery, error)
	// Begin writes down that an attempt is made, before it is; its number is
	// Attempts + 1. It is false where the invite ended since. why is not empty
	// where the address must not be written to, and nothing was begun then.
	Begin(ctx context.Context, d *Delivery, now time.Time) (began bool, why string, err error)
	// Finish writes down what became of an attempt, or that none was made
	// (Attempt.N is 0), and what follows from it.
	Finish(ctx context.Context, id string, r Result) error
	// PutOff has a delivery taken up again later. It is no attempt.
	PutOff(ctx context.Context, id string, until, now time.Time) error
	// Endpoint is where a channel of a project goes.
	Endpoint(ctx context.Context, p research.ProjectID, c research.Channel) (Endpoint, error)
	// Tested keeps the one attempt of a test, which is no invite's.
	Tested(ctx context.Context, p research.ProjectID, c research.Channel, id string, r Result) error
}

// Attempt is one try.
type Attempt struct {
	N       int       // 1 at the first
	Began   time.Time // before the connection is made
	Ended   time.Time
	Status  int    // what was answered, of HTTP or SMTP; 0: nothing was
	Error   string // in a few words, without anything of the address; "": it was taken
	Unclear bool   // it may have been taken, and nobody can tell
}

// Result is an attempt and what follows.
type Result struct {
	Attempt
	State   research.DeliveryState
	Reason  string    // of a failure, for the reader
	RetryAt time.Time // while it waits
	Blames  bool      // the failure is the endpoint's, and not this delivery's
	Gone    bool      // the endpoint said that it is no more
}
