package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/deliver"
	"github.com/usercall/usercall/internal/research"
)

const endpointColumns = "target, generation, rotated_at, failures, failing_since, quiet_until, paused_at, pause_reason"

func scanEndpoint(r row, e *deliver.Endpoint, more ...any) error {
	var rotated int64
	var since, quiet, paused sql.NullInt64
	err := r.Scan(append([]any{&e.Target, &e.Generation, &rotated, &e.Failures, &since, &quiet, &paused, &e.Reason}, more...)...)
	e.Rotated, e.Since, e.Quiet, e.Paused = fromMS(rotated), fromNull(since), fromNull(quiet), fromNull(paused)
	return err
}

// Endpoint implements deliver.Store.
func (db *DB) Endpoint(ctx context.Context, p research.ProjectID, c research.Channel) (e deliver.Endpoint, err error) {
	err = scanEndpoint(db.read.QueryRowContext(ctx, "SELECT "+endpointColumns+" FROM endpoints WHERE project_id = $1 AND channel = $2", p, c), &e)
	return e, notFound(err)
}

// PutEndpoint changes where a channel of a project goes: a sealed address, and
// what may be shown of it. It starts healthy. A nil address ends the channel.
func (db *DB) PutEndpoint(ctx context.Context, p research.ProjectID, c research.Channel, target []byte, host string, now time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO endpoints (project_id, channel, target, host) VALUES ($1, $2, $3, $4)
			ON CONFLICT (project_id, channel) DO UPDATE SET target = excluded.target, host = excluded.host`, p, c, nullBytes(target), host)
		if err != nil {
			return err
		}
		return resume(ctx, tx, p, c, now)
	})
}

// RotateEndpoint makes a new generation of the secret that signs, and returns it.
func (db *DB) RotateEndpoint(ctx context.Context, p research.ProjectID, c research.Channel, now time.Time) (generation int, err error) {
	err = db.InTx(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, "UPDATE endpoints SET generation = generation + 1, rotated_at = $3 WHERE project_id = $1 AND channel = $2 RETURNING generation",
			p, c, ms(now)).Scan(&generation)
		if errors.Is(err, sql.ErrNoRows) {
			return research.Errorf(research.Conflict, "There is no webhook yet, so it has no secret. Save its address first.")
		}
		return err
	})
	return generation, err
}

// Resume lets a channel of a project send again, beginning with what waited.
func (db *DB) Resume(ctx context.Context, p research.ProjectID, c research.Channel, now time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error { return resume(ctx, tx, p, c, now) })
}

func resume(ctx context.Context, tx *sql.Tx, p research.ProjectID, c research.Channel, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE endpoints SET failures = 0, failing_since = NULL, quiet_until = NULL, paused_at = NULL, pause_reason = ''
		WHERE project_id = $1 AND channel = $2`, p, c)
	if err != nil {
		return err
	}
	// What was held is taken for overlooked, which TidyDeliveries takes up again.
	_, err = tx.ExecContext(ctx, "UPDATE deliveries SET next_at = $3 WHERE project_id = $1 AND channel = $2 AND state = 'waiting' AND next_at IS NULL",
		p, c, ms(now.Add(-overlooked)))
	return err
}

// feel notes how an endpoint did at an attempt.
func (db *DB) feel(ctx context.Context, tx *sql.Tx, d *delivery, r deliver.Result) error {
	if r.State != research.DeliverySent && !r.Blames {
		return nil
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO endpoints (project_id, channel) VALUES ($1, $2) ON CONFLICT DO NOTHING", d.project, d.channel)
	if err != nil {
		return err
	}
	var e deliver.Endpoint
	err = scanEndpoint(tx.QueryRowContext(ctx, "SELECT "+endpointColumns+" FROM endpoints WHERE project_id = $1 AND channel = $2"+db.lockRow, d.project, d.channel), &e)
	if err != nil {
		return err
	}
	h := e.Took()
	if r.State != research.DeliverySent {
		h = e.Failed(r.Error, r.Gone, r.Ended)
	}
	_, err = tx.ExecContext(ctx, `UPDATE endpoints SET failures = $3, failing_since = $4, quiet_until = $5, paused_at = $6, pause_reason = $7
		WHERE project_id = $1 AND channel = $2`, d.project, d.channel, h.Failures, nullMS(h.Since), nullMS(h.Quiet), nullMS(h.Paused), h.Reason)
	return err
}
