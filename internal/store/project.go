package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// NewProject is a project to be made, with the secrets that only its maker sees.
type NewProject struct {
	Name      string
	WriteKey  research.WriteKey
	ServerKey research.ServerKey
	APIKey    string
	Origins   []string
	Open      bool
	Sample    bool
	Now       time.Time
}

// KeyHash is what is stored of a secret key.
func KeyHash(key string) []byte {
	sum := sha256.Sum256([]byte("key:" + key))
	return sum[:]
}

// CreateProject makes a project and its keys.
func (db *DB) CreateProject(ctx context.Context, n NewProject) (*research.Project, error) {
	key, err := research.NewID(research.PrefixProject, n.Now, db.rand)
	if err != nil {
		return nil, err
	}
	p := &research.Project{Key: key, Name: n.Name, WriteKey: n.WriteKey, Origins: n.Origins, Open: n.Open, Sample: n.Sample, Created: n.Now}
	origins, err := json.Marshal(append([]string{}, n.Origins...))
	if err != nil {
		return nil, err
	}
	err = db.InTx(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `INSERT INTO projects (key, name, write_key, origins, open, sample, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
			key, n.Name, string(n.WriteKey), string(origins), flag(n.Open), flag(n.Sample), ms(n.Now)).Scan(&p.ID)
		if err != nil {
			return err
		}
		if err := putKey(ctx, tx, p.ID, "server", string(n.ServerKey), n.Now); err != nil {
			return err
		}
		if err := putKey(ctx, tx, p.ID, "api", n.APIKey, n.Now); err != nil {
			return err
		}
		return bumpRevision(ctx, tx)
	})
	return p, err
}

func putKey(ctx context.Context, tx *sql.Tx, p research.ProjectID, kind, key string, now time.Time) error {
	prefix := key
	if len(prefix) > 7 {
		prefix = prefix[:7]
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO project_keys (hash, project_id, kind, prefix, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash) DO NOTHING",
		KeyHash(key), p, kind, prefix, ms(now))
	return err
}

// EnsureKey gives a project a secret key of a kind, "server" or "api", unless it
// has it already.
func (db *DB) EnsureKey(ctx context.Context, p research.ProjectID, kind, key string, now time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error { return putKey(ctx, tx, p, kind, key, now) })
}

// bumpRevision tells running servers that projects, studies or triggers changed.
func bumpRevision(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "UPDATE revisions SET revision = revision + 1 WHERE one = 1")
	return err
}

// Revision grows with every change of projects, studies and triggers.
func (db *DB) Revision(ctx context.Context) (n int64, err error) {
	return n, db.read.QueryRowContext(ctx, "SELECT revision FROM revisions WHERE one = 1").Scan(&n)
}

const projectColumns = "p.id, p.key, p.name, p.write_key, p.origins, p.settings, p.open, p.sample, p.created_at, p.paused_at"

func scanProject(r row) (*research.Project, error) {
	var p research.Project
	var origins, settings string
	var open, sample int
	var created int64
	var paused sql.NullInt64
	if err := r.Scan(&p.ID, &p.Key, &p.Name, &p.WriteKey, &origins, &settings, &open, &sample, &created, &paused); err != nil {
		return nil, err
	}
	p.Open, p.Sample, p.Created, p.Paused = open == 1, sample == 1, fromMS(created), fromNull(paused)
	return &p, errors.Join(json.Unmarshal([]byte(origins), &p.Origins), json.Unmarshal([]byte(settings), &p.Settings))
}

// Projects lists every project, in the order they were made.
func (db *DB) Projects(ctx context.Context) ([]*research.Project, error) {
	return collect(ctx, db.read, scanProject, "SELECT "+projectColumns+" FROM projects p ORDER BY p.id")
}

// ProjectByKey finds a project by its public key.
func (db *DB) ProjectByKey(ctx context.Context, key string) (*research.Project, error) {
	return db.oneProject(ctx, "SELECT "+projectColumns+" FROM projects p WHERE p.key = $1", key)
}

// ProjectByWriteKey finds a project by its write key.
func (db *DB) ProjectByWriteKey(ctx context.Context, key research.WriteKey) (*research.Project, error) {
	return db.oneProject(ctx, "SELECT "+projectColumns+" FROM projects p WHERE p.write_key = $1", string(key))
}

// ProjectBySecret finds a project by one of its secret keys of a kind.
func (db *DB) ProjectBySecret(ctx context.Context, kind, key string) (*research.Project, error) {
	return db.oneProject(ctx, "SELECT "+projectColumns+` FROM projects p JOIN project_keys k ON k.project_id = p.id
		WHERE k.hash = $1 AND k.kind = $2 AND k.revoked_at IS NULL`, KeyHash(key), kind)
}

func (db *DB) oneProject(ctx context.Context, query string, args ...any) (*research.Project, error) {
	p, err := scanProject(db.read.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, research.Errorf(research.NotFound, "There is no such project.")
	}
	return p, err
}

// UpdateProject changes a project's name, origins and settings.
func (db *DB) UpdateProject(ctx context.Context, p *research.Project) error {
	origins, err := json.Marshal(append([]string{}, p.Origins...))
	if err != nil {
		return err
	}
	settings, err := json.Marshal(p.Settings)
	if err != nil {
		return err
	}
	return db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE projects SET name = $2, origins = $3, settings = $4 WHERE id = $1",
			p.ID, p.Name, string(origins), string(settings))
		if err != nil {
			return err
		}
		return bumpRevision(ctx, tx)
	})
}
