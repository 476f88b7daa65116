package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// closeInvite ends an invite: nothing stands in the way of the next one. Its
// state changes only where the states allow it; closing again does nothing.
func (db *DB) closeInvite(ctx context.Context, tx *sql.Tx, project research.ProjectID, id int64, state research.InviteState, reason string, now time.Time) error {
	i, err := db.lockInvite(ctx, tx, project, id)
	if err != nil || !i.ClosedAt.IsZero() {
		return err
	}
	unseen := i.State == research.InviteReserved && state == research.InviteExpired
	if unseen || state == research.InviteRevoked && i.State != research.InviteAccepted {
		if err := returnCaps(ctx, tx, i); err != nil {
			return err
		}
	}
	if !i.State.CanBecome(state) { // accepted: its interview ended
		state, reason = i.State, i.Reason
	}
	_, err = tx.ExecContext(ctx, "UPDATE invitations SET state = $3, reason = $4, closed_at = $5 WHERE project_id = $1 AND id = $2",
		project, id, state, reason, ms(now))
	return err
}

// returnCaps gives the places of an unseen invite back.
func returnCaps(ctx context.Context, tx *sql.Tx, i *research.Invite) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE caps SET used = used - 1 WHERE project_id = $1 AND trigger_id = $2 AND used > 0
			AND period IN (SELECT period FROM cap_reservations WHERE project_id = $1 AND invite_id = $3)`,
		i.Project, i.Trigger, i.ID)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM cap_reservations WHERE project_id = $1 AND invite_id = $2", i.Project, i.ID)
	return err
}

// closing is an invite that is to be closed.
type closing struct {
	project research.ProjectID
	id      int64
	trigger research.TriggerID
}

func scanClosing(r row) (c closing, err error) { return c, r.Scan(&c.project, &c.id, &c.trigger) }

// closeAtOnce is how many invites one transaction closes.
const closeAtOnce = 500

// ExpireDue implements invite.Store.
func (db *DB) ExpireDue(ctx context.Context, now time.Time) (int, error) {
	due, err := collect(ctx, db.read, scanClosing, `SELECT project_id, id, trigger_id FROM invitations
		WHERE closed_at IS NULL AND expires_at <= $1 AND state IN ('reserved', 'shown') ORDER BY id LIMIT $2`, ms(now), closeAtOnce)
	if err != nil {
		return 0, err
	}
	return len(due), db.closeInvites(ctx, due, research.InviteExpired, "", now)
}

// RevokePaused takes back what nobody saw yet of triggers that invite nobody any
// more, but for those that are to be kept, and returns how many. A test person's
// stays while its trigger is in test mode.
func (db *DB) RevokePaused(ctx context.Context, keep func(research.TriggerID) bool, now time.Time) (int, error) {
	all, err := collect(ctx, db.read, scanClosing, `SELECT v.project_id, v.id, v.trigger_id FROM invitations v
		JOIN triggers t ON t.project_id = v.project_id AND t.id = v.trigger_id
		JOIN studies s ON s.project_id = v.project_id AND s.id = v.study_id
		WHERE v.closed_at IS NULL AND v.state = 'reserved'
			AND (s.state <> 'open' OR t.active = 0 AND (t.testing = 0 OR v.test = 0)) ORDER BY v.id`)
	if err != nil {
		return 0, err
	}
	all = slices.DeleteFunc(all, func(c closing) bool { return keep(c.trigger) })
	for few := range slices.Chunk(all, closeAtOnce) {
		if err := db.closeInvites(ctx, few, research.InviteRevoked, "paused", now); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

func (db *DB) closeInvites(ctx context.Context, all []closing, state research.InviteState, reason string, now time.Time) error {
	if len(all) == 0 {
		return nil
	}
	return db.InTx(ctx, func(tx *sql.Tx) error {
		for _, c := range all {
			if err := db.closeUnseen(ctx, tx, c, state, reason, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// closeUnseen closes an invite unless somebody took a step with it since it was
// looked up.
func (db *DB) closeUnseen(ctx context.Context, tx *sql.Tx, c closing, state research.InviteState, reason string, now time.Time) error {
	i, err := db.lockInvite(ctx, tx, c.project, c.id)
	if err != nil || i.State == research.InviteAccepted || state == research.InviteRevoked && i.State != research.InviteReserved {
		return err
	}
	return db.closeInvite(ctx, tx, c.project, c.id, state, reason, now)
}
