package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

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

// limited tells whether one of the places may be refused.
func limited(places []place) bool {
	return slices.ContainsFunc(places, func(p place) bool { return p.limit > 0 })
}

func (sqliteBulk) reserve(ctx context.Context, tx hotTx, i *research.Invite, tokenHash []byte, places []place) (*research.Invite, research.Gate, error) {
	made, err := reserveInvite(ctx, tx, i, tokenHash)
	if err != nil || made == nil {
		return nil, "", err
	}
	full, err := takePlaces(ctx, tx, made, places)
	return made, full, err
}

// takePlaces counts an invite in each period, unless its limit is reached, and
// remembers in which, to give them back if it expires unseen. The count and its
// check are one statement, so no two nodes pass both. It returns the gate of the
// first that was full.
func takePlaces(ctx context.Context, tx hotTx, i *research.Invite, places []place) (research.Gate, error) {
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

const reserveAtOnce = `
	WITH wanted AS (SELECT * FROM unnest($16::text[], $17::bigint[]) AS w (period, most)),
	made AS (` + makeInvite + inviteColumns + `),
	taken AS (INSERT INTO caps (project_id, trigger_id, period, used) SELECT m.project_id, m.trigger_id, w.period, 1 FROM made m CROSS JOIN wanted w
		ON CONFLICT (project_id, trigger_id, period) DO UPDATE SET used = caps.used + 1
			WHERE (SELECT w.most = 0 OR caps.used < w.most FROM wanted w WHERE w.period = excluded.period)
		RETURNING period),
	held AS (INSERT INTO cap_reservations (invite_id, project_id, trigger_id, period)
		SELECT m.id, m.project_id, m.trigger_id, t.period FROM made m CROSS JOIN taken t RETURNING period)
	SELECT ` + inviteColumns + `, (SELECT COALESCE(string_agg(period, ' '), '') FROM held) FROM made`

// reserve is what SQLite's is, in one round trip: each costs as much as the rest of
// a reservation.
func (postgresBulk) reserve(ctx context.Context, tx hotTx, i *research.Invite, tokenHash []byte, places []place) (*research.Invite, research.Gate, error) {
	periods, limits := make([]string, len(places)), make([]int64, len(places))
	for n, p := range places {
		periods[n], limits[n] = p.period, int64(p.limit)
	}
	var took string
	made, err := scanInvite(longer{tx.QueryRowContext(ctx, reserveAtOnce, append(inviteValues(i, tokenHash), periods, limits)...), &took})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	for _, p := range places {
		if !slices.Contains(strings.Fields(took), p.period) {
			return made, p.gate, nil
		}
	}
	return made, "", nil
}

// longer is a row with one more column than its reader knows.
type longer struct {
	row
	last any
}

func (l longer) Scan(into ...any) error { return l.row.Scan(append(into, l.last)...) }
