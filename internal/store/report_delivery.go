package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// packedAttempts is a column: the attempts of a delivery d, so that no statement
// is needed for each. Errors are words of ours, without a separator.
const packedAttempts = `coalesce((SELECT string_agg(a.n || ',' || a.began_at || ',' || coalesce(a.ended_at, 0) || ',' || a.status || ',' || a.error, ';' ORDER BY a.n)
	FROM delivery_attempts a WHERE a.project_id = d.project_id AND a.delivery_id = d.id), '')`

func unpackAttempts(packed string) (all []report.DeliveryAttempt) {
	if packed == "" {
		return nil
	}
	for one := range strings.SplitSeq(packed, ";") {
		part := strings.SplitN(one, ",", 5)
		if len(part) < 5 {
			continue
		}
		var n [4]int64
		for i := range n {
			n[i], _ = strconv.ParseInt(part[i], 10, 64) // the statement above wrote it
		}
		a := report.DeliveryAttempt{N: int(n[0]), At: fromMS(n[1]), Status: int(n[3]), Error: part[4], Open: n[2] == 0}
		if !a.Open {
			a.Took = time.Duration(n[2]-n[1]) * time.Millisecond
		}
		all = append(all, a)
	}
	return all
}

const deliveryTables = ` FROM deliveries d
	LEFT JOIN invitations v ON v.project_id = d.project_id AND v.id = d.invite_id
	LEFT JOIN studies s ON s.project_id = d.project_id AND s.id = v.study_id
	LEFT JOIN triggers t ON t.project_id = d.project_id AND t.id = v.trigger_id `

// Deliveries implements report.DeliveryStore.
func (r *Reports) Deliveries(ctx context.Context, p research.ProjectID, want report.DeliveryFilter, w report.Window) (report.Listing[report.Delivery], error) {
	f := newFilter(p, "d.project_id")
	f.wanted("d.state = ?", string(want.State))
	f.wanted("d.channel = ?", string(want.Channel))
	f.before(w, "d.created_at", "d.id")
	f.args = append(f.args, w.Rows()+1)
	rows, err := collect(ctx, r.db.read, func(r row) (d report.Delivery, err error) {
		var created int64
		var next sql.NullInt64
		var attempts string
		var trial int
		err = r.Scan(&d.Number, &d.ID, &d.Channel, &d.State, &d.Reason, &d.Invite, &d.Person, &d.Study, &d.StudyName, &d.Trigger, &created, &next, &attempts, &trial)
		d.Trial = trial == 1
		d.Created, d.Next, d.Attempts = fromMS(created), fromNull(next), unpackAttempts(attempts)
		return d, err
	}, `SELECT d.id, d.public_id, d.channel, d.state, d.reason, coalesce(v.public_id, ''), coalesce(v.user_key, ''), coalesce(s.public_id, ''),
		coalesce(s.name, ''), coalesce(t.name, ''), d.created_at, d.next_at, `+packedAttempts+", coalesce(v.test, 0)"+deliveryTables+"WHERE "+f.String()+
		" ORDER BY d.created_at DESC, d.id DESC"+f.limit(), f.args...)
	return report.List(w, rows, report.Delivery.Place), err
}

// Endpoints implements report.HomeStore.
func (r *Reports) Endpoints(ctx context.Context, p research.ProjectID) ([]report.Endpoint, error) {
	all, err := collect(ctx, r.db.read, func(r row) (e report.Endpoint, err error) {
		var since, paused sql.NullInt64
		err = r.Scan(&e.Channel, &e.Host, &e.Failures, &since, &paused, &e.Reason, &e.Waiting)
		e.Since, e.Paused = fromNull(since), fromNull(paused)
		return e, err
	}, `SELECT e.channel, e.host, e.failures, e.failing_since, e.paused_at, e.pause_reason,
		(SELECT count(*) FROM deliveries d WHERE d.project_id = e.project_id AND d.channel = e.channel AND d.state = 'waiting')
		FROM endpoints e WHERE e.project_id = $1`, p)
	slices.SortFunc(all, func(a, b report.Endpoint) int {
		return slices.Index(research.Channels, a.Channel) - slices.Index(research.Channels, b.Channel)
	})
	return all, err
}

// Undelivered implements report.HomeStore.
func (r *Reports) Undelivered(ctx context.Context, p research.ProjectID, since time.Time) (n int, err error) {
	err = r.db.read.QueryRowContext(ctx, `SELECT count(*) FROM deliveries d JOIN invitations i ON i.project_id = d.project_id AND i.id = d.invite_id
		WHERE d.project_id = $1 AND d.state = 'failed' AND d.ended_at >= $2 AND i.test = 0`, p, ms(since)).Scan(&n)
	return n, err
}

// OpenInvite implements report.DeliveryStore.
func (r *Reports) OpenInvite(ctx context.Context, p research.ProjectID, key research.PersonKey) (id string, err error) {
	err = r.db.read.QueryRowContext(ctx, "SELECT public_id FROM invitations WHERE project_id = $1 AND user_key = $2 AND closed_at IS NULL ORDER BY id DESC LIMIT 1",
		p, key).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// ExportDeliveries streams a project's deliveries.
func (db *DB) ExportDeliveries(ctx context.Context, p *research.Project, q report.Query, yield func(report.DeliveryRow) error) error {
	f := newFilter(p.ID, "d.project_id")
	f.query(q, "d.created_at", "v.user_key", "s.key")
	return stream(ctx, db.read, func(r row) error {
		var person research.PersonKey
		var created int64
		var next, ended sql.NullInt64
		var packed string
		var test int
		out := report.DeliveryRow{Project: p.Key, Attempts: []report.DeliveryAttemptRow{}}
		if err := r.Scan(&out.ID, &out.Study, &out.Trigger, &person, &out.Invite, &out.Channel, &out.State, &out.Reason, &created, &next, &ended, &packed, &test); err != nil {
			return err
		}
		out.Person, out.Test = person.ID(), test == 1
		out.CreatedAt, out.NextAt, out.EndedAt = report.Time{Time: fromMS(created)}, report.Time{Time: fromNull(next)}, report.Time{Time: fromNull(ended)}
		for _, a := range unpackAttempts(packed) {
			out.Attempts = append(out.Attempts, report.DeliveryAttemptRow{At: report.Time{Time: a.At}, DurationMS: a.Took.Milliseconds(), Status: a.Status, Error: a.Error})
		}
		return yield(out)
	}, `SELECT d.public_id, coalesce(s.key, ''), coalesce(t.key, ''), coalesce(v.user_key, ''), coalesce(v.public_id, ''), d.channel, d.state, d.reason,
		d.created_at, d.next_at, d.ended_at, `+packedAttempts+", coalesce(v.test, 1)"+deliveryTables+"WHERE "+f.String()+order(q, "d.id"), f.args...)
}
