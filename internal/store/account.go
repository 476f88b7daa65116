package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Accounts keeps who may sign in to the dashboard. Of sessions and sign-in
// links it holds hashes only: what is in the database opens nothing.
type Accounts struct{ db *DB }

// Accounts is the accounts of the database.
func (db *DB) Accounts() *Accounts { return &Accounts{db} }

// Account is one user as `usercall user list` shows it.
type Account struct {
	ID          int64
	Email, Name string
	HasPassword bool
	Created     time.Time
}

// normal is the spelling of an address by which an account is found.
func normal(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// Add makes an account without a password; conflict where the address has one.
func (a *Accounts) Add(ctx context.Context, email, name string, now time.Time) (id int64, err error) {
	if email = normal(email); !strings.Contains(email, "@") || len(email) > 254 {
		return 0, research.Errorf(research.Invalid, "An account needs an e-mail address.")
	}
	err = a.db.InTx(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "INSERT INTO users (email, name, created_at) VALUES ($1, $2, $3) RETURNING id",
			email, name, ms(now)).Scan(&id)
	})
	if conflict(err) {
		return 0, research.Errorf(research.Conflict, "There is an account for this address already.")
	}
	return id, err
}

// List lists all accounts, the oldest first.
func (a *Accounts) List(ctx context.Context) ([]Account, error) {
	return collect(ctx, a.db.read, func(r row) (u Account, err error) {
		var created int64
		var password string
		err = r.Scan(&u.ID, &u.Email, &u.Name, &password, &created)
		u.HasPassword, u.Created = password != "", fromMS(created)
		return u, err
	}, "SELECT id, email, name, password, created_at FROM users ORDER BY id")
}

// ByEmail is the account of an address and the hash of its password, "" where it
// has none; user is 0 where there is no account.
func (a *Accounts) ByEmail(ctx context.Context, email string) (user int64, password string, err error) {
	err = a.db.read.QueryRowContext(ctx, "SELECT id, password FROM users WHERE email = $1", normal(email)).Scan(&user, &password)
	return user, password, notFound(err)
}

// SetPassword stores the hash of a new password and ends every session of the
// account but the one with the hash keep, and its unused sign-in links.
func (a *Accounts) SetPassword(ctx context.Context, user int64, password string, keep []byte) error {
	return a.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE users SET password = $2 WHERE id = $1", user, password); err != nil {
			return err
		}
		if keep == nil {
			keep = []byte{}
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE user_id = $1 AND hash <> $2", user, keep); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM login_tokens WHERE user_id = $1", user)
		return err
	})
}

// PutLoginToken keeps the hash of a one-time sign-in link.
func (a *Accounts) PutLoginToken(ctx context.Context, hash []byte, user int64, expires time.Time) error {
	return a.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO login_tokens (hash, user_id, expires_at) VALUES ($1, $2, $3)", hash, user, ms(expires))
		return err
	})
}

// RedeemLoginToken uses a sign-in link up and tells whose it was; 0 where it is
// unknown, used or expired. Of two that come at once, one gets it.
func (a *Accounts) RedeemLoginToken(ctx context.Context, hash []byte, now time.Time) (user int64, err error) {
	err = a.db.InTx(ctx, func(tx *sql.Tx) error {
		user = 0
		var expires int64
		err := tx.QueryRowContext(ctx, "DELETE FROM login_tokens WHERE hash = $1 RETURNING user_id, expires_at", hash).Scan(&user, &expires)
		if ms(now) >= expires {
			user = 0
		}
		return notFound(err)
	})
	return user, err
}

// PutSession keeps the hash of a new session, and clears away those that ended
// by themselves before the time dead.
func (a *Accounts) PutSession(ctx context.Context, hash []byte, user int64, now, dead time.Time) error {
	return a.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE created_at < $1", ms(dead)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM login_tokens WHERE expires_at < $1", ms(now)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO sessions (hash, user_id, created_at, seen_at) VALUES ($1, $2, $3, $3)", hash, user, ms(now))
		return err
	})
}

// Session is whose session has that hash, and when it was made and last used;
// user is 0 where there is none.
func (a *Accounts) Session(ctx context.Context, hash []byte) (user int64, email string, created, seen time.Time, err error) {
	var createdMS, seenMS int64
	err = a.db.read.QueryRowContext(ctx, `SELECT u.id, u.email, s.created_at, s.seen_at
		FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.hash = $1`, hash).Scan(&user, &email, &createdMS, &seenMS)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", time.Time{}, time.Time{}, nil
	}
	return user, email, fromMS(createdMS), fromMS(seenMS), err
}

// TouchSession notes that a session was used.
func (a *Accounts) TouchSession(ctx context.Context, hash []byte, now time.Time) error {
	return a.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE sessions SET seen_at = $2 WHERE hash = $1", hash, ms(now))
		return err
	})
}

// EndSession ends a session; ending it again does nothing.
func (a *Accounts) EndSession(ctx context.Context, hash []byte) error {
	return a.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE hash = $1", hash)
		return err
	})
}
