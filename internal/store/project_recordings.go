package store

import (
	"context"
	"database/sql"

	"github.com/usercall/usercall/internal/research"
)

// mostRecordingDays is ten years: longer is a mistake.
const mostRecordingDays = 3650

// RecordingDays is how many days a project keeps recordings; 0: until somebody
// deletes them.
func (db *DB) RecordingDays(ctx context.Context, p research.ProjectID) (days int, err error) {
	return days, db.read.QueryRowContext(ctx, "SELECT recording_days FROM projects WHERE id = $1", p).Scan(&days)
}

// RecordingDays implements report.ProjectStore.
func (r *Reports) RecordingDays(ctx context.Context, p research.ProjectID) (int, error) {
	return r.db.RecordingDays(ctx, p)
}

// SetRecordingDays changes it, also for recordings that have ended already: fewer
// days let them go sooner, and never later than was promised when they were made.
func (db *DB) SetRecordingDays(ctx context.Context, p research.ProjectID, days int) error {
	if days < 0 || days > mostRecordingDays {
		return research.Errorf(research.Invalid, "Recordings are kept for 1 to %d days, or with 0 until somebody deletes them.", mostRecordingDays)
	}
	return db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE projects SET recording_days = $2 WHERE id = $1", p, days); err != nil || days == 0 {
			return err
		}
		return shortenRecordings(ctx, tx, p, days)
	})
}
