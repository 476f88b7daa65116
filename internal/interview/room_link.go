package interview

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"time"

	"github.com/usercall/usercall/internal/research"
)

const (
	// TicketLife is how long a socket ticket may wait to be used.
	TicketLife = time.Minute
	// Patience is how long an interview waits for its participant to come back.
	Patience = 24 * time.Hour

	longestToken = 128 // of what can be a token or ticket at all
)

var errOver = &research.Error{Code: research.Conflict, Message: "This interview is over."}

// hashToken is how a link's token, and a socket's ticket, are looked up: stores
// hold hashes only.
func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Standing is what a link is good for.
type Standing string

const (
	Asking Standing = "asking" // the consent question is open
	Open   Standing = "open"   // the interview can go on
	Over   Standing = "over"   // it is final
	Gone   Standing = "gone"   // the offer expired or was taken back
)

// Standing tells what the link is good for now.
func (o *Offer) Standing(now time.Time) Standing {
	switch i := o.Interview; {
	case i != nil && (i.State.Final() || now.Sub(i.LastContact) > Patience):
		return Over
	case i != nil:
		return Open
	}
	switch o.Invite.State {
	case research.InviteDeclined, research.InviteExpired, research.InviteRevoked:
		return Gone
	}
	if !o.Invite.ExpiresAt.IsZero() && !now.Before(o.Invite.ExpiresAt) {
		return Gone
	}
	return Asking
}

// Find is what the link with that token leads to. It changes nothing: link
// scanners open everything. A token that cannot be one is not_found like one
// that is none.
func (r *Room) Find(ctx context.Context, token string) (*Offer, error) {
	if token == "" || len(token) > longestToken {
		return nil, research.Errorf(research.NotFound, "This link leads nowhere.")
	}
	return r.Store.OfferByLink(ctx, hashToken(token))
}

// Ticket lets the holder of a link open one socket within [TicketLife].
// Conflict where the interview is over or the offer is gone.
func (r *Room) Ticket(ctx context.Context, o *Offer) (string, error) {
	now := r.Now()
	if s := o.Standing(now); s == Over || s == Gone {
		return "", errOver
	}
	var secret [16]byte
	if _, err := io.ReadFull(r.Random, secret[:]); err != nil {
		return "", err
	}
	ticket := base64.RawURLEncoding.EncodeToString(secret[:])
	return ticket, r.Store.PutTicket(ctx, Ticket{
		Hash: hashToken(ticket), Project: o.Invite.Project, Invite: o.Invite.ID, Expires: now.Add(TicketLife),
	}, now)
}

// Enter uses a ticket up. An interview that waited for its participant goes on;
// one that waited too long is over.
func (r *Room) Enter(ctx context.Context, ticket string) (*Offer, error) {
	if ticket == "" || len(ticket) > longestToken {
		return nil, research.Errorf(research.Unauthenticated, "This ticket is not valid.")
	}
	now := r.Now()
	o, err := r.Store.RedeemTicket(ctx, hashToken(ticket), now)
	if err != nil {
		return nil, err
	}
	switch o.Standing(now) {
	case Gone:
		return nil, errOver
	case Over:
		if !o.Interview.State.Final() { // nobody came for too long
			err = r.abandon(ctx, o.Interview)
		}
	case Open:
		o.Interview, err = r.Resume(ctx, o.Interview.Key())
	}
	return o, err
}
