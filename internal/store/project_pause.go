package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// SetPaused pauses everything of a project, or resumes it, and writes down who did;
// who is an account's address, or where the command came from. Pausing again, or
// resuming what is not paused, changes nothing.
func (db *DB) SetPaused(ctx context.Context, p research.ProjectID, paused bool, who string, now time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		set, note := "UPDATE projects SET paused_at = $2 WHERE id = $1 AND paused_at IS NULL",
			"INSERT INTO pauses (project_id, paused_at, paused_by) VALUES ($1, $2, $3)"
		if !paused {
			set, note = "UPDATE projects SET paused_at = NULL WHERE id = $1 AND paused_at <= $2",
				"UPDATE pauses SET resumed_at = $2, resumed_by = $3 WHERE project_id = $1 AND resumed_at IS NULL"
		}
		res, err := tx.ExecContext(ctx, set, p, ms(now))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, note, p, ms(now), who); err != nil {
			return err
		}
		return bumpRevision(ctx, tx)
	})
}

// Pauses implements report.ProjectStore.
func (r *Reports) Pauses(ctx context.Context, p research.ProjectID, limit int) ([]research.Pause, error) {
	return collect(ctx, r.db.read, func(r row) (out research.Pause, err error) {
		var from int64
		var to sql.NullInt64
		err = r.Scan(&from, &out.By, &to, &out.ResumedBy)
		out.At, out.Resumed = fromMS(from), fromNull(to)
		return out, err
	}, "SELECT paused_at, paused_by, resumed_at, resumed_by FROM pauses WHERE project_id = $1 ORDER BY id DESC LIMIT $2", p, limit)
}
