package jobs

import (
	"context"
	"database/sql"
	"time"
)

// Due tells whether any job of a queue is due.
func Due(ctx context.Context, db *sql.DB, queue string, now time.Time) (due bool, err error) {
	var n int
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM jobs
		WHERE queue = $1 AND dead_at IS NULL AND run_at <= $2 LIMIT 1) due`, queue, now.UnixMilli()).Scan(&n)
	return n > 0, err
}

// Pending counts the jobs that wait or run; the dead are not among them.
func Pending(ctx context.Context, db *sql.DB) (n int, err error) {
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM jobs WHERE dead_at IS NULL").Scan(&n)
	return n, err
}
