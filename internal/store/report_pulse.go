package store

import (
	"context"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// Pulse is how everything stands, without the test mode's part in it.
func (r *Reports) Pulse(ctx context.Context, now time.Time) (report.Pulse, error) {
	p := report.Pulse{At: now, Decisions: map[research.Outcome]int{}, Invites: map[research.InviteState]int{},
		Interviews: map[research.InterviewState]int{}, Recordings: map[research.RecordingState]int{}}
	day := now.UTC().Truncate(24 * time.Hour)
	err := errors.Join(
		countBy(ctx, r.db.read, p.Decisions, "SELECT d.outcome, count(*) FROM projects p JOIN decisions d ON d.project_id = p.id AND d.at >= $1 WHERE d.test = 0 GROUP BY d.outcome", ms(day)),
		countBy(ctx, r.db.read, p.Decisions, "SELECT outcome, CAST(sum(beyond) AS BIGINT) FROM decision_counts WHERE day = $1 GROUP BY outcome", dayOf(day)),
		countBy(ctx, r.db.read, p.Invites, "SELECT v.state, count(*) FROM projects p JOIN invitations v ON v.project_id = p.id AND v.reserved_at >= $1 WHERE v.test = 0 GROUP BY v.state", ms(day)),
		countBy(ctx, r.db.read, p.Interviews, "SELECT state, count(*) FROM interviews WHERE ended_at IS NULL GROUP BY state"),
		countBy(ctx, r.db.read, p.Recordings, "SELECT state, count(*) FROM recordings GROUP BY state"),
		r.recorded(ctx, &p), r.queues(ctx, &p))
	return p, err
}

// countBy adds counts to what is there.
func countBy[K ~string](ctx context.Context, q querier, into map[K]int, query string, args ...any) error {
	_, err := collect(ctx, q, func(r row) (none struct{}, err error) {
		var key string
		var n int
		if err = r.Scan(&key, &n); err == nil {
			into[K(key)] += n
		}
		return none, err
	}, query, args...)
	return err
}

func (r *Reports) recorded(ctx context.Context, p *report.Pulse) error {
	var length, due int64
	err := r.db.read.QueryRowContext(ctx, `SELECT CAST(COALESCE(sum(length_ms), 0) AS BIGINT), COALESCE(min(CASE WHEN delete_at <= $1 THEN delete_at END), CAST($1 AS BIGINT))
		FROM recordings WHERE state <> 'deleted'`, ms(p.At)).Scan(&length, &due)
	p.Recorded, p.RetentionLag = time.Duration(length)*time.Millisecond, time.Duration(ms(p.At)-due)*time.Millisecond
	return err
}

func (r *Reports) queues(ctx context.Context, p *report.Pulse) (err error) {
	p.Queues, err = collect(ctx, r.db.read, func(r row) (q report.Queue, err error) {
		var due int64
		err = r.Scan(&q.Name, &q.Waiting, &q.Dead, &due)
		q.Lag = time.Duration(ms(p.At)-due) * time.Millisecond
		return q, err
	}, `SELECT queue, sum(CASE WHEN dead_at IS NULL THEN 1 ELSE 0 END), sum(CASE WHEN dead_at IS NULL THEN 0 ELSE 1 END),
		COALESCE(min(CASE WHEN dead_at IS NULL AND run_at <= $1 THEN run_at END), CAST($1 AS BIGINT)) FROM jobs GROUP BY queue ORDER BY queue`, ms(p.At))
	return err
}
