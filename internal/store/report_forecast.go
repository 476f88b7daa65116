package store

import (
	"context"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Acceptance counts the invites of a project made since that are over, and those
// that became a completed interview. One that was taken back does not count.
func (db *DB) Acceptance(ctx context.Context, p research.ProjectID, since time.Time) (invites, interviews int, err error) {
	return invites, interviews, db.read.QueryRowContext(ctx, `SELECT count(*), count(CASE WHEN i.state = 'completed' THEN 1 END)
		FROM invitations v LEFT JOIN interviews i ON i.project_id = v.project_id AND i.invite_id = v.id
		WHERE v.project_id = $1 AND v.reserved_at >= $2 AND v.closed_at IS NOT NULL AND v.state <> 'revoked' AND v.test = 0`, p, ms(since)).Scan(&invites, &interviews)
}

// CompletedInterviews counts the completed interviews of a study.
func (db *DB) CompletedInterviews(ctx context.Context, p research.ProjectID, s research.StudyID) (n int, err error) {
	return n, db.read.QueryRowContext(ctx, "SELECT count(*) FROM interviews WHERE project_id = $1 AND study_id = $2 AND state = 'completed' AND test = 0", p, s).Scan(&n)
}
