package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/usercall/usercall/internal/deliver"
	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/research"
)

var _ deliver.Store = (*DB)(nil)

// The queue and the kind of the jobs that send.
const (
	DeliverQueue = "deliver"
	DeliverJob   = "deliver.invite" // payload: the delivery's public id
)

// deliverTries is how often a job is tried that could not even read or write what
// it is about. Failures of the receiver are counted by the delivery itself.
const deliverTries = 20

// putDelivery has an invite sent, in the transaction that reserves it. Cards and
// links are not sent.
func putDelivery(ctx context.Context, tx *sql.Tx, i *research.Invite, c research.Channel) error {
	if !c.Known() {
		return nil
	}
	id := research.DeliveryID(i.PublicID)
	_, err := tx.ExecContext(ctx, `INSERT INTO deliveries (public_id, project_id, channel, invite_id, state, next_at, created_at)
		VALUES ($1, $2, $3, $4, 'waiting', $5, $5)`, id, i.Project, c, i.ID, ms(i.ReservedAt))
	if err != nil {
		return err
	}
	return enqueueDelivery(ctx, tx, id, i.ReservedAt, i.ReservedAt)
}

func enqueueDelivery(ctx context.Context, tx *sql.Tx, id string, at, now time.Time) error {
	return jobs.Enqueue(ctx, tx, now, jobs.New{Queue: DeliverQueue, Kind: DeliverJob, Key: DeliverJob + " " + id, Payload: id, RunAt: at, MaxAttempts: deliverTries})
}

// delivery is a row, without what surrounds it.
type delivery struct {
	id       int64
	project  research.ProjectID
	channel  research.Channel
	invite   int64
	state    research.DeliveryState
	attempts int
}

const deliveryColumns = "id, project_id, channel, coalesce(invite_id, 0), state, attempts"

func scanDelivery(r row) (d delivery, err error) {
	return d, r.Scan(&d.id, &d.project, &d.channel, &d.invite, &d.state, &d.attempts)
}

