package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// overlooked is how long after its time a delivery that waits is taken up again:
// its job was lost, or its endpoint was resumed.
const overlooked = 10 * time.Minute

// tidied is how many deliveries one transaction looks after, and spread is how
// far apart they are taken up again: no flood for whoever just came back.
const (
	tidied = 200
	spread = 100 * time.Millisecond
)

// TidyDeliveries ends deliveries whose invites have ended, takes up again those
// that were overlooked, and deletes those that ended long ago. It does a part of
// each and tells how many that were.
func (db *DB) TidyDeliveries(ctx context.Context, now time.Time) (n int, err error) {
	for _, part := range []func(context.Context, time.Time) (int, error){db.cancelEnded, db.takeUpOverlooked, db.dropDeliveries} {
		some, err := part(ctx, now)
		if err != nil {
			return n, err
		}
		n += some
	}
	return n, nil
}

func (db *DB) cancelEnded(ctx context.Context, now time.Time) (n int, err error) {
	ended, err := collect(ctx, db.read, func(r row) (id string, err error) { return id, r.Scan(&id) }, `
		SELECT d.public_id FROM deliveries d JOIN invitations i ON i.project_id = d.project_id AND i.id = d.invite_id
		WHERE d.state = 'waiting' AND (i.closed_at IS NOT NULL OR i.state <> 'reserved') ORDER BY d.id LIMIT $1`, tidied)
	for _, id := range ended {
		if _, err := db.Load(ctx, id, now); err != nil {
			return n, err
		}
		n++
	}
	return n, err
}

func (db *DB) takeUpOverlooked(ctx context.Context, now time.Time) (n int, err error) {
	err = db.InTx(ctx, func(tx *sql.Tx) error {
		ids, err := collect(ctx, tx, func(r row) (id string, err error) { return id, r.Scan(&id) },
			"SELECT public_id FROM deliveries WHERE state = 'waiting' AND next_at <= $1 ORDER BY next_at, id LIMIT $2"+db.skipRow, ms(now.Add(-overlooked)), tidied)
		n = len(ids)
		if err != nil {
			return err
		}
		for i, id := range ids {
			at := now.Add(time.Duration(i) * spread)
			if _, err := tx.ExecContext(ctx, "UPDATE deliveries SET next_at = $2 WHERE public_id = $1", id, ms(at)); err != nil {
				return err
			}
			if err := enqueueDelivery(ctx, tx, id, at, now); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// dropDeliveries deletes what ended before events of that age are deleted, and
// which addresses had a mail that does not matter any more.
func (db *DB) dropDeliveries(ctx context.Context, now time.Time) (n int, err error) {
	before := ms(now.Add(-research.EventRetention))
	err = db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM mailed WHERE at < $1", ms(now.Add(-mailPause))); err != nil {
			return err
		}
		old, err := collect(ctx, tx, func(r row) (d delivery, err error) { return d, r.Scan(&d.id, &d.project) },
			"SELECT id, project_id FROM deliveries WHERE ended_at < $1 ORDER BY ended_at LIMIT $2", before, tidied)
		n = len(old)
		for _, d := range old {
			_, first := tx.ExecContext(ctx, "DELETE FROM delivery_attempts WHERE project_id = $1 AND delivery_id = $2", d.project, d.id)
			_, then := tx.ExecContext(ctx, "DELETE FROM deliveries WHERE project_id = $1 AND id = $2", d.project, d.id)
			err = errors.Join(err, first, then)
		}
		return err
	})
	return n, err
}
