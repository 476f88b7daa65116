package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/usercall/usercall/internal/research"
)

// ReserveVoice takes seconds of a project's day, of which there are most; a quota
// error where that would be too many, and then nothing is taken. Day is like
// 2026-11-26, in UTC.
func (db *DB) ReserveVoice(ctx context.Context, project research.ProjectID, day string, seconds, most int) error {
	var taken int64
	err := db.write.QueryRowContext(ctx, `
		INSERT INTO voice_budget (project_id, day, seconds) SELECT p.id, $2, CAST($3 AS BIGINT) FROM projects p WHERE p.id = $1 AND CAST($3 AS BIGINT) <= CAST($4 AS BIGINT)
		ON CONFLICT (project_id, day) DO UPDATE SET seconds = voice_budget.seconds + excluded.seconds
			WHERE voice_budget.seconds + excluded.seconds <= CAST($4 AS BIGINT)
		RETURNING seconds`, project, day, seconds, most).Scan(&taken)
	if errors.Is(err, sql.ErrNoRows) {
		return research.Errorf(research.Quota, "The time for voice of this project is used up for today. Interviews go on by typing.")
	}
	return err
}

// ReturnVoice gives back what was reserved and not used.
func (db *DB) ReturnVoice(ctx context.Context, project research.ProjectID, day string, seconds int) error {
	_, err := db.write.ExecContext(ctx, `UPDATE voice_budget SET seconds = CASE WHEN seconds > CAST($3 AS BIGINT) THEN seconds - CAST($3 AS BIGINT) ELSE 0 END
		WHERE project_id = $1 AND day = $2`, project, day, seconds)
	return err
}

// DropVoiceDays forgets days before one.
func (db *DB) DropVoiceDays(ctx context.Context, before string) error {
	_, err := db.write.ExecContext(ctx, "DELETE FROM voice_budget WHERE day < $1", before)
	return err
}
