package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// SendAgain has a delivery that failed tried once more, under the same id. Asking
// twice sends once. Conflict says, for people, why it cannot be.
func (db *DB) SendAgain(ctx context.Context, p research.ProjectID, id string, rule ruleOf, now time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		if err := db.holdProject(ctx, tx, p); err != nil { // before its invites, as whoever reserves does
			return err
		}
		d, i, err := db.holdDelivery(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case d == nil || d.project != p || i == nil:
			return research.Errorf(research.NotFound, "There is no such delivery.")
		case d.state == research.DeliveryWaiting: // somebody was quicker
			return nil
		case d.state != research.DeliveryFailed:
			return research.Errorf(research.Conflict, "Only a delivery that failed can be sent again.")
		}
		if err := db.openAgain(ctx, tx, rule, i, now); err != nil {
			return err
		}
		return takeUp(ctx, tx, d, id, now)
	})
}

func takeUp(ctx context.Context, tx *sql.Tx, d *delivery, id string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = 'waiting', reason = '', next_at = $3, ended_at = NULL
		WHERE project_id = $1 AND id = $2`, d.project, d.id, ms(now))
	if err != nil {
		return err
	}
	return enqueueDelivery(ctx, tx, id, now, now)
}
