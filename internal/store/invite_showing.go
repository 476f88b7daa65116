package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
)

// ofTicket is the invites of a browser ($2 in project $1): those of its own
// requests, and those that were bound to it.
const ofTicket = `id IN (SELECT id FROM invitations WHERE project_id = $1 AND ticket_hash = $2
	UNION ALL SELECT invite_id FROM invite_tickets WHERE project_id = $1 AND ticket_hash = $2)`

// offerable is what may stand on a page at a time ($3).
const offerable = ` AND closed_at IS NULL AND state IN ('reserved', 'shown') AND expires_at > $3 AND (later_at IS NULL OR later_at <= $3)`

// Open implements invite.Store.
func (db *DB) Open(ctx context.Context, project research.ProjectID, ticket []byte, now time.Time) (bool, time.Time, error) {
	var n int
	var next sql.NullInt64
	err := db.read.QueryRowContext(ctx, `
		SELECT count(*), min(next_at) FROM (
			SELECT CASE WHEN later_at > $3 THEN later_at END AS next_at FROM invitations
				WHERE project_id = $1 AND `+ofTicket+` AND closed_at IS NULL
					AND (state IN ('reserved', 'shown') AND expires_at > $3 OR state = 'accepted')
			UNION ALL SELECT CAST(NULL AS BIGINT) FROM inbox WHERE project_id = $1 AND ticket_hash = $2
			UNION ALL SELECT next_at FROM trigger_runs WHERE project_id = $1 AND ticket_hash = $2
		) AS standing`, project, ticket, ms(now)).Scan(&n, &next)
	return n > 0, fromNull(next), err
}

// Offered implements invite.Store.
func (db *DB) Offered(ctx context.Context, v invite.Visitor, now time.Time) (*research.Invite, error) {
	proved, maybe, err := db.Persons(ctx, v)
	if err != nil {
		return nil, err
	}
	i, err := db.oneOffer(ctx, ofTicket, v.Project, v.Ticket, now)
	if err != nil {
		return nil, err
	}
	// A ticket may outlast its person: whoever is proved to be another sees nothing of theirs.
	if i != nil && (proved == nobody || !i.Person.Identified() || i.Person == proved) {
		return i, nil
	}
	if proved != nobody {
		i, err = db.oneOffer(ctx, "user_key = $2", v.Project, proved, now)
	} else {
		i, err = db.vouchedOffer(ctx, v, maybe, now)
	}
	if err != nil || i == nil {
		return nil, err
	}
	return i, db.bindInvite(ctx, i, v.Ticket)
}

func (db *DB) oneOffer(ctx context.Context, whose string, project research.ProjectID, key any, now time.Time) (*research.Invite, error) {
	i, err := scanInvite(db.read.QueryRowContext(ctx, "SELECT "+inviteColumns+" FROM invitations WHERE project_id = $1 AND "+whose+offerable+
		" ORDER BY id LIMIT 1", project, key, ms(now)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return i, err
}

// vouchedOffer is an invite of somebody whom signed events know by this browser.
func (db *DB) vouchedOffer(ctx context.Context, v invite.Visitor, maybe []research.PersonKey, now time.Time) (*research.Invite, error) {
	for _, person := range maybe {
		i, err := db.oneOffer(ctx, "user_key = $2", v.Project, person, now)
		if err != nil {
			return nil, err
		}
		if i == nil {
			continue
		}
		known, err := db.Vouched(ctx, v.Browser, invite.Notice{Project: i.Project, Person: i.Person, EventSeq: i.EventSeq})
		if err != nil || known {
			return i, err
		}
	}
	return nil, nil
}

// Persons implements invite.Watch.
func (db *DB) Persons(ctx context.Context, v invite.Visitor) (proved research.PersonKey, maybe []research.PersonKey, err error) {
	if v.Proved != "" {
		proved, err = db.whoIs(ctx, v.Project, research.UserKey(v.Proved))
		return proved, nil, err
	}
	if v.Browser == "" {
		return nobody, nil, nil
	}
	keys := []research.PersonKey{research.AnonymousKey(v.Browser)}
	maybe = slices.Clone(keys)
	if v.Claimed != "" {
		keys = append(keys, research.UserKey(v.Claimed))
	}
	for _, key := range keys {
		person, err := db.whoIs(ctx, v.Project, key)
		if err != nil {
			return nobody, nil, err
		}
		if !slices.Contains(maybe, person) {
			maybe = append(maybe, person)
		}
	}
	return nobody, maybe, nil
}

// bindInvite lets a browser see an invite from then on.
func (db *DB) bindInvite(ctx context.Context, i *research.Invite, ticket []byte) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO invite_tickets (project_id, ticket_hash, invite_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
			i.Project, ticket, i.ID)
		return err
	})
}

// noteRefusal keeps why a browser did not show an invite, and how often. An
// invite that nobody saw says the latest reason itself.
func noteRefusal(ctx context.Context, tx *sql.Tx, i *research.Invite, m invite.Move) error {
	reason := m.Reason
	if invite.Obstacles[reason] == "" {
		reason = invite.Other
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO refusals (project_id, invite_id, reason, first_at, last_at, times) VALUES ($1, $2, $3, $4, $4, 1)
		ON CONFLICT (project_id, invite_id, reason) DO UPDATE SET last_at = excluded.last_at, times = refusals.times + 1`,
		i.Project, i.ID, reason, ms(m.Now))
	if err != nil || i.State != research.InviteReserved {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE invitations SET reason = $3 WHERE project_id = $1 AND id = $2", i.Project, i.ID, "not shown: "+reason)
	return err
}

// refusedOf is a column: why browsers did not show the invite of a decision d.
const refusedOf = `coalesce((SELECT string_agg(f.reason || ' ' || f.times, ';' ORDER BY f.reason) FROM refusals f
	WHERE f.project_id = d.project_id AND f.invite_id = d.invite_id), '')`

// refusedWords is that column in words.
func refusedWords(packed string) string {
	if packed == "" {
		return ""
	}
	var all []string
	for _, one := range strings.Split(packed, ";") {
		reason, times, _ := strings.Cut(one, " ")
		words := cmp.Or(invite.Obstacles[reason], "a reason that is not known here")
		if times != "1" {
			words += " (" + times + " times)"
		}
		all = append(all, words)
	}
	return "not shown: " + strings.Join(all, "; ")
}
