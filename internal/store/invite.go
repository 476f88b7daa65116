package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
)

const inviteColumns = `id, public_id, project_id, study_id, trigger_id, user_key, event_seq, message_id, state, reason,
	verified, ticket_hash, reserved_at, shown_at, expires_at, closed_at, test, zone`

func scanInvite(r row) (*research.Invite, error) {
	var i research.Invite
	var verified, test int
	var reserved, expires int64
	var shown, closed sql.NullInt64
	err := r.Scan(&i.ID, &i.PublicID, &i.Project, &i.Study, &i.Trigger, &i.Person, &i.EventSeq, &i.MessageID, &i.State, &i.Reason,
		&verified, &i.TicketHash, &reserved, &shown, &expires, &closed, &test, &i.Zone)
	i.Verified, i.Test = verified == 1, test == 1
	i.ReservedAt, i.ExpiresAt = fromMS(reserved), fromMS(expires)
	i.ShownAt, i.ClosedAt = fromNull(shown), fromNull(closed)
	return &i, err
}

// lockInvite reads an invite and keeps others from changing it until the end of
// the transaction. A foreign or unknown id is NotFound.
func (db *DB) lockInvite(ctx context.Context, tx *sql.Tx, project research.ProjectID, id int64) (*research.Invite, error) {
	i, err := scanInvite(tx.QueryRowContext(ctx,
		"SELECT "+inviteColumns+" FROM invitations WHERE project_id = $1 AND id = $2"+db.lockRow, project, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, research.Errorf(research.NotFound, "There is no such invite.")
	}
	return i, err
}

// reserveInvite makes the invite unless the person has an open one or this
// event has had its invite already; then it returns nil.
func reserveInvite(ctx context.Context, tx hotTx, i *research.Invite, tokenHash []byte) (*research.Invite, error) {
	made, err := scanInvite(tx.QueryRowContext(ctx, insertInvite, inviteValues(i, tokenHash)...))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return made, err
}

// inviteValues is the values of insertInvite.
func inviteValues(i *research.Invite, tokenHash []byte) []any {
	return []any{i.PublicID, i.Project, i.Study, i.Trigger, i.Person, i.EventSeq, i.EventName, i.MessageID,
		flag(i.Verified), tokenHash, nullBytes(i.TicketHash), ms(i.ReservedAt), ms(i.ExpiresAt), flag(i.Test), i.Zone}
}

// putQuotas remembers the quotas that the person fell in when invited.
func putQuotas(ctx context.Context, tx *sql.Tx, i *research.Invite, quotas []string) error {
	for _, q := range quotas {
		_, err := tx.ExecContext(ctx, "INSERT INTO invite_quotas (project_id, study_id, invite_id, quota) VALUES ($1, $2, $3, $4)",
			i.Project, i.Study, i.ID, q)
		if err != nil {
			return err
		}
	}
	return nil
}

// acceptInvite marks an invite as accepted, also one that was opened by its
// link before anything reported that it was shown.
func (db *DB) acceptInvite(ctx context.Context, tx *sql.Tx, project research.ProjectID, id int64, now time.Time) error {
	i, err := db.lockInvite(ctx, tx, project, id)
	if err != nil || i.State == research.InviteAccepted {
		return err
	}
	if !i.State.CanBecome(research.InviteAccepted) {
		return research.Errorf(research.Conflict, "This invite has ended.")
	}
	if err := db.touchInvite(ctx, tx, i, now); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE invitations SET state = 'accepted' WHERE project_id = $1 AND id = $2", project, id)
	if err != nil || i.Test {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE contacts SET dismissals = 0 WHERE project_id = $1 AND user_key = $2 AND trigger_id = 0", project, i.Person)
	return err
}

// touchInvite records the first time that the person saw the invite: cooldowns
// run from then, but for a test.
func (db *DB) touchInvite(ctx context.Context, tx *sql.Tx, i *research.Invite, now time.Time) error {
	if !i.ShownAt.IsZero() {
		return nil
	}
	_, err := tx.ExecContext(ctx, "UPDATE invitations SET shown_at = $3 WHERE project_id = $1 AND id = $2", i.Project, i.ID, ms(now))
	if err != nil || i.Test {
		return err
	}
	for _, trigger := range []research.TriggerID{i.Trigger, 0} {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO contacts (project_id, user_key, trigger_id, last_shown_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (project_id, user_key, trigger_id) DO UPDATE SET last_shown_at = excluded.last_shown_at
				WHERE contacts.last_shown_at < excluded.last_shown_at`, i.Project, i.Person, trigger, ms(now))
		if err != nil {
			return err
		}
	}
	return nil
}

// Move implements invite.Store.
func (db *DB) Move(ctx context.Context, m invite.Move) (moved bool, err error) {
	err = db.InTx(ctx, func(tx *sql.Tx) error {
		moved = false
		i, err := db.ticketInvite(ctx, tx, m)
		if err != nil || i == nil {
			return err
		}
		moved, err = db.move(ctx, tx, i, m)
		return err
	})
	return moved, err
}

// ticketInvite finds the invite of the browser that holds the ticket: an id
// alone opens nothing.
func (db *DB) ticketInvite(ctx context.Context, tx *sql.Tx, m invite.Move) (*research.Invite, error) {
	i, err := scanInvite(tx.QueryRowContext(ctx, "SELECT "+inviteColumns+
		" FROM invitations WHERE project_id = $1 AND public_id = $3 AND "+ofTicket+db.lockRow, m.Project, m.Ticket, m.Invite))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return i, err
}

func (db *DB) move(ctx context.Context, tx *sql.Tx, i *research.Invite, m invite.Move) (bool, error) {
	switch m.To {
	case invite.Shown:
		return db.moveShown(ctx, tx, i, m)
	case invite.Accepted:
		err := db.acceptInvite(ctx, tx, i.Project, i.ID, m.Now)
		if research.CodeOf(err) == research.Conflict {
			return false, nil
		}
		return err == nil, err
	case invite.Later:
		return db.moveLater(ctx, tx, i, m)
	case invite.Declined, invite.Never:
		return db.moveDeclined(ctx, tx, i, m)
	case invite.Refused: // the browser would not show it; it stays open
		return i.ClosedAt.IsZero(), noteRefusal(ctx, tx, i, m)
	}
	return false, fmt.Errorf("an invite cannot move to %q", m.To)
}

// moveShown tells a browser that was slow that the invite was answered, put off
// or taken back elsewhere meanwhile: then its card goes.
func (db *DB) moveShown(ctx context.Context, tx *sql.Tx, i *research.Invite, m invite.Move) (bool, error) {
	res, err := tx.ExecContext(ctx, `UPDATE invitations SET state = 'shown' WHERE project_id = $1 AND id = $2 AND closed_at IS NULL
		AND state IN ('reserved', 'shown') AND expires_at > $3 AND (later_at IS NULL OR later_at <= $3)`, i.Project, i.ID, ms(m.Now))
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	return true, db.touchInvite(ctx, tx, i, m.Now)
}

// moveLater puts a "not now" off by a day, once; the second one ends it without
// counting as a dismissal.
func (db *DB) moveLater(ctx context.Context, tx *sql.Tx, i *research.Invite, m invite.Move) (bool, error) {
	if !i.ClosedAt.IsZero() || i.State == research.InviteAccepted {
		return false, nil
	}
	res, err := tx.ExecContext(ctx, "UPDATE invitations SET later_at = $3 WHERE project_id = $1 AND id = $2 AND later_at IS NULL",
		i.Project, i.ID, ms(m.Now.Add(invite.LaterAfter)))
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err == nil, err
	}
	return true, db.closeInvite(ctx, tx, i.Project, i.ID, research.InviteDeclined, "later", m.Now)
}

func (db *DB) moveDeclined(ctx context.Context, tx *sql.Tx, i *research.Invite, m invite.Move) (bool, error) {
	if !i.ClosedAt.IsZero() || !i.State.CanBecome(research.InviteDeclined) {
		return false, nil
	}
	if err := db.touchInvite(ctx, tx, i, m.Now); err != nil {
		return false, err
	}
	if err := countDismissal(ctx, tx, i, m.To == invite.Never); err != nil {
		return false, err
	}
	reason := m.Reason
	if m.To == invite.Never {
		reason = "never"
	}
	return true, db.closeInvite(ctx, tx, i.Project, i.ID, research.InviteDeclined, reason, m.Now)
}

// countDismissal remembers that somebody dismissed an invite, perhaps for ever. What
// is pressed on the card of a test says nothing.
func countDismissal(ctx context.Context, tx *sql.Tx, i *research.Invite, never bool) error {
	if i.Test {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE contacts SET dismissals = dismissals + 1, never = CASE WHEN never < $3 THEN $3 ELSE never END
		WHERE project_id = $1 AND user_key = $2 AND trigger_id = 0`, i.Project, i.Person, saidNever*flag(never))
	return err
}

// Completed implements invite.Store.
func (db *DB) Completed(ctx context.Context, project research.ProjectID, ticket []byte, since time.Time) ([]string, error) {
	return collect(ctx, db.read, func(r row) (id string, err error) { return id, r.Scan(&id) }, `
		SELECT i.public_id FROM invitations i JOIN interviews v ON v.project_id = i.project_id AND v.invite_id = i.id
		WHERE i.project_id = $1 AND i.`+ofTicket+` AND v.state = 'completed' AND v.ended_at >= $3 ORDER BY i.id LIMIT 20`,
		project, ticket, ms(since))
}

// Claim implements invite.Store.
func (db *DB) Claim(ctx context.Context, e *research.Event, ticket []byte) error {
	same, err := db.HasMessage(ctx, e)
	if err != nil || !same {
		return err
	}
	return db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE invitations SET ticket_hash = $3
			WHERE project_id = $1 AND message_id = $2 AND ticket_hash IS NULL AND closed_at IS NULL`, e.Project, e.MessageID, ticket)
		return err
	})
}

// OptOut implements invite.Store.
func (db *DB) OptOut(ctx context.Context, project research.ProjectID, ticket []byte, now time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		people, err := collect(ctx, tx, func(r row) (k research.PersonKey, err error) { return k, r.Scan(&k) },
			"SELECT DISTINCT user_key FROM invitations WHERE project_id = $1 AND "+ofTicket, project, ticket)
		if err != nil {
			return err
		}
		for _, person := range people {
			if err := db.optOutPerson(ctx, tx, project, person, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// What contacts keep of those who are never asked again; of two the greater counts.
const (
	saidNever = 1 // "don't ask again", on a card
	optedOut  = 2
)

func (db *DB) optOutPerson(ctx context.Context, tx *sql.Tx, project research.ProjectID, person research.PersonKey, now time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO contacts (project_id, user_key, trigger_id, last_shown_at, never) VALUES ($1, $2, 0, 0, $3)
		ON CONFLICT (project_id, user_key, trigger_id) DO UPDATE SET never = excluded.never`, project, person, optedOut)
	if err != nil {
		return err
	}
	open, err := collect(ctx, tx, func(r row) (id int64, err error) { return id, r.Scan(&id) },
		"SELECT id FROM invitations WHERE project_id = $1 AND user_key = $2 AND closed_at IS NULL AND state IN ('reserved', 'shown')", project, person)
	for _, id := range open {
		err = errors.Join(err, db.closeInvite(ctx, tx, project, id, research.InviteDeclined, "never", now))
	}
	return err
}

// rank orders invites of one person by how far along they are.
var rank = map[research.InviteState]int{research.InviteAccepted: 2, research.InviteShown: 1}

// foldInvites moves an anonymous person's invites and contacts to the user it
// turned out to be. Of two open invites the one further along stays, then the
// older; the other is revoked: triggers.md §5.
func (db *DB) foldInvites(ctx context.Context, tx *sql.Tx, project research.ProjectID, from, into research.PersonKey, now time.Time) error {
	open, err := collect(ctx, tx, scanInvite, "SELECT "+inviteColumns+` FROM invitations
		WHERE project_id = $1 AND user_key IN ($2, $3) AND closed_at IS NULL ORDER BY reserved_at, id`, project, from, into)
	if err != nil {
		return err
	}
	if len(open) == 2 {
		loser := open[1]
		if rank[open[1].State] > rank[open[0].State] {
			loser = open[0]
		}
		if err := db.closeInvite(ctx, tx, project, loser.ID, research.InviteRevoked, "merged", now); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "UPDATE invitations SET user_key = $3 WHERE project_id = $1 AND user_key = $2", project, from, into); err != nil {
		return err
	}
	return foldContacts(ctx, tx, project, from, into)
}

// foldContacts keeps the later contact, the more dismissals, and every "never".
func foldContacts(ctx context.Context, tx *sql.Tx, project research.ProjectID, from, into research.PersonKey) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO contacts (project_id, user_key, trigger_id, last_shown_at, dismissals, never)
		SELECT project_id, $3, trigger_id, last_shown_at, dismissals, never FROM contacts WHERE project_id = $1 AND user_key = $2
		ON CONFLICT (project_id, user_key, trigger_id) DO UPDATE SET
			last_shown_at = CASE WHEN excluded.last_shown_at > contacts.last_shown_at THEN excluded.last_shown_at ELSE contacts.last_shown_at END,
			dismissals = CASE WHEN excluded.dismissals > contacts.dismissals THEN excluded.dismissals ELSE contacts.dismissals END,
			never = CASE WHEN excluded.never > contacts.never THEN excluded.never ELSE contacts.never END`, project, from, into)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM contacts WHERE project_id = $1 AND user_key = $2", project, from)
	return err
}
