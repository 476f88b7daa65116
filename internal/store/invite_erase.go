package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"slices"

	"github.com/usercall/usercall/internal/research"
)

// suppressionOf makes the hash that stands for somebody who opted out and was
// erased. Without the instance key nobody can tell whose it is by trying ids.
func suppressionOf(instanceKey []byte) func(research.ProjectID, research.PersonKey) []byte {
	return func(p research.ProjectID, key research.PersonKey) []byte {
		mac := hmac.New(sha256.New, instanceKey)
		fmt.Fprintf(mac, "suppressed:%d:%s", p, key)
		return mac.Sum(nil)
	}
}

// holdInvites reads the invites of a person and keeps others from changing them.
func (db *DB) holdInvites(ctx context.Context, tx *sql.Tx, p research.ProjectID, keys []research.PersonKey) (all []*research.Invite, err error) {
	for _, key := range keys {
		some, err := collect(ctx, tx, scanInvite, "SELECT "+inviteColumns+" FROM invitations WHERE project_id = $1 AND user_key = $2 ORDER BY id"+db.lockRow, p, key)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// eraseInvites deletes the contacts of a person, and their invites, whose links
// lead nowhere then. Whoever had opted out stays so.
func (db *DB) eraseInvites(ctx context.Context, tx *sql.Tx, p research.ProjectID, keys []research.PersonKey, invites []*research.Invite) error {
	for _, i := range invites {
		if err := deleteInvite(ctx, tx, i); err != nil {
			return err
		}
	}
	never, err := eraseContacts(ctx, tx, p, keys)
	if err != nil || !never {
		return err
	}
	for _, key := range keys {
		_, err := tx.ExecContext(ctx, "INSERT INTO suppressed (project_id, hash) VALUES ($1, $2) ON CONFLICT DO NOTHING", p, db.suppression(p, key))
		if err != nil {
			return err
		}
	}
	return nil
}

// deleteInvite deletes an invite. One that nobody saw gives its places back.
func deleteInvite(ctx context.Context, tx *sql.Tx, i *research.Invite) error {
	if i.State == research.InviteReserved && i.ClosedAt.IsZero() {
		if err := returnCaps(ctx, tx, i); err != nil {
			return err
		}
	}
	if err := eraseDelivery(ctx, tx, i); err != nil {
		return err
	}
	for _, statement := range []string{
		"DELETE FROM cap_reservations WHERE project_id = $1 AND invite_id = $2",
		"DELETE FROM invite_quotas WHERE project_id = $1 AND invite_id = $2",
		"DELETE FROM invite_tickets WHERE project_id = $1 AND invite_id = $2",
		"DELETE FROM refusals WHERE project_id = $1 AND invite_id = $2",
		"DELETE FROM invitations WHERE project_id = $1 AND id = $2",
	} {
		if _, err := tx.ExecContext(ctx, statement, i.Project, i.ID); err != nil {
			return err
		}
	}
	return nil
}

// eraseContacts deletes when a person was asked, and tells whether they said
// never to be.
func eraseContacts(ctx context.Context, tx *sql.Tx, p research.ProjectID, keys []research.PersonKey) (never bool, err error) {
	for _, key := range keys {
		said, err := collect(ctx, tx, func(r row) (n int, err error) { return n, r.Scan(&n) },
			"DELETE FROM contacts WHERE project_id = $1 AND user_key = $2 RETURNING never", p, key)
		if err != nil {
			return false, err
		}
		never = never || slices.ContainsFunc(said, func(n int) bool { return n > 0 })
	}
	return never, nil
}
