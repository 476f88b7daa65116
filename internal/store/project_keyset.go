package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// KeySet is where a customer publishes identity keys, and what was read there.
type KeySet struct {
	Project research.ProjectID
	Of      string // the project's key, where it is read
	URL     string
	Keys    []IdentityKey
	Read    time.Time // when they were
	Tried   time.Time // when it was tried last
	Wrong   string    // what was wrong then; "": nothing
}

// PutKeySet gives a project a key set in the place of the one it has; without a
// URL it has none any more.
func (db *DB) PutKeySet(ctx context.Context, s KeySet) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		if err := errors.Join(db.lockProject(ctx, tx, s.Project), dropKeySet(ctx, tx, s.Project)); err != nil {
			return err
		}
		if s.URL != "" {
			_, err := tx.ExecContext(ctx, "INSERT INTO key_sets (project_id, url, read_at, tried_at, wrong) VALUES ($1, $2, $3, $4, $5)",
				s.Project, s.URL, ms(s.Read), ms(s.Tried), s.Wrong)
			if err := errors.Join(err, publish(ctx, tx, s)); err != nil {
				return err
			}
		}
		return bumpRevision(ctx, tx)
	})
}

func dropKeySet(ctx context.Context, tx *sql.Tx, p research.ProjectID) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM published_keys WHERE project_id = $1", p); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM key_sets WHERE project_id = $1", p)
	return err
}

func publish(ctx context.Context, tx *sql.Tx, s KeySet) error {
	for _, k := range s.Keys {
		if _, err := tx.ExecContext(ctx, "INSERT INTO published_keys (project_id, kid, algorithm, public_key) VALUES ($1, $2, $3, $4)",
			s.Project, k.KID, k.Algorithm, k.PublicKey); err != nil {
			return err
		}
	}
	return nil
}

// UnreadLife is how long published keys count that cannot be read again. Their
// owner may have taken one away meanwhile, and cannot tell us.
const UnreadLife = 24 * time.Hour

// RenewKeySet keeps how reading a key set again went. Keys are replaced where it
// went well, ended where it has not for UnreadLife, and running servers told where
// they are others. A project whose URL is another by now is left alone.
func (db *DB) RenewKeySet(ctx context.Context, s KeySet) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		if err := db.lockProject(ctx, tx, s.Project); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, `UPDATE key_sets SET tried_at = CAST($3 AS BIGINT), wrong = CAST($4 AS TEXT), read_at = CASE WHEN CAST($4 AS TEXT) = '' THEN CAST($3 AS BIGINT) ELSE read_at END
			WHERE project_id = $1 AND url = $2`, s.Project, s.URL, ms(s.Tried), s.Wrong)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if s.Wrong != "" {
			return endUnread(ctx, tx, s)
		}
		return replaceKeys(ctx, tx, s)
	})
}

func endUnread(ctx context.Context, tx *sql.Tx, s KeySet) error {
	var read int64
	err := tx.QueryRowContext(ctx, "SELECT read_at FROM key_sets WHERE project_id = $1", s.Project).Scan(&read)
	if err != nil || s.Tried.Sub(fromMS(read)) < UnreadLife {
		return err
	}
	s.Keys = nil
	return replaceKeys(ctx, tx, s)
}

func replaceKeys(ctx context.Context, tx *sql.Tx, s KeySet) error {
	had, err := collect(ctx, tx, scanIdentityKey, publishedKeys+" WHERE project_id = $1", s.Project)
	slices.SortFunc(had, IdentityKey.compare) // engines order text each in their own way
	if err != nil || slices.Equal(had, slices.SortedFunc(slices.Values(s.Keys), IdentityKey.compare)) {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM published_keys WHERE project_id = $1", s.Project); err != nil {
		return err
	}
	return errors.Join(publish(ctx, tx, s), bumpRevision(ctx, tx))
}

const publishedKeys = "SELECT project_id, kid, algorithm, public_key FROM published_keys"

func (i IdentityKey) compare(o IdentityKey) int { return cmp.Compare(i.KID, o.KID) }

func scanIdentityKey(r row) (i IdentityKey, err error) {
	return i, r.Scan(&i.Project, &i.KID, &i.Algorithm, &i.PublicKey)
}

// KeySets lists the key sets of all projects, without their keys.
func (db *DB) KeySets(ctx context.Context) ([]KeySet, error) {
	return collect(ctx, db.read, scanKeySet, keySets+" ORDER BY s.project_id")
}

const keySets = "SELECT s.project_id, p.key, s.url, s.read_at, s.tried_at, s.wrong FROM key_sets s JOIN projects p ON p.id = s.project_id"

func scanKeySet(r row) (s KeySet, err error) {
	var read, tried int64
	err = r.Scan(&s.Project, &s.Of, &s.URL, &read, &tried, &s.Wrong)
	s.Read, s.Tried = fromMS(read), fromMS(tried)
	return s, err
}

// KeySet implements report.ProjectStore.
func (r *Reports) KeySet(ctx context.Context, p research.ProjectID) (*report.KeySet, error) {
	s, err := scanKeySet(r.db.read.QueryRowContext(ctx, keySets+" WHERE s.project_id = $1", p))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	keys, err := collect(ctx, r.db.read, scanIdentityKey, publishedKeys+" WHERE project_id = $1 ORDER BY kid", p)
	out := &report.KeySet{URL: s.URL, Read: s.Read, Tried: s.Tried, Wrong: s.Wrong}
	for _, k := range keys {
		out.Keys = append(out.Keys, report.Key{Kind: research.KeyIdentity, Prefix: k.KID, Algorithm: k.Algorithm, Created: s.Read})
	}
	return out, err
}
