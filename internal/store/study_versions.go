package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// expect holds the study's row, and refuses where it has moved on from the
// version that the file was made from.
func (db *DB) expect(ctx context.Context, tx *sql.Tx, a ApplyStudy) error {
	if a.Base == 0 {
		return nil
	}
	var now int
	err := tx.QueryRowContext(ctx, "SELECT revision FROM studies WHERE project_id = $1 AND key = $2"+db.lockRow, a.Project, a.Key).Scan(&now)
	if errors.Is(err, sql.ErrNoRows) {
		return research.Errorf(research.NotFound, "There is no such study.")
	}
	if err == nil && now != a.Base {
		err = research.Errorf(research.Conflict, "Somebody saved version %d of this study while you were editing version %d, so nothing was changed.", now, a.Base)
	}
	return err
}

// putVersion keeps the file under its number. The same file again has the same
// number, and stays whose it was.
func putVersion(ctx context.Context, tx *sql.Tx, a ApplyStudy, study research.StudyID, number int64) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO study_versions (project_id, study_id, number, at, who, file) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (project_id, study_id, number) DO NOTHING`, a.Project, study, number, ms(a.Now), a.Who, string(a.File))
	return err
}

// Versions implements report.StudyStore.
func (r *Reports) Versions(ctx context.Context, p research.ProjectID, s research.StudyID) ([]report.Version, error) {
	return collect(ctx, r.db.read, scanVersion, `SELECT number, at, who, '' FROM study_versions
		WHERE project_id = $1 AND study_id = $2 ORDER BY number DESC`, p, s)
}

// Version implements report.StudyStore.
func (r *Reports) Version(ctx context.Context, p research.ProjectID, s research.StudyID, number int) (report.Version, error) {
	v, err := scanVersion(r.db.read.QueryRowContext(ctx, `SELECT number, at, who, file FROM study_versions
		WHERE project_id = $1 AND study_id = $2 AND number = $3`, p, s, number))
	if errors.Is(err, sql.ErrNoRows) {
		err = research.Errorf(research.NotFound, "There is no such version.")
	}
	return v, err
}

func scanVersion(r row) (v report.Version, err error) {
	var at int64
	var file string
	err = r.Scan(&v.Number, &at, &v.Who, &file)
	v.At, v.File = fromMS(at), []byte(file)
	return v, err
}
