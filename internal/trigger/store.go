package trigger

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Store is where the engine finds its work.
type Store interface {
	// DueShards lists the shards that have events to evaluate.
	DueShards(ctx context.Context) ([]int, error)
	// InShard runs work in one transaction that holds the shard: nobody else
	// evaluates its persons meanwhile. With wait it waits up to a second for
	// another holder, without it gives way; held is false where it did not get
	// the shard. work may be run again and must not keep what it was given.
	InShard(ctx context.Context, shard int, wait bool, work func(Shard) error) (held bool, err error)
	// Together is how many shards one transaction had best hold.
	Together() int
	// InShards is InShard for several at once, giving way where another holds
	// one. An error undoes the work in all of them.
	InShards(ctx context.Context, shards []int, work func(Shard) error) error
}

// Shard is the tables of one shard, inside the transaction that holds it.
type Shard interface {
	// Inbox is up to limit events that wait, oldest first in the order of receipt.
	Inbox(ctx context.Context, limit int) ([]Pending, error)
	// Identify applies what the event says about who somebody is: links, traits,
	// groups. It returns the person it belongs to as known from then on. Where
	// that person lives in another shard, the event was put there, and elsewhere
	// is that shard; else it is -1.
	Identify(ctx context.Context, p *Pending) (person *research.Person, elsewhere int, err error)
	// Facts is what the gates ask about the person and the rule.
	Facts(ctx context.Context, r *Rule, person *research.Person, now time.Time) (Facts, error)
	// Reserve makes the invite under constraints that make a second one
	// impossible. Where one of them stands in the way it returns nil and the
	// gate that it belongs to.
	Reserve(ctx context.Context, r *Rule, invite *research.Invite, quotas []string) (*research.Invite, research.Gate, error)
	// Record keeps a decision; deciding the same match again replaces it.
	Record(ctx context.Context, d *research.Decision, invite *research.Invite) error
	// Done takes events out of the inbox.
	Done(ctx context.Context, seqs []int64) error
}

// Pending is an event that waits for evaluation.
type Pending struct {
	research.Event
	Filed research.PersonKey // the person it is filed under in the inbox
	News  int                // what the store noted when it came; for Identify
}
