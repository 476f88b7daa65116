package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// mailHashOf makes the hash that stands for an e-mail address. Without the
// instance key nobody can tell whose it is by trying addresses.
func mailHashOf(instanceKey []byte) func(string) []byte {
	return func(address string) []byte {
		mac := hmac.New(sha256.New, instanceKey)
		mac.Write([]byte("mailed:" + strings.ToLower(address)))
		return mac.Sum(nil)
	}
}

// sendInvite marks an invite as sent, which counts as shown: cooldowns run from
// then, and its places stay taken. One that has moved on meanwhile stays as it is.
func (db *DB) sendInvite(ctx context.Context, tx *sql.Tx, i *research.Invite, now time.Time) error {
	if i.State != research.InviteReserved || !i.ClosedAt.IsZero() {
		return nil
	}
	if err := db.touchInvite(ctx, tx, i, now); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE invitations SET state = 'shown' WHERE project_id = $1 AND id = $2 AND state = 'reserved'", i.Project, i.ID)
	return err
}

// byToken finds the invite that a link belongs to, and its project. The project
// follows from the link: it is the credential.
func (db *DB) byToken(ctx context.Context, tokenHash []byte) (*research.Invite, error) {
	i, err := scanInvite(db.read.QueryRowContext(ctx, "SELECT "+inviteColumns+" FROM invitations WHERE token_hash = $1", tokenHash))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, research.Errorf(research.NotFound, "This link leads nowhere.")
	}
	return i, err
}

// Unsubscriber is the project whose invites the holder of a link gets; not_found
// where the link is unknown.
func (db *DB) Unsubscriber(ctx context.Context, tokenHash []byte) (*research.Project, error) {
	i, err := db.byToken(ctx, tokenHash)
	if err != nil {
		return nil, err
	}
	return db.projectByID(ctx, i.Project)
}

// Unsubscribe ends all invites of whoever a link was sent to, for ever, and all
// mail of the project to their address. Doing it again changes nothing.
func (db *DB) Unsubscribe(ctx context.Context, tokenHash []byte, now time.Time) error {
	i, err := db.byToken(ctx, tokenHash)
	if err != nil {
		return err
	}
	traits, err := db.traitsOf(ctx, i.Project, i.Person)
	if err != nil {
		return err
	}
	return db.InTx(ctx, func(tx *sql.Tx) error {
		if err := db.optOutPerson(ctx, tx, i.Project, i.Person, now); err != nil {
			return err
		}
		return db.refuseMail(ctx, tx, i.Project, textTrait(traits, "email"))
	})
}
