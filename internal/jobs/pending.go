package jobs

import (
	"context"
	"database/sql"
)

// Pending counts the jobs that wait or run; the dead are not among them.
func Pending(ctx context.Context, db *sql.DB) (n int, err error) {
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM jobs WHERE dead_at IS NULL").Scan(&n)
	return n, err
}
