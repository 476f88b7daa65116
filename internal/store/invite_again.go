package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// ruleOf finds a trigger's rule; false while it is not active.
type ruleOf = func(research.TriggerID) (*trigger.Rule, bool)

// openAgain makes sure that an invite stands which is to be sent once more. One that
// was taken back because it could not be sent is reserved anew. Conflict says what is
// in the way.
func (db *DB) openAgain(ctx context.Context, tx *sql.Tx, rule ruleOf, i *research.Invite, now time.Time) error {
	undelivered := i.State == research.InviteRevoked && i.Reason == "undelivered"
	r, active := rule(i.Trigger)
	switch {
	case !i.ExpiresAt.After(now):
		return research.Errorf(research.Conflict, "The invite has expired, so its link leads nowhere. The person can be asked by another event.")
	case !undelivered && overFor(i, now) != "":
		return research.Errorf(research.Conflict, "%s", overFor(i, now))
	case !active:
		return research.Errorf(research.Conflict, "Its trigger is not active, so it invites nobody. Activate it first.")
	case !undelivered:
		return nil
	}
	return db.reserveAgain(ctx, tx, r, i, now)
}

// reserveAgain takes the places that an invite made now would take, under the same
// constraints.
func (db *DB) reserveAgain(ctx context.Context, tx *sql.Tx, r *trigger.Rule, i *research.Invite, now time.Time) error {
	if err := leftAlone(ctx, tx, i); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE invitations SET state = 'reserved', reason = '', closed_at = NULL WHERE project_id = $1 AND id = $2", i.Project, i.ID)
	if conflict(err) {
		return research.Errorf(research.Conflict, "The person has another invite by now, and nobody has two.")
	}
	if err != nil || i.Test {
		return err
	}
	again := *i
	again.ReservedAt = now
	full, err := takePlaces(ctx, hotTx{Tx: tx}, &again, placesOf(r, &again))
	if full != "" {
		return research.Errorf(research.Conflict, "%s", usedUp[full])
	}
	return err
}

var usedUp = map[research.Gate]string{
	research.GatePerDay: "The trigger's invites of today are used up. Send it again tomorrow, or let the trigger invite more a day.",
	research.GateTotal:  "The trigger's invites are used up. Let it invite more in all, and send this one again.",
}

// leftAlone refuses where the person wants no invites, or had one since.
func leftAlone(ctx context.Context, tx *sql.Tx, i *research.Invite) error {
	var last int64
	var never int
	err := tx.QueryRowContext(ctx, "SELECT last_shown_at, never FROM contacts WHERE project_id = $1 AND user_key = $2 AND trigger_id = 0", i.Project, i.Person).Scan(&last, &never)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil || i.Test:
		return err
	case never > 0:
		return research.Errorf(research.Conflict, "The person wants no invites.")
	case last >= ms(i.ReservedAt):
		return research.Errorf(research.Conflict, "The person was asked another way since then.")
	}
	return nil
}
