package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

// PutTicket implements interview.Store. It also clears away the project's
// tickets that nobody used.
func (db *DB) PutTicket(ctx context.Context, t interview.Ticket, now time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM socket_tickets WHERE project_id = $1 AND expires_at <= $2", t.Project, ms(now))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO socket_tickets (hash, project_id, invite_id, expires_at) VALUES ($1, $2, $3, $4)",
			t.Hash, t.Project, t.Invite, ms(t.Expires))
		return err
	})
}

// RedeemTicket implements interview.Store.
func (db *DB) RedeemTicket(ctx context.Context, hash []byte, now time.Time) (o *interview.Offer, err error) {
	var valid bool
	err = db.InTx(ctx, func(tx *sql.Tx) error {
		var expires int64
		var project research.ProjectID
		var invite int64
		err := tx.QueryRowContext(ctx, "DELETE FROM socket_tickets WHERE hash = $1 RETURNING project_id, invite_id, expires_at",
			hash).Scan(&project, &invite, &expires)
		if valid = err == nil && ms(now) < expires; !valid {
			return notFound(err)
		}
		o, err = db.offer(ctx, tx, "i.project_id = $1 AND i.id = $2", project, invite)
		return err
	})
	if err == nil && (!valid || o == nil) {
		return nil, research.Errorf(research.Unauthenticated, "This ticket is not valid.")
	}
	return o, err
}

// notFound passes over the answer of a statement that had no row.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// OfferByLink implements interview.Store.
func (db *DB) OfferByLink(ctx context.Context, tokenHash []byte) (*interview.Offer, error) {
	o, err := db.offer(ctx, db.read, "i.token_hash = $1", tokenHash)
	if err == nil && o == nil {
		return nil, research.Errorf(research.NotFound, "This link leads nowhere.")
	}
	return o, err
}

// offer reads an invite with its project, study, event and interview; nil where
// there is none. An invite that another one replaced leads to that one.
func (db *DB) offer(ctx context.Context, q querier, where string, args ...any) (*interview.Offer, error) {
	invite, err := scanInvite(q.QueryRowContext(ctx, "SELECT "+inviteColumns+" FROM invitations i WHERE "+where, args...))
	if err == nil && invite.Reason == "merged" {
		invite, err = survivor(ctx, q, invite)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o := &interview.Offer{Invite: *invite}
	if err := readSurroundings(ctx, q, o); err != nil {
		return nil, err
	}
	o.Interview, err = db.oneInterview(ctx, q, "project_id = $1 AND invite_id = $2", invite.Project, invite.ID)
	return o, err
}

// survivor is the invite that stayed when two persons turned out to be one:
// triggers.md §5. Where its own interview began before the fold, the merged
// invite stays itself.
func survivor(ctx context.Context, q querier, merged *research.Invite) (*research.Invite, error) {
	if merged.State != research.InviteRevoked {
		return merged, nil
	}
	other, err := scanInvite(q.QueryRowContext(ctx, "SELECT "+inviteColumns+` FROM invitations
		WHERE project_id = $1 AND user_key = $2 AND state <> 'revoked' ORDER BY closed_at IS NULL DESC, id DESC LIMIT 1`,
		merged.Project, merged.Person))
	if errors.Is(err, sql.ErrNoRows) {
		return merged, nil
	}
	return other, err
}

// readSurroundings reads what stands around an invite. The event may be gone:
// events are kept for a shorter time than links work.
func readSurroundings(ctx context.Context, q querier, o *interview.Offer) error {
	p, err := scanProject(q.QueryRowContext(ctx, "SELECT "+projectColumns+" FROM projects p WHERE p.id = $1", o.Invite.Project))
	if err != nil {
		return err
	}
	s, err := scanStudy(q.QueryRowContext(ctx, "SELECT "+studyColumns+" FROM studies s WHERE s.project_id = $1 AND s.id = $2",
		o.Invite.Project, o.Invite.Study))
	if err != nil {
		return err
	}
	o.Project, o.Study = *p, *s
	events, err := readEvents(ctx, q, []int64{o.Invite.EventSeq})
	if len(events) == 1 && events[0].Project == o.Invite.Project {
		o.Event = events[0]
	}
	return err
}
