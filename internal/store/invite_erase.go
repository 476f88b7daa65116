package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"fmt"

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

// eraseInvites deletes the invites and contacts of a person: their links lead
// nowhere then. Interviews that began with them are deleted in between. Whoever
// had opted out stays so.
func (db *DB) eraseInvites(ctx context.Context, tx *sql.Tx, p research.ProjectID, keys []research.PersonKey, between func(*sql.Tx) error) error {
	var all []*research.Invite
	for _, key := range keys {
		some, err := collect(ctx, tx, scanInvite, "SELECT "+inviteColumns+" FROM invitations WHERE project_id = $1 AND user_key = $2 ORDER BY id"+db.lockRow, p, key)
		if err != nil {
			return err
		}
		all = append(all, some...)
	}
	if err := between(tx); err != nil {
		return err
	}
	for _, i := range all {
		if err := deleteInvite(ctx, tx, i); err != nil {
			return err
		}
	}
	return db.eraseContacts(ctx, tx, p, keys)
}

// deleteInvite deletes an invite. One that nobody saw gives its places back.
func deleteInvite(ctx context.Context, tx *sql.Tx, i *research.Invite) error {
	if i.State == research.InviteReserved && i.ClosedAt.IsZero() {
		if err := returnCaps(ctx, tx, i); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		"DELETE FROM cap_reservations WHERE project_id = $1 AND invite_id = $2",
		"DELETE FROM invite_quotas WHERE project_id = $1 AND invite_id = $2",
		"DELETE FROM invitations WHERE project_id = $1 AND id = $2",
	} {
		if _, err := tx.ExecContext(ctx, statement, i.Project, i.ID); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) eraseContacts(ctx context.Context, tx *sql.Tx, p research.ProjectID, keys []research.PersonKey) error {
	never := 0
	for _, key := range keys {
		var n int
		err := tx.QueryRowContext(ctx, "SELECT count(*) FROM contacts WHERE project_id = $1 AND user_key = $2 AND never = 1", p, key).Scan(&n)
		if err != nil {
			return err
		}
		never += n
		if _, err := tx.ExecContext(ctx, "DELETE FROM contacts WHERE project_id = $1 AND user_key = $2", p, key); err != nil {
			return err
		}
	}
	if never == 0 {
		return nil
	}
	for _, key := range keys {
		_, err := tx.ExecContext(ctx, "INSERT INTO suppressed (project_id, hash) VALUES ($1, $2) ON CONFLICT DO NOTHING", p, db.suppression(p, key))
		if err != nil {
			return err
		}
	}
	return nil
}
