package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

// interviewsOf is the interviews of a person, by study.
func interviewsOf(ctx context.Context, q querier, p research.ProjectID, keys []research.PersonKey) (map[research.StudyID][]int64, error) {
	held := map[research.StudyID][]int64{}
	for _, key := range keys {
		_, err := collect(ctx, q, func(r row) (struct{}, error) {
			var id int64
			var study research.StudyID
			err := r.Scan(&id, &study)
			held[study] = append(held[study], id)
			return struct{}{}, err
		}, "SELECT id, study_id FROM interviews WHERE project_id = $1 AND user_key = $2 ORDER BY id", p, key)
		if err != nil {
			return nil, err
		}
	}
	return held, nil
}

// deleteInterview deletes an interview of which nothing is left in the findings.
func deleteInterview(ctx context.Context, tx *sql.Tx, p research.ProjectID, id int64, now time.Time) error {
	if err := dropSound(ctx, tx, interview.Key{Project: p, ID: id}, now); err != nil {
		return err
	}
	for _, statement := range []string{
		"DELETE FROM turns WHERE project_id = $1 AND interview_id = $2",
		"DELETE FROM socket_tickets WHERE project_id = $1 AND invite_id = (SELECT invite_id FROM interviews WHERE project_id = $1 AND id = $2)",
		"DELETE FROM interviews WHERE project_id = $1 AND id = $2",
	} {
		if _, err := tx.ExecContext(ctx, statement, p, id); err != nil {
			return err
		}
	}
	return nil
}
