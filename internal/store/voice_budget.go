package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// ReserveVoice takes seconds of a project's day, of which there are most; a quota
// error where that would be too many, and then nothing is taken. Day is like
// 2026-11-26, in UTC. reached is how many percent of the day are taken, 80 or 100, for
// the first time on that day; else 0. A refusal is 100.
func (db *DB) ReserveVoice(ctx context.Context, project research.ProjectID, day string, seconds, most int) (reached int, err error) {
	var taken int
	err = db.write.QueryRowContext(ctx, `
		INSERT INTO voice_budget (project_id, day, seconds, most) SELECT p.id, $2, CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM projects p WHERE p.id = $1 AND CAST($3 AS BIGINT) <= CAST($4 AS BIGINT)
		ON CONFLICT (project_id, day) DO UPDATE SET seconds = voice_budget.seconds + excluded.seconds, most = excluded.most
			WHERE voice_budget.seconds + excluded.seconds <= CAST($4 AS BIGINT)
		RETURNING seconds`, project, day, seconds, most).Scan(&taken)
	if errors.Is(err, sql.ErrNoRows) {
		reached, err = db.reachedVoice(ctx, project, day, most, 100)
		return reached, errors.Join(err, research.Errorf(research.Quota, "The time for voice of this project is used up for today. Interviews go on by typing."))
	}
	switch {
	case err != nil:
		return 0, err
	case taken >= most:
		return db.reachedVoice(ctx, project, day, most, 100)
	case int64(taken)*100 >= int64(most)*report.VoiceNearly:
		return db.reachedVoice(ctx, project, day, most, report.VoiceNearly)
	}
	return 0, nil
}

// reachedVoice is a share that was reached, where nobody was told of it yet on that
// day. A crash before they are told is made good by the next who reserves.
func (db *DB) reachedVoice(ctx context.Context, project research.ProjectID, day string, most, share int) (int, error) {
	done, err := db.write.ExecContext(ctx, `
		INSERT INTO voice_budget (project_id, day, seconds, most, told) SELECT p.id, $2, 0, CAST($3 AS BIGINT), CAST($4 AS INTEGER) FROM projects p WHERE p.id = $1
		ON CONFLICT (project_id, day) DO UPDATE SET told = excluded.told WHERE voice_budget.told < excluded.told`, project, day, most, share)
	if err != nil {
		return 0, err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return 0, err
	}
	return share, nil
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

// VoiceDay implements report.HomeStore.
func (r *Reports) VoiceDay(ctx context.Context, p research.ProjectID, now time.Time) (report.VoiceDay, error) {
	var seconds, most int64
	err := r.db.read.QueryRowContext(ctx, "SELECT seconds, most FROM voice_budget WHERE project_id = $1 AND day = $2",
		p, now.UTC().Format(time.DateOnly)).Scan(&seconds, &most)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return report.VoiceDay{Taken: time.Duration(seconds) * time.Second, Most: time.Duration(most) * time.Second}, err
}
