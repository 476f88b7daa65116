package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// IdentityKey is a key that proves whose a browser's event is.
type IdentityKey struct {
	Project   research.ProjectID
	KID       string
	Algorithm string
	PublicKey string // PEM; "": a secret, which is not stored
}

// FormerWriteKey is a write key that was replaced and is valid still.
type FormerWriteKey struct {
	Project research.ProjectID
	Key     research.WriteKey
}

// WebhookGeneration is a generation of a project's webhook that is valid. A
// project without any is in generation 0.
type WebhookGeneration struct {
	Project    research.ProjectID
	Generation int
}

// ValidKeys is the keys, of all projects, that are neither in a project's own
// row nor known by their hash only.
type ValidKeys struct {
	Identity []IdentityKey
	Write    []FormerWriteKey
	Webhooks []WebhookGeneration // the newest of a project last
}

// IdentityOf is the identity keys of one project, its own before those of its set.
func (k ValidKeys) IdentityOf(p research.ProjectID) (out []IdentityKey) {
	for _, i := range k.Identity {
		if i.Project == p {
			out = append(out, i)
		}
	}
	return out
}

// ValidKeys reads them.
func (db *DB) ValidKeys(ctx context.Context) (k ValidKeys, err error) {
	k.Identity, err = collect(ctx, db.read, scanIdentityKey, `SELECT project_id, kid, algorithm, public_key FROM (
		SELECT project_id, kid, algorithm, public_key, created_at FROM identity_keys WHERE revoked_at IS NULL
		UNION ALL SELECT project_id, kid, algorithm, public_key, CAST(9223372036854775807 AS BIGINT) FROM published_keys) k
		ORDER BY project_id, created_at, kid`)
	if err != nil {
		return k, err
	}
	k.Write, err = collect(ctx, db.read, func(r row) (w FormerWriteKey, err error) {
		return w, r.Scan(&w.Project, &w.Key)
	}, "SELECT project_id, key FROM former_write_keys WHERE revoked_at IS NULL")
	if err != nil {
		return k, err
	}
	k.Webhooks, err = collect(ctx, db.read, func(r row) (w WebhookGeneration, err error) {
		return w, r.Scan(&w.Project, &w.Generation)
	}, "SELECT project_id, generation FROM webhook_generations WHERE revoked_at IS NULL ORDER BY project_id, generation")
	return k, err
}

// rotate changes a project's keys while nobody else does. at is later than the
// making of every key there is, so that the order of keys is never in doubt.
func (db *DB) rotate(ctx context.Context, p research.ProjectID, now time.Time, change func(tx *sql.Tx, at int64) error) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		if err := db.lockProject(ctx, tx, p); err != nil {
			return err
		}
		var last int64
		if err := tx.QueryRowContext(ctx, "SELECT max(made) FROM ("+allKeys+") k", p).Scan(&last); err != nil {
			return err
		}
		if err := change(tx, max(ms(now), last+1)); err != nil {
			return err
		}
		return bumpRevision(ctx, tx)
	})
}

// lockProject holds a project's row until the end of the transaction.
func (db *DB) lockProject(ctx context.Context, tx *sql.Tx, p research.ProjectID) error {
	var id int64
	return tx.QueryRowContext(ctx, "SELECT id FROM projects WHERE id = $1"+db.lockRow, p).Scan(&id)
}

// RotateSecret gives a project a new server or API key. The newest one so far
// stays valid; older ones end.
func (db *DB) RotateSecret(ctx context.Context, p research.ProjectID, kind research.KeyKind, key string, now time.Time) error {
	return db.rotate(ctx, p, now, func(tx *sql.Tx, at int64) error {
		if _, err := revokeOld(ctx, tx, p, kind, at); err != nil {
			return err
		}
		return putKey(ctx, tx, p, string(kind), key, fromMS(at))
	})
}

// RotateWriteKey gives a project a new write key. The one so far stays valid;
// older ones end.
func (db *DB) RotateWriteKey(ctx context.Context, p research.ProjectID, key research.WriteKey, now time.Time) error {
	return db.rotate(ctx, p, now, func(tx *sql.Tx, at int64) error {
		if _, err := revokeOld(ctx, tx, p, research.KeyWrite, at); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO former_write_keys (key, project_id, created_at, replaced_at)
			SELECT p.write_key, p.id, coalesce((SELECT max(f.replaced_at) FROM former_write_keys f WHERE f.project_id = p.id), p.created_at), CAST($2 AS BIGINT)
			FROM projects p WHERE p.id = $1`, p, at)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE projects SET write_key = $2 WHERE id = $1", p, string(key))
		return err
	})
}

// RotateWebhook begins a new generation of a project's webhook and returns it.
// The one so far stays valid; older ones end.
func (db *DB) RotateWebhook(ctx context.Context, p research.ProjectID, now time.Time) (generation int, err error) {
	err = db.rotate(ctx, p, now, func(tx *sql.Tx, at int64) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO webhook_generations (project_id, generation, created_at)
			SELECT id, 0, created_at FROM projects WHERE id = $1 ON CONFLICT (project_id, generation) DO NOTHING`, p)
		if err != nil {
			return err
		}
		if _, err := revokeOld(ctx, tx, p, research.KeyWebhook, at); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `INSERT INTO webhook_generations (project_id, generation, created_at)
			SELECT id, (SELECT max(generation) + 1 FROM webhook_generations WHERE project_id = $1), CAST($2 AS BIGINT)
			FROM projects WHERE id = $1 RETURNING generation`, p, at).Scan(&generation)
	})
	return generation, err
}

