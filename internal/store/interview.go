package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

var _ interview.Store = (*DB)(nil)

const interviewColumns = `id, public_id, project_id, study_id, trigger_id, invite_id, user_key, state, reason, mode, language,
	consent, consent_at, started_at, last_contact, ended_at, setup, conductor`

func scanInterview(r row) (*interview.Record, error) {
	var i interview.Record
	var started, contact int64
	var consented, ended sql.NullInt64
	var setup, conductor string
	err := r.Scan(&i.ID, &i.PublicID, &i.Project, &i.Study, &i.Trigger, &i.Invite, &i.Person, &i.State, &i.Reason, &i.Mode, &i.Language,
		&i.Consent, &consented, &started, &contact, &ended, &setup, &conductor)
	if err != nil {
		return nil, err
	}
	i.ConsentAt, i.EndedAt = fromNull(consented), fromNull(ended)
	i.StartedAt, i.LastContact = fromMS(started), fromMS(contact)
	i.Progress = []byte(conductor)
	return &i, json.Unmarshal([]byte(setup), &i.Setup)
}

// LoadInterview implements interview.Store.
func (db *DB) LoadInterview(ctx context.Context, key interview.Key) (*interview.Record, error) {
	i, err := db.oneInterview(ctx, db.read, "project_id = $1 AND id = $2", key.Project, key.ID)
	if err == nil && i == nil {
		return nil, research.Errorf(research.NotFound, "There is no such interview.")
	}
	return i, err
}

// oneInterview reads the interview that a condition names, with its turns; nil
// where there is none. The turns are read after the interview, so that they are
// never older than its state.
func (db *DB) oneInterview(ctx context.Context, q querier, where string, args ...any) (*interview.Record, error) {
	i, err := scanInterview(q.QueryRowContext(ctx, "SELECT "+interviewColumns+" FROM interviews WHERE "+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	i.Turns, err = turnsOf(ctx, q, i.Key())
	return i, err
}

// BeginInterview implements interview.Store.
func (db *DB) BeginInterview(ctx context.Context, r *interview.Record, most int) (begun *interview.Record, err error) {
	setup, err := json.Marshal(r.Setup)
	if err != nil {
		return nil, err
	}
	err = db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := db.lockInvite(ctx, tx, r.Project, r.Invite); err != nil {
			return err
		}
		begun, err = db.oneInterview(ctx, tx, "project_id = $1 AND invite_id = $2", r.Project, r.Invite)
		if err != nil || begun != nil {
			return err
		}
		if r.State == research.Running && most > 0 {
			if err := crowded(ctx, tx, r, most); err != nil {
				return err
			}
		}
		fresh := *r
		begun = &fresh
		return db.insertInterview(ctx, tx, begun, string(setup))
	})
	return begun, err
}

// crowded is an error where most others run. Two nodes that count in one moment may
// both find room for the last one: that is one more for a while.
func crowded(ctx context.Context, tx *sql.Tx, r *interview.Record, most int) error {
	var running int
	err := tx.QueryRowContext(ctx, "SELECT count(*) FROM interviews WHERE project_id = $1 AND state = 'running' AND ended_at IS NULL AND last_contact > $2",
		r.Project, ms(r.StartedAt.Add(-interview.Silent))).Scan(&running)
	if err == nil && running >= most {
		return interview.ErrCrowded
	}
	return err
}

func (db *DB) insertInterview(ctx context.Context, tx *sql.Tx, i *interview.Record, setup string) error {
	err := tx.QueryRowContext(ctx, `
		INSERT INTO interviews (public_id, project_id, study_id, trigger_id, invite_id, user_key, state, reason, mode, language,
			consent, consent_at, started_at, last_contact, ended_at, setup, conductor, test)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
			(SELECT test FROM invitations WHERE project_id = $2 AND id = $5)) RETURNING id`,
		i.PublicID, i.Project, i.Study, i.Trigger, i.Invite, i.Person, i.State, i.Reason, i.Mode, i.Language,
		i.Consent, nullMS(i.ConsentAt), ms(i.StartedAt), ms(i.LastContact), nullMS(i.EndedAt), setup, string(i.Progress)).Scan(&i.ID)
	if err != nil {
		return fmt.Errorf("insert an interview: %w", err)
	}
	if i.State == research.Declined {
		return db.closeInvite(ctx, tx, i.Project, i.Invite, research.InviteDeclined, i.Reason, i.StartedAt)
	}
	if err := db.acceptInvite(ctx, tx, i.Project, i.Invite, i.StartedAt); err != nil {
		return err
	}
	return insertTurns(ctx, tx, i.Key(), i.Turns)
}

// StaleInterviews implements interview.Store.
func (db *DB) StaleInterviews(ctx context.Context, after time.Time) ([]*interview.Record, error) {
	stale, err := collect(ctx, db.read, scanInterview, "SELECT "+interviewColumns+` FROM interviews
		WHERE ended_at IS NULL AND last_contact < $1 ORDER BY last_contact LIMIT 100`, ms(after))
	for _, i := range stale {
		if err == nil {
			i.Turns, err = turnsOf(ctx, db.read, i.Key())
		}
	}
	return stale, err
}

// foldInterviews moves an anonymous person's interviews to the user it turned
// out to be.
func foldInterviews(ctx context.Context, tx *sql.Tx, project research.ProjectID, from, into research.PersonKey) error {
	_, err := tx.ExecContext(ctx, "UPDATE interviews SET user_key = $3 WHERE project_id = $1 AND user_key = $2", project, from, into)
	return err
}
