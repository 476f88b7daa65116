package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// ApplyStudy is a study as its file says, to be created or brought up to date.
type ApplyStudy struct {
	Project  research.ProjectID
	Key      string
	Name     string
	Goal     string
	Target   int
	File     []byte
	Triggers []ApplyTrigger
	Activate bool   // every trigger of the file
	Who      string // the account's address, or "apply"
	Base     int    // the version that the file was made from; 0: whatever there is
	Now      time.Time
}

// ApplyTrigger is one trigger of the file. Fingerprint covers what its runs
// depend on: while it stays, the version stays.
type ApplyTrigger struct {
	Key, Name, Fingerprint string
}

// Apply creates or updates a study. Triggers are created paused; those that the
// file no longer has are deleted, and their interviews kept. The same file
// again changes nothing; another one is a new version of the study. It is a
// conflict where the study has moved on from Base.
func (db *DB) Apply(ctx context.Context, a ApplyStudy) (*research.Study, error) {
	err := db.InTx(ctx, func(tx *sql.Tx) error {
		if err := db.expect(ctx, tx, a); err != nil {
			return err
		}
		id, err := db.putStudy(ctx, tx, a)
		if err != nil {
			return err
		}
		if err := db.putTriggers(ctx, tx, id, a); err != nil {
			return err
		}
		return db.bumpStudy(ctx, tx, a.Project, id)
	})
	if err != nil {
		return nil, err
	}
	return db.StudyByKey(ctx, a.Project, a.Key)
}

func (db *DB) putStudy(ctx context.Context, tx *sql.Tx, a ApplyStudy) (id research.StudyID, err error) {
	public, err := research.NewID(research.PrefixStudy, a.Now, db.rand)
	if err != nil {
		return 0, err
	}
	var number int64
	err = tx.QueryRowContext(ctx, `
		INSERT INTO studies (public_id, project_id, key, name, goal, target, file, state, revision, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', 1, $8)
		ON CONFLICT (project_id, key) DO UPDATE SET name = excluded.name, goal = excluded.goal, target = excluded.target,
			file = excluded.file, revision = studies.revision + CASE WHEN studies.file = excluded.file THEN 0 ELSE 1 END
		RETURNING id, revision`, public, a.Project, a.Key, a.Name, a.Goal, a.Target, string(a.File), ms(a.Now)).Scan(&id, &number)
	if err != nil {
		return 0, err
	}
	return id, putVersion(ctx, tx, a, id, number)
}

func (db *DB) putTriggers(ctx context.Context, tx *sql.Tx, study research.StudyID, a ApplyStudy) error {
	before, err := triggersOf(ctx, tx, a.Project, study)
	if err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, "UPDATE triggers SET deleted = 1 WHERE project_id = $1 AND study_id = $2", a.Project, study); err != nil {
		return err
	}
	for _, t := range a.Triggers {
		public, err := research.NewID(research.PrefixTrigger, a.Now, db.rand)
		if err != nil {
			return err
		}
		now, err := scanTrigger(tx.QueryRowContext(ctx, `
			INSERT INTO triggers (public_id, project_id, study_id, key, name, version, fingerprint, active, created_at)
			VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8)
			ON CONFLICT (study_id, key) DO UPDATE SET name = excluded.name, deleted = 0, fingerprint = excluded.fingerprint,
				version = triggers.version + CASE WHEN triggers.fingerprint = excluded.fingerprint THEN 0 ELSE 1 END,
				active = CASE WHEN $7 = 1 THEN 1 ELSE triggers.active END
			RETURNING id, public_id, study_id, key, name, version, active, testing`,
			public, a.Project, study, t.Key, t.Name, t.Fingerprint, flag(a.Activate), ms(a.Now)))
		if err != nil {
			return err
		}
		if was := before[t.Key]; on(now) && (!on(was) || was.Version != now.Version) {
			if err := startReplay(ctx, tx, a.Project, now.ID, now.Version, a.Now); err != nil {
				return err
			}
		}
	}
	_, err = tx.ExecContext(ctx, "UPDATE triggers SET active = 0 WHERE project_id = $1 AND study_id = $2 AND deleted = 1", a.Project, study)
	return err
}

// triggersOf is the triggers of a study by their keys, deleted ones too.
func triggersOf(ctx context.Context, tx *sql.Tx, p research.ProjectID, study research.StudyID) (map[string]research.Trigger, error) {
	all, err := collect(ctx, tx, scanTrigger, "SELECT id, public_id, study_id, key, name, version, active, testing FROM triggers WHERE project_id = $1 AND study_id = $2", p, study)
	byKey := map[string]research.Trigger{}
	for _, t := range all {
		byKey[t.Key] = t
	}
	return byKey, err
}

// SetActive activates or pauses a trigger, which ends its test mode; a foreign or
// unknown id is NotFound. One that was paused is replayed before anybody is
// invited: see trigger.Replayer.
func (db *DB) SetActive(ctx context.Context, p research.ProjectID, publicID string, active bool, now time.Time) error {
	return db.setTrigger(ctx, p, publicID, research.Trigger{Active: active}, now)
}

// SetTesting puts a trigger that may be active into test mode; a foreign or unknown
// id is NotFound. One that was paused is replayed, too.
func (db *DB) SetTesting(ctx context.Context, p research.ProjectID, publicID string, now time.Time) error {
	return db.setTrigger(ctx, p, publicID, research.Trigger{Testing: true}, now)
}

