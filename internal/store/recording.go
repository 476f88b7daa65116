package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/research"
)

// The queue of what is done with recordings, which may call a service and wait for
// it, and its job: to bring one that has ended into the form in which it stays. Its
// payload is the recording's name.
const (
	VoiceQueue = "voice"
	SettleJob  = "recording.settle"
)

const recordingColumns = "project_id, interview_id, name, state, length_ms, started_at, delete_at"

func scanRecording(r row) (rec research.Recording, err error) {
	var length, started int64
	var goes sql.NullInt64
	err = r.Scan(&rec.Project, &rec.Interview, &rec.Key, &rec.State, &length, &started, &goes)
	rec.Length, rec.StartedAt, rec.DeleteAt = time.Duration(length)*time.Millisecond, fromMS(started), fromNull(goes)
	return rec, err
}

// Recording is the row of an interview's recording; not found where there is none.
func (db *DB) Recording(ctx context.Context, key interview.Key) (research.Recording, error) {
	return oneRecording(ctx, db.read, "project_id = $1 AND interview_id = $2", key.Project, key.ID)
}

// RecordingNamed is the row of the recording with that name.
func (db *DB) RecordingNamed(ctx context.Context, name string) (research.Recording, error) {
	return oneRecording(ctx, db.read, "name = $1", name)
}

func oneRecording(ctx context.Context, q querier, where string, args ...any) (research.Recording, error) {
	rec, err := scanRecording(q.QueryRowContext(ctx, "SELECT "+recordingColumns+" FROM recordings WHERE "+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = research.Errorf(research.NotFound, "This interview has no recording.")
	}
	return rec, err
}

// BeginRecording notes that an interview is recorded from now on. Where it was
// before, that row is returned; conflict where the recording was deleted or the
// interview is over.
func (db *DB) BeginRecording(ctx context.Context, key interview.Key, at time.Time) (rec research.Recording, err error) {
	err = db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO recordings (project_id, interview_id, name, state, started_at)
			SELECT project_id, id, public_id, 'running', $3 FROM interviews WHERE project_id = $1 AND id = $2 AND ended_at IS NULL
			ON CONFLICT DO NOTHING`, key.Project, key.ID, ms(at)); err != nil {
			return err
		}
		rec, err = oneRecording(ctx, tx, "project_id = $1 AND interview_id = $2", key.Project, key.ID)
		if research.CodeOf(err) == research.NotFound || err == nil && (rec.State != research.RecordingRuns || !rec.DeleteAt.IsZero()) {
			return research.Errorf(research.Conflict, "This interview is not recorded any more.")
		}
		return err
	})
	return rec, err
}

// EndRecording notes that nothing is added any more. The project's days of keeping
// begin, and the file is brought into the form in which it stays.
func (db *DB) EndRecording(ctx context.Context, key interview.Key, length time.Duration, at time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		var name string
		err := tx.QueryRowContext(ctx, `
			UPDATE recordings SET state = 'ended', length_ms = $3, delete_at = COALESCE(delete_at,
				(SELECT CASE WHEN recording_days > 0 THEN CAST($4 AS BIGINT) + CAST(recording_days AS BIGINT) * 86400000 END FROM projects WHERE id = $1))
			WHERE project_id = $1 AND interview_id = $2 AND state = 'running' RETURNING name`,
			key.Project, key.ID, length.Milliseconds(), ms(at)).Scan(&name)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // ended or deleted before
		}
		if err != nil {
			return err
		}
		return jobs.Enqueue(ctx, tx, at, jobs.New{Queue: VoiceQueue, Kind: SettleJob, Key: SettleJob + " " + name, Payload: name})
	})
}

// SettledRecording notes that a recording that had ended has its last form.
func (db *DB) SettledRecording(ctx context.Context, name string) error {
	_, err := db.write.ExecContext(ctx, "UPDATE recordings SET state = 'settled' WHERE name = $1 AND state = 'ended'", name)
	return err
}

// LeftRecordings are some that run although their interview was over before.
func (db *DB) LeftRecordings(ctx context.Context, before time.Time) ([]research.Recording, error) {
	return collect(ctx, db.read, scanRecording, "SELECT "+recordingColumns+` FROM recordings WHERE state = 'running' AND EXISTS
		(SELECT 1 FROM interviews i WHERE i.project_id = recordings.project_id AND i.id = recordings.interview_id AND i.ended_at < $1)
		ORDER BY started_at LIMIT 100`, ms(before))
}

// DueRecordings are some whose time to go has come, the longest due first.
func (db *DB) DueRecordings(ctx context.Context, now time.Time) ([]research.Recording, error) {
	return collect(ctx, db.read, scanRecording, "SELECT "+recordingColumns+` FROM recordings
		WHERE state <> 'deleted' AND delete_at IS NOT NULL AND delete_at <= $1 ORDER BY delete_at LIMIT 100`, ms(now))
}

// DeletedRecording notes that the files of a recording are gone. Of an interview
// that is gone as well nothing is left.
func (db *DB) DeletedRecording(ctx context.Context, name string) error {
	_, err := db.write.ExecContext(ctx, "UPDATE recordings SET state = 'deleted' WHERE name = $1", name)
	if err == nil {
		_, err = db.write.ExecContext(ctx, "DELETE FROM recordings WHERE name = $1 AND NOT EXISTS (SELECT 1 FROM interviews i WHERE i.id = recordings.interview_id)", name)
	}
	return err
}

// dropSound is all that is left of a voice.
func dropSound(ctx context.Context, tx *sql.Tx, key interview.Key, now time.Time) error {
	return errors.Join(dropRecording(ctx, tx, key, now), dropExchanges(ctx, tx, key))
}

// DropRecording implements interview.Store.
func (db *DB) DropRecording(ctx context.Context, key interview.Key, now time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error { return dropRecording(ctx, tx, key, now) })
}

// dropRecording lets a recording go now: whoever sweeps deletes the files first and
// then notes it, so that a crash between the two is only a second try.
func dropRecording(ctx context.Context, tx *sql.Tx, key interview.Key, now time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE recordings SET delete_at = $3 WHERE project_id = $1 AND interview_id = $2 AND state <> 'deleted'",
		key.Project, key.ID, ms(now))
	return err
}

// shortenRecordings lets what a project has recorded go after so many days, where it
// would stay longer. Days count from the beginning, which is minutes before the end.
func shortenRecordings(ctx context.Context, tx *sql.Tx, p research.ProjectID, days int) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE recordings SET delete_at = started_at + CAST($2 AS BIGINT) * 86400000
		WHERE project_id = $1 AND state IN ('ended', 'settled')
			AND (delete_at IS NULL OR delete_at > started_at + CAST($2 AS BIGINT) * 86400000)`, p, days)
	return err
}