// findDelivery reads a delivery by its public id, which a job carries and no
// request; there is none for an id that is unknown.
func findDelivery(ctx context.Context, q querier, id string) (*delivery, error) {
	d, err := scanDelivery(q.QueryRowContext(ctx, "SELECT "+deliveryColumns+" FROM deliveries WHERE public_id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &d, err
}

// holdDelivery keeps others from changing a delivery and its invite, the invite
// first, as whoever erases does. The invite is nil for a test's delivery.
func (db *DB) holdDelivery(ctx context.Context, tx *sql.Tx, id string) (*delivery, *research.Invite, error) {
	d, err := findDelivery(ctx, tx, id)
	if err != nil || d == nil {
		return nil, nil, err
	}
	var i *research.Invite
	if d.invite != 0 {
		i, err = db.lockInvite(ctx, tx, d.project, d.invite)
		if research.CodeOf(err) == research.NotFound { // erased a moment ago
			return nil, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
	}
	held, err := scanDelivery(tx.QueryRowContext(ctx, "SELECT "+deliveryColumns+" FROM deliveries WHERE project_id = $1 AND id = $2"+db.lockRow, d.project, d.id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, nil
	}
	return &held, i, err
}

// overFor says why an invite is not sent any more; "" while it is.
func overFor(i *research.Invite, now time.Time) string {
	switch {
	case i.State == research.InviteReserved && i.ClosedAt.IsZero() && i.ExpiresAt.After(now):
		return ""
	case i.State == research.InviteShown || i.State == research.InviteAccepted:
		return "The person had the link already."
	case i.State == research.InviteDeclined:
		return "The person wants no invites."
	case i.State == research.InviteRevoked:
		return "The invite was withdrawn."
	}
	return "The invite expired before it could be sent."
}

// Load implements deliver.Store.
func (db *DB) Load(ctx context.Context, id string, now time.Time) (*deliver.Delivery, error) {
	d, err := findDelivery(ctx, db.read, id)
	if err != nil || d == nil || d.state != research.DeliveryWaiting || d.invite == 0 {
		return nil, err
	}
	out := &deliver.Delivery{ID: id, Channel: d.channel, Attempts: d.attempts}
	if out.Endpoint, err = db.Endpoint(ctx, d.project, d.channel); err != nil {
		return nil, err
	}
	if err := db.loadInvite(ctx, d, out); err != nil {
		if research.CodeOf(err) == research.NotFound { // erased a moment ago
			return nil, nil
		}
		return nil, err
	}
	if why := overFor(&out.Invite, now); why != "" {
		return nil, db.cancelDelivery(ctx, d, why, now)
	}
	if !out.Endpoint.Paused.IsZero() {
		return nil, db.hold(ctx, d)
	}
	return out, db.loadPerson(ctx, out)
}

func (db *DB) loadInvite(ctx context.Context, d *delivery, out *deliver.Delivery) error {
	i, err := scanInvite(db.read.QueryRowContext(ctx, "SELECT "+inviteColumns+" FROM invitations WHERE project_id = $1 AND id = $2", d.project, d.invite))
	if errors.Is(err, sql.ErrNoRows) {
		return research.Errorf(research.NotFound, "There is no such invite.")
	}
	if err != nil {
		return err
	}
	out.Invite = *i
	p, err := db.projectByID(ctx, d.project)
	if err != nil {
		return err
	}
	out.Project = *p
	return db.read.QueryRowContext(ctx, `SELECT s.key, s.name, t.key, i.event_name FROM invitations i
		JOIN studies s ON s.project_id = i.project_id AND s.id = i.study_id
		JOIN triggers t ON t.project_id = i.project_id AND t.id = i.trigger_id
		WHERE i.project_id = $1 AND i.id = $2`, d.project, d.invite).Scan(&out.Study, &out.Named, &out.Trigger, &out.Invite.EventName)
}

func (db *DB) cancelDelivery(ctx context.Context, d *delivery, why string, now time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error { return endDelivery(ctx, tx, d, research.DeliveryCancelled, why, now) })
}

func endDelivery(ctx context.Context, tx *sql.Tx, d *delivery, state research.DeliveryState, why string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = $3, reason = $4, next_at = NULL, ended_at = $5
		WHERE project_id = $1 AND id = $2 AND state = 'waiting'`, d.project, d.id, state, why, ms(now))
	return err
}

// hold lets a delivery wait until its endpoint is resumed.
func (db *DB) hold(ctx context.Context, d *delivery) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE deliveries SET next_at = NULL WHERE project_id = $1 AND id = $2 AND state = 'waiting'", d.project, d.id)
		return err
	})
}

// mailPause is how long an address is left alone after a mail, by all projects.
const mailPause = 30 * 24 * time.Hour

// Begin implements deliver.Store.
func (db *DB) Begin(ctx context.Context, want *deliver.Delivery, now time.Time) (began bool, why string, err error) {
	err = db.InTx(ctx, func(tx *sql.Tx) error {
		began, why = false, ""
		d, i, err := db.holdDelivery(ctx, tx, want.ID)
		if err != nil || d == nil || d.state != research.DeliveryWaiting || d.attempts != want.Attempts || i == nil || overFor(i, now) != "" {
			return err // Load, or tidying up, says what became of it
		}
		if d.channel == research.ByEmail {
			if why, err = db.claimAddress(ctx, tx, d, i, want.Email, now); err != nil || why != "" {
				return err
			}
		}
		began = true
		return beginAttempt(ctx, tx, d, now)
	})
	return began && err == nil, why, err
}

// beginAttempt counts an attempt. One that is still under way was lost with the
// program that made it.
func beginAttempt(ctx context.Context, tx *sql.Tx, d *delivery, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE delivery_attempts SET ended_at = $3, unclear = 1, error = 'the program ended before the answer was known'
		WHERE project_id = $1 AND delivery_id = $2 AND ended_at IS NULL`, d.project, d.id, ms(now))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO delivery_attempts (project_id, delivery_id, n, began_at) VALUES ($1, $2, $3, $4)",
		d.project, d.id, d.attempts+1, ms(now))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE deliveries SET attempts = attempts + 1, next_at = $3 WHERE project_id = $1 AND id = $2", d.project, d.id, ms(now))
	return err
}

// claimAddress takes an address for one mail in 30 days, over all projects: what
// is stored is a hash, and the one table that belongs to nobody. A retry keeps
// its claim.
func (db *DB) claimAddress(ctx context.Context, tx *sql.Tx, d *delivery, i *research.Invite, address string, now time.Time) (why string, err error) {
	hash := db.mailHash(address)
	var refused int
	err = tx.QueryRowContext(ctx, "SELECT count(*) FROM mail_refused WHERE project_id = $1 AND hash = $2", d.project, hash).Scan(&refused)
	if err != nil {
		return "", err
	}
	if refused > 0 {
		return "Whoever reads this address wants no more mail from this project.", nil
	}
	if i.Test { // the team tries again and again, on people whom it named
		return "", nil
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO mailed (hash, at, delivery_id) VALUES ($1, $2, $3)
		ON CONFLICT (hash) DO UPDATE SET at = excluded.at, delivery_id = excluded.delivery_id WHERE mailed.at <= $4 OR mailed.delivery_id = excluded.delivery_id`,
		hash, ms(now), d.id, ms(now.Add(-mailPause)))
	if err != nil {
		return "", err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return "", err
	}
	return "This address had a mail less than 30 days ago. One in 30 days is what anybody gets, over all projects of this server.", nil
}

func (db *DB) refuseMail(ctx context.Context, tx *sql.Tx, p research.ProjectID, address string) error {
	if address == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO mail_refused (project_id, hash) VALUES ($1, $2) ON CONFLICT DO NOTHING", p, db.mailHash(address))
	return err
}

// Finish implements deliver.Store.
func (db *DB) Finish(ctx context.Context, id string, r deliver.Result) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		d, i, err := db.holdDelivery(ctx, tx, id)
		if err != nil || d == nil {
			return err
		}
		if err := endAttempt(ctx, tx, d, r); err != nil || d.state != research.DeliveryWaiting {
			return err
		}
		if r.N > 0 {
			if err := db.feel(ctx, tx, d, r); err != nil {
				return err
			}
		}
		switch r.State {
		case research.DeliveryWaiting:
			return putOff(ctx, tx, d, id, r.RetryAt, r.Ended)
		case research.DeliverySent:
			err = db.sendInvite(ctx, tx, i, r.Ended)
		case research.DeliveryFailed:
			err = db.undelivered(ctx, tx, d, r.Ended)
		default:
			return fmt.Errorf("a delivery cannot end as %q", r.State)
		}
		return errors.Join(err, endDelivery(ctx, tx, d, r.State, r.Reason, r.Ended))
	})
}

func endAttempt(ctx context.Context, tx *sql.Tx, d *delivery, r deliver.Result) error {
	if r.N == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE delivery_attempts SET ended_at = $4, status = $5, error = $6, unclear = $7
		WHERE project_id = $1 AND delivery_id = $2 AND n = $3`, d.project, d.id, r.N, ms(r.Ended), r.Status, r.Error, flag(r.Unclear))
	return err
}

// undelivered takes an invite back that nobody can have got: its places are free
// again, and the person may be asked in another way. Where an attempt may have
// arrived, the invite stays until it expires.
func (db *DB) undelivered(ctx context.Context, tx *sql.Tx, d *delivery, now time.Time) error {
	var perhaps int
	err := tx.QueryRowContext(ctx, "SELECT count(*) FROM delivery_attempts WHERE project_id = $1 AND delivery_id = $2 AND unclear = 1", d.project, d.id).Scan(&perhaps)
	if err != nil || perhaps > 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM mailed WHERE delivery_id = $1", d.id); err != nil {
		return err
	}
	return db.closeInvite(ctx, tx, d.project, d.invite, research.InviteRevoked, "undelivered", now)
}

