package store

import (
	"context"
	"database/sql"

	"github.com/usercall/usercall/internal/research"
)

// bumpStudy tells them which study changed. Whoever bumps holds the revision until
// the end of the transaction, so that no lower one appears once a higher was seen;
// and the study before it, as Apply does.
func (db *DB) bumpStudy(ctx context.Context, tx *sql.Tx, p research.ProjectID, s research.StudyID) error {
	_, err := tx.ExecContext(ctx, "SELECT 1 FROM studies WHERE project_id = $1 AND id = $2"+db.lockRow, p, s)
	if err != nil {
		return err
	}
	if err := bumpRevision(ctx, tx); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE studies SET changed = (SELECT revision FROM revisions WHERE one = 1) WHERE project_id = $1 AND id = $2", p, s)
	return err
}

// AllStudies is before every revision: see StudiesSince.
const AllStudies int64 = -1

// StudiesSince is the studies of a project that changed after a revision, with what
// a rule has of its trigger and no more: there may be a hundred thousand.
func (db *DB) StudiesSince(ctx context.Context, p research.ProjectID, revision int64) ([]*research.Study, error) {
	studies, err := collect(ctx, db.read, scanStudy, "SELECT "+studyColumns+" FROM studies s WHERE s.project_id = $1 AND s.changed > $2 ORDER BY s.id", p, revision)
	if err != nil || len(studies) == 0 {
		return nil, err
	}
	byID := make(map[research.StudyID]*research.Study, len(studies))
	for _, s := range studies {
		byID[s.ID] = s
	}
	// Those that changed meanwhile may be among the triggers alone. They come again.
	triggers, err := collect(ctx, db.read, scanRuling, `SELECT t.id, t.study_id, t.key, t.version, t.active, t.testing,
		EXISTS (SELECT 1 FROM replays r WHERE r.trigger_id = t.id AND r.ready_at IS NULL)
		FROM studies s JOIN triggers t ON t.study_id = s.id WHERE s.project_id = $1 AND s.changed > $2 AND t.deleted = 0 ORDER BY t.id`, p, revision)
	for _, t := range triggers {
		if s := byID[t.Study]; s != nil {
			s.Triggers = append(s.Triggers, t)
		}
	}
	return studies, err
}

func scanRuling(r row) (t research.Trigger, err error) {
	var active, testing int
	err = r.Scan(&t.ID, &t.Study, &t.Key, &t.Version, &active, &testing, &t.Replay.Running)
	t.Active, t.Testing = active == 1, active == 0 && testing == 1
	return t, err
}
