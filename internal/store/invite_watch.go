package store

import (
	"context"
	"slices"
	"time"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
)

var _ invite.Watch = (*DB)(nil)

// SetReserved has it called after each commit that made an invite.
func (db *DB) SetReserved(hint func()) { db.reserved.Store(&hint) }

func (db *DB) hintReserved() {
	if hint := db.reserved.Load(); hint != nil {
		(*hint)()
	}
}

// Latest implements invite.Watch.
func (db *DB) Latest(ctx context.Context) (id int64, err error) {
	return id, db.read.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM invitations").Scan(&id)
}

const (
	noticesOf   = "SELECT i.id, i.project_id, i.trigger_id, i.user_key, i.event_seq, i.ticket_hash FROM invitations i WHERE "
	alsoBoundTo = ` UNION ALL SELECT i.id, i.project_id, i.trigger_id, i.user_key, i.event_seq, t.ticket_hash
		FROM invitations i JOIN invite_tickets t ON t.project_id = i.project_id AND t.invite_id = i.id WHERE `
)

func scanNotice(r row) (n invite.Notice, err error) {
	return n, r.Scan(&n.ID, &n.Project, &n.Trigger, &n.Person, &n.EventSeq, &n.Ticket)
}

// Made implements invite.Watch.
func (db *DB) Made(ctx context.Context, after int64) ([]invite.Notice, error) {
	return collect(ctx, db.read, scanNotice, noticesOf+"i.id > $1 ORDER BY i.id LIMIT 1000", after)
}

// Closed implements invite.Watch.
func (db *DB) Closed(ctx context.Context, since time.Time) ([]invite.Notice, error) {
	return collect(ctx, db.read, scanNotice, noticesOf+"i.closed_at > $1"+alsoBoundTo+"i.closed_at > $1", ms(since))
}

// OpenOf implements invite.Watch.
func (db *DB) OpenOf(ctx context.Context, p research.ProjectID, t research.TriggerID) ([]invite.Notice, error) {
	const open = "i.project_id = $1 AND i.trigger_id = $2 AND i.closed_at IS NULL"
	return collect(ctx, db.read, scanNotice, noticesOf+open+alsoBoundTo+open, p, t)
}

// vouchedBy is how many of a browser's events are looked at, the newest first.
const vouchedBy = 200

// Vouched implements invite.Watch.
func (db *DB) Vouched(ctx context.Context, browser research.AnonymousID, n invite.Notice) (bool, error) {
	entries, err := db.log.find(ctx, db.read, eventlog.PersonHash(n.Project, research.AnonymousKey(browser)))
	if err != nil {
		return false, err
	}
	slices.SortFunc(entries, newestFirst)
	for some := range slices.Chunk(entries[:min(len(entries), vouchedBy)], 20) {
		said, err := readEvents(ctx, db.read, numbers(some))
		if err != nil {
			return false, err
		}
		for i := range said {
			if known, err := db.vouches(ctx, &said[i], browser, n); err != nil || known {
				return known, err
			}
		}
	}
	return false, nil
}

// vouches tells whether one event says that the browser is the person's.
func (db *DB) vouches(ctx context.Context, e *research.Event, browser research.AnonymousID, n invite.Notice) (bool, error) {
	if !e.Signed || e.Project != n.Project || e.AnonymousID != browser {
		return false, nil
	}
	if e.Seq == n.EventSeq || e.UserID == "" {
		return e.Seq == n.EventSeq, nil
	}
	person, err := db.whoIs(ctx, n.Project, research.UserKey(e.UserID))
	return person == n.Person, err
}