// PutOff implements deliver.Store.
func (db *DB) PutOff(ctx context.Context, id string, until, now time.Time) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		d, _, err := db.holdDelivery(ctx, tx, id)
		if err != nil || d == nil || d.state != research.DeliveryWaiting {
			return err
		}
		return putOff(ctx, tx, d, id, until, now)
	})
}

func putOff(ctx context.Context, tx *sql.Tx, d *delivery, id string, until, now time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE deliveries SET next_at = $3 WHERE project_id = $1 AND id = $2", d.project, d.id, ms(until))
	if err != nil {
		return err
	}
	return enqueueDelivery(ctx, tx, id, until, now)
}

// Tested implements deliver.Store.
func (db *DB) Tested(ctx context.Context, p research.ProjectID, c research.Channel, id string, r deliver.Result) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		d := delivery{project: p}
		err := tx.QueryRowContext(ctx, `INSERT INTO deliveries (public_id, project_id, channel, state, reason, attempts, created_at, ended_at)
			VALUES ($1, $2, $3, $4, $5, 1, $6, $7) RETURNING id`, id, p, c, r.State, r.Reason, ms(r.Began), ms(r.Ended)).Scan(&d.id)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO delivery_attempts (project_id, delivery_id, n, began_at) VALUES ($1, $2, $3, $4)", p, d.id, r.N, ms(r.Began))
		return errors.Join(err, endAttempt(ctx, tx, &d, r))
	})
}

// eraseDelivery deletes how the sending of an invite went.
func eraseDelivery(ctx context.Context, tx *sql.Tx, i *research.Invite) error {
	for _, statement := range []string{
		"DELETE FROM delivery_attempts WHERE project_id = $1 AND delivery_id IN (SELECT id FROM deliveries WHERE project_id = $1 AND invite_id = $2)",
		"DELETE FROM deliveries WHERE project_id = $1 AND invite_id = $2",
	} {
		if _, err := tx.ExecContext(ctx, statement, i.Project, i.ID); err != nil {
			return err
		}
	}
	return nil
}
