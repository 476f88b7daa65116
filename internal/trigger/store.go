package trigger

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Store is where the engine finds its work.
type Store interface {
	// DueShards lists the shards that have events to evaluate, or something that is
	// to be taken up by now.
	DueShards(ctx context.Context, now time.Time) ([]int, error)
	// InShards runs work in one transaction that holds shards: nobody else
	// evaluates their persons meanwhile. With wait it waits up to a second for
	// another holder, without it passes over what another holds; held is false
	// where it got none, or with wait not all. work may be run again and must not
	// keep what it was given.
	InShards(ctx context.Context, shards []int, wait bool, work func(Shard) error) (held bool, err error)
	// Limits is how much one transaction had best do.
	Limits() Limits
}

// Limits is how much one transaction of the engine does.
type Limits struct {
	Events int // that wait in the inbox, it evaluates
	People int // with something due, it takes up
	// OneProject: invites that it reserves are all of one project, whose row it
	// holds, so that two nodes never wait for each other's caps.
	OneProject bool
}

// Shard is the tables of the shards at hand, inside the transaction that holds
// them.
type Shard interface {
	// Inbox is up to limit events that wait, those of one person in the order of
	// receipt.
	Inbox(ctx context.Context, limit int) ([]Pending, error)
	// Identify applies what the event says about who somebody is: links, traits,
	// groups. The person is returned with traits only where an active trigger may
	// want to see the event.
	Identify(ctx context.Context, p *Pending) (Identity, error)
	// Replaying is the triggers whose runs are being made out of stored events.
	Replaying(ctx context.Context) (map[research.TriggerID]bool, error)
	// Memory is the runs of a person: the same one whenever it is asked for in this
	// transaction.
	Memory(ctx context.Context, who PersonRef) (*Memory, error)
	// Due is persons who have a run to be taken up by now, the first due first.
	Due(ctx context.Context, now time.Time, limit int) ([]PersonRef, error)
	// Facts is what the gates ask about a person, who has traits, and the rule.
	Facts(ctx context.Context, r *Rule, who research.PersonKey, now time.Time) (Facts, error)
	// Zone is the time zone that an event names in its context.timezone; "" where it
	// names none that is known.
	Zone(ctx context.Context, p research.ProjectID, seq int64) (string, error)
	// Reserve makes the invite under constraints that make a second one
	// impossible. Where one of them stands in the way it returns nil and the
	// gate that it belongs to. One of a test takes no places and fills no quota.
	Reserve(ctx context.Context, r *Rule, invite *research.Invite, quotas []string) (*research.Invite, research.Gate, error)
	// Record keeps a decision; deciding the same match again replaces it.
	Record(ctx context.Context, d *research.Decision, invite *research.Invite) error
	// Done takes events out of the inbox and writes down what Identify learned, and
	// the runs that were changed.
	Done(ctx context.Context, done []Pending) error
}

// Pending is an event that waits for evaluation.
type Pending struct {
	research.Event
	Filed research.PersonKey // the person it is filed under in the inbox
	News  int                // what the store noted when it came; for Identify
}
