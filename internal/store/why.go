package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/trigger"
)

// Standing is what is remembered of a person for their triggers, and what the
// gates would see of them.
type Standing struct {
	Memory *trigger.Memory
	// Facts is by trigger, as of now, of a match that nothing is known of yet.
	Facts map[research.TriggerID]trigger.Facts
}

// Standing reads how things stand with a person, for these rules. It changes
// nothing, and takes no lock.
func (db *DB) Standing(ctx context.Context, who trigger.PersonRef, rules []*trigger.Rule, now time.Time) (*Standing, error) {
	out := &Standing{Facts: map[research.TriggerID]trigger.Facts{}}
	return out, db.look(ctx, func(s *shardTx) (err error) {
		if out.Memory, err = s.Memory(ctx, who); err != nil {
			return err
		}
		for _, r := range rules {
			if out.Facts[r.TriggerID], err = s.Facts(ctx, r, who.Key, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// look reads as the trigger stage does, in one transaction.
func (db *DB) look(ctx context.Context, at func(*shardTx) error) error {
	tx, err := db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	if err := db.setUp(ctx, tx, 0); err != nil {
		return err
	}
	s := db.shardTx(hotTx{Tx: tx})
	s.looking = true
	return at(s)
}

// Find is the person that an id leads to: a user of that id, else the person that
// a browser of that id belongs to; not_found where neither was ever seen.
func (r *Reports) Find(ctx context.Context, p research.ProjectID, id string) (research.PersonKey, error) {
	user, browser := research.UserKey(research.UserID(id)), research.AnonymousKey(research.AnonymousID(id))
	for _, key := range []research.PersonKey{user, browser} {
		is, err := r.db.whoIs(ctx, p, key)
		if err != nil {
			return "", err
		}
		var known int
		err = r.db.read.QueryRowContext(ctx, "SELECT 1 FROM people WHERE project_id = $1 AND user_key = $2", p, is).Scan(&known)
		if err == nil {
			return is, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
	}
	said, err := r.db.standsBeside(ctx, p, browser)
	if err == nil && said == "" {
		err = research.Errorf(research.NotFound, "Nobody of that id has been seen here. Ids are compared exactly as your events carry them.%s", unlessEmail(id))
	}
	return said, err
}

// unlessEmail is what somebody may not know who looks for an address.
func unlessEmail(id string) string {
	if strings.Contains(id, "@") {
		return " An e-mail address finds somebody only where it is their userId."
	}
	return ""
}

// standsBeside is the user whose id stood beside an anonymousId in every event, so
// that only the log knows of the two; "" where there is none.
func (db *DB) standsBeside(ctx context.Context, p research.ProjectID, browser research.PersonKey) (user research.PersonKey, err error) {
	return user, db.look(ctx, func(s *shardTx) error {
		said, err := s.saidUnasked(ctx, &research.Event{Project: p, Seq: 1 << 62}, browser)
		user = said.key
		return err
	})
}

// Latest implements report.WhyStore.
func (r *Reports) Latest(ctx context.Context, p research.ProjectID, key research.PersonKey) ([]report.Decision, error) {
	return collect(ctx, r.db.read, scanDecision, "SELECT "+decisionColumns+decisionTables+`
		WHERE d.id IN (SELECT max(id) FROM decisions WHERE project_id = $1 AND user_key = $2 GROUP BY trigger_id) ORDER BY d.id DESC`, p, key)
}

// Counted implements report.WhyStore.
func (r *Reports) Counted(ctx context.Context, p research.ProjectID, trigger string, since time.Time) (n int, err error) {
	return n, r.db.read.QueryRowContext(ctx, `SELECT coalesce(sum(c.beyond), 0) FROM decision_counts c
		JOIN triggers t ON t.project_id = c.project_id AND t.id = c.trigger_id
		WHERE c.project_id = $1 AND c.day >= $2 AND (CAST($3 AS TEXT) = '' OR t.public_id = $3)`, p, dayOf(since), trigger).Scan(&n)
}

// dayOf is the beginning of a time's day in UTC.
func dayOf(t time.Time) int64 { return ms(t.UTC().Truncate(24 * time.Hour)) }