func (db *DB) setTrigger(ctx context.Context, p research.ProjectID, publicID string, to research.Trigger, now time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		was, err := scanTrigger(tx.QueryRowContext(ctx, `SELECT id, public_id, study_id, key, name, version, active, testing FROM triggers
			WHERE project_id = $1 AND public_id = $2 AND deleted = 0`+db.lockRow, p, publicID))
		if errors.Is(err, sql.ErrNoRows) {
			return research.Errorf(research.NotFound, "There is no such trigger.")
		}
		if err != nil || was.Active == to.Active && was.Testing == to.Testing {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE triggers SET active = $3, testing = $4 WHERE project_id = $1 AND id = $2", p, was.ID, flag(to.Active), flag(to.Testing)); err != nil {
			return err
		}
		if on(to) && !on(was) {
			if err := startReplay(ctx, tx, p, was.ID, was.Version, now); err != nil {
				return err
			}
		}
		return db.bumpStudy(ctx, tx, p, was.Study)
	})
}

// on tells whether a trigger may invite anybody.
func on(t research.Trigger) bool { return t.Active || t.Testing }

// SetStudyState opens or closes a study.
func (db *DB) SetStudyState(ctx context.Context, p research.ProjectID, publicID string, state research.StudyState) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		var id research.StudyID
		err := tx.QueryRowContext(ctx, "UPDATE studies SET state = $3 WHERE project_id = $1 AND public_id = $2 RETURNING id", p, publicID, state).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return research.Errorf(research.NotFound, "There is no such study.")
		}
		if err != nil {
			return err
		}
		return db.bumpStudy(ctx, tx, p, id)
	})
}

const studyColumns = "s.id, s.public_id, s.project_id, s.key, s.name, s.goal, s.target, s.file, s.state, s.revision, s.created_at"

func scanStudy(r row) (*research.Study, error) {
	var s research.Study
	var file string
	var created int64
	err := r.Scan(&s.ID, &s.PublicID, &s.Project, &s.Key, &s.Name, &s.Goal, &s.Target, &file, &s.State, &s.Version, &created)
	s.File, s.Created = []byte(file), fromMS(created)
	return &s, err
}

func scanTrigger(r row) (t research.Trigger, err error) {
	var active, testing int
	err = r.Scan(&t.ID, &t.PublicID, &t.Study, &t.Key, &t.Name, &t.Version, &active, &testing)
	t.Active, t.Testing = active == 1, active == 0 && testing == 1
	return t, err
}

// selectTriggers reads triggers with what is known of their last activation.
const selectTriggers = `SELECT t.id, t.public_id, t.study_id, t.key, t.name, t.version, t.active, t.testing,
	CASE WHEN r.trigger_id IS NOT NULL AND r.ready_at IS NULL THEN 1 ELSE 0 END, coalesce(r.done, 0), coalesce(r.total, 0), coalesce(r.since, 0)
	FROM triggers t LEFT JOIN replays r ON r.trigger_id = t.id WHERE `

func scanListed(r row) (t research.Trigger, err error) {
	var active, testing, replaying int
	var since int64
	err = r.Scan(&t.ID, &t.PublicID, &t.Study, &t.Key, &t.Name, &t.Version, &active, &testing, &replaying, &t.Replay.Done, &t.Replay.Total, &since)
	t.Active, t.Testing = active == 1, active == 0 && testing == 1
	t.Replay.Running, t.Replay.Since = replaying == 1, fromMS(since)
	return t, err
}

// StudyByKey finds a study with its triggers.
func (db *DB) StudyByKey(ctx context.Context, p research.ProjectID, key string) (*research.Study, error) {
	return db.oneStudy(ctx, "SELECT "+studyColumns+" FROM studies s WHERE s.project_id = $1 AND s.key = $2", p, key)
}

// StudyByPublicID finds a study with its triggers.
func (db *DB) StudyByPublicID(ctx context.Context, p research.ProjectID, id string) (*research.Study, error) {
	return db.oneStudy(ctx, "SELECT "+studyColumns+" FROM studies s WHERE s.project_id = $1 AND s.public_id = $2", p, id)
}

// StudyByID finds a study with its triggers.
func (db *DB) StudyByID(ctx context.Context, p research.ProjectID, id research.StudyID) (*research.Study, error) {
	return db.oneStudy(ctx, "SELECT "+studyColumns+" FROM studies s WHERE s.project_id = $1 AND s.id = $2", p, id)
}

func (db *DB) oneStudy(ctx context.Context, query string, args ...any) (*research.Study, error) {
	s, err := scanStudy(db.read.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, research.Errorf(research.NotFound, "There is no such study.")
	}
	if err != nil {
		return nil, err
	}
	s.Triggers, err = collect(ctx, db.read, scanListed, selectTriggers+"t.project_id = $1 AND t.study_id = $2 AND t.deleted = 0 ORDER BY t.id", s.Project, s.ID)
	return s, err
}

// Studies lists every study of a project with its triggers, oldest first.
func (db *DB) Studies(ctx context.Context, p research.ProjectID) ([]*research.Study, error) {
	studies, err := collect(ctx, db.read, scanStudy, "SELECT "+studyColumns+" FROM studies s WHERE s.project_id = $1 ORDER BY s.id", p)
	if err != nil {
		return nil, err
	}
	triggers, err := collect(ctx, db.read, scanListed, selectTriggers+"t.project_id = $1 AND t.deleted = 0 ORDER BY t.id", p)
	byID := map[research.StudyID]*research.Study{}
	for _, s := range studies {
		byID[s.ID] = s
	}
	for _, t := range triggers {
		byID[t.Study].Triggers = append(byID[t.Study].Triggers, t)
	}
	return studies, err
}