// PutIdentityKey gives a project a new identity key. The newest one so far stays
// valid; older ones end.
func (db *DB) PutIdentityKey(ctx context.Context, k IdentityKey, now time.Time) error {
	return db.rotate(ctx, k.Project, now, func(tx *sql.Tx, at int64) error {
		if _, err := revokeOld(ctx, tx, k.Project, research.KeyIdentity, at); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO identity_keys (project_id, kid, algorithm, public_key, created_at) VALUES ($1, $2, $3, $4, $5)",
			k.Project, k.KID, k.Algorithm, k.PublicKey, at)
		return err
	})
}

// RevokeOldKeys ends all keys of a kind but the newest, and returns how many.
func (db *DB) RevokeOldKeys(ctx context.Context, p research.ProjectID, kind research.KeyKind, now time.Time) (n int64, err error) {
	err = db.rotate(ctx, p, now, func(tx *sql.Tx, at int64) error {
		n, err = revokeOld(ctx, tx, p, kind, at)
		return err
	})
	return n, err
}

// revoking ends every key of a kind ($1 project, $2 now) but the newest valid one.
var revoking = map[research.KeyKind]string{
	research.KeyServer: revokeSecrets("server"), research.KeyAPI: revokeSecrets("api"),
	research.KeyWrite: "UPDATE former_write_keys SET revoked_at = $2 WHERE project_id = $1 AND revoked_at IS NULL",
	research.KeyWebhook: `UPDATE webhook_generations SET revoked_at = $2 WHERE project_id = $1 AND revoked_at IS NULL
		AND generation < (SELECT max(generation) FROM webhook_generations WHERE project_id = $1)`,
	research.KeyIdentity: `UPDATE identity_keys SET revoked_at = $2 WHERE project_id = $1 AND revoked_at IS NULL
		AND created_at < (SELECT max(created_at) FROM identity_keys WHERE project_id = $1 AND revoked_at IS NULL)`,
}

func revokeSecrets(kind string) string {
	return `UPDATE project_keys SET revoked_at = $2 WHERE project_id = $1 AND kind = '` + kind + `' AND revoked_at IS NULL
		AND created_at < (SELECT max(created_at) FROM project_keys WHERE project_id = $1 AND kind = '` + kind + `' AND revoked_at IS NULL)`
}

func revokeOld(ctx context.Context, tx *sql.Tx, p research.ProjectID, kind research.KeyKind, at int64) (int64, error) {
	res, err := tx.ExecContext(ctx, revoking[kind], p, at)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// allKeys is every key that project $1 ever had, by what may be shown of it.
const allKeys = `
	SELECT kind, prefix AS name, '' AS algorithm, created_at AS made, revoked_at AS revoked FROM project_keys WHERE project_id = $1
	UNION ALL SELECT 'write', key, '', created_at, revoked_at FROM former_write_keys WHERE project_id = $1
	UNION ALL SELECT 'write', write_key, '', coalesce((SELECT max(replaced_at) FROM former_write_keys WHERE project_id = $1), created_at), CAST(NULL AS BIGINT)
		FROM projects WHERE id = $1
	UNION ALL SELECT 'identity', kid, algorithm, created_at, revoked_at FROM identity_keys WHERE project_id = $1
	UNION ALL SELECT 'webhook', CAST(generation AS TEXT), '', created_at, revoked_at FROM webhook_generations WHERE project_id = $1
	UNION ALL SELECT 'webhook', '0', '', created_at, CAST(NULL AS BIGINT) FROM projects
		WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM webhook_generations WHERE project_id = $1)`

// Keys implements report.ProjectStore.
func (r *Reports) Keys(ctx context.Context, p research.ProjectID) ([]report.Key, error) {
	all, err := collect(ctx, r.db.read, scanKey, "SELECT kind, name, algorithm, made, revoked FROM ("+allKeys+") k ORDER BY made DESC, name", p)
	current := map[research.KeyKind]bool{}
	for i := range all {
		k := &all[i]
		k.Current = k.Revoked.IsZero() && !current[k.Kind]
		current[k.Kind] = current[k.Kind] || k.Current
	}
	slices.SortStableFunc(all, func(a, b report.Key) int {
		return cmp.Compare(slices.Index(research.KeyKinds, a.Kind), slices.Index(research.KeyKinds, b.Kind))
	})
	return all, err
}

func scanKey(r row) (k report.Key, err error) {
	var made int64
	var revoked sql.NullInt64
	err = r.Scan(&k.Kind, &k.Prefix, &k.Algorithm, &made, &revoked)
	k.Created, k.Revoked = fromMS(made), fromNull(revoked)
	if k.Kind == research.KeyWebhook && err == nil {
		var n int
		n, err = strconv.Atoi(k.Prefix)
		k.Prefix = "webhook " + strconv.Itoa(n+1)
	}
	return k, err
}
