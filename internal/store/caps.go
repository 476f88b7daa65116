package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// place is one that an invite takes in a cap of its trigger.
type place struct {
	period string
	limit  int // 0: none
	gate   research.Gate
}

// totalPeriod is the period of the cap that never starts anew.
const totalPeriod = "total"

// placesOf is the places of an invite, in the order of their gates. They are counted
// where there is no limit, too: one may be set later.
func placesOf(r *trigger.Rule, i *research.Invite) []place {
	return []place{
		{trigger.DayKey(i.ReservedAt, r.Timezone), r.PerDay, research.GatePerDay},
		{totalPeriod, r.Total, research.GateTotal},
	}
}

// takePlaces counts an invite in each period, unless its limit is reached, and
// remembers in which, to give them back if it expires unseen. The count and its
// check are one statement, so no two nodes pass both. It returns the gate of the
// first that was full; what it took of the others its caller undoes.
func (sqliteBulk) takePlaces(ctx context.Context, tx hotTx, i *research.Invite, places []place) (research.Gate, error) {
	for _, p := range places {
		var used int
		err := tx.QueryRowContext(ctx, takePlace, int64(i.Project), int64(i.Trigger), p.period, p.limit).Scan(&used)
		if errors.Is(err, sql.ErrNoRows) {
			return p.gate, nil
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, holdPlace, i.ID, int64(i.Project), int64(i.Trigger), p.period)
		}
		if err != nil {
			return "", err
		}
	}
	return "", nil
}

// takePlaces is one round trip: each costs as much as the rest of a reservation.
func (postgresBulk) takePlaces(ctx context.Context, tx hotTx, i *research.Invite, places []place) (research.Gate, error) {
	periods, limits := make([]string, len(places)), make([]int64, len(places))
	for n, p := range places {
		periods[n], limits[n] = p.period, int64(p.limit)
	}
	took, err := collect(ctx, tx, func(r row) (s string, err error) { return s, r.Scan(&s) }, `
		WITH wanted AS (SELECT * FROM unnest($4::text[], $5::bigint[]) AS w (period, most)),
		taken AS (INSERT INTO caps (project_id, trigger_id, period, used) SELECT $1::bigint, $2::bigint, period, 1 FROM wanted
			ON CONFLICT (project_id, trigger_id, period) DO UPDATE SET used = caps.used + 1
				WHERE (SELECT w.most = 0 OR caps.used < w.most FROM wanted w WHERE w.period = excluded.period)
			RETURNING period)
		INSERT INTO cap_reservations (invite_id, project_id, trigger_id, period) SELECT $3::bigint, $1, $2, period FROM taken RETURNING period`,
		int64(i.Project), int64(i.Trigger), i.ID, periods, limits)
	if err != nil {
		return "", err
	}
	for _, p := range places {
		if !slices.Contains(took, p.period) {
			return p.gate, nil
		}
	}
	return "", nil
}
