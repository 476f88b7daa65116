package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// mark is the placeholder of the last argument, or of one counted back from it.
func (f *filter) mark(back int) string { return fmt.Sprintf("$%d", len(f.args)+back) }

// likePrefix is a LIKE pattern for texts that begin with s.
func likePrefix(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}

// People implements report.PeopleStore.
func (r *Reports) People(ctx context.Context, p research.ProjectID, text string, limit int) ([]report.PersonLine, error) {
	f := newFilter(p, "project_id")
	if text != "" {
		f.add(`(user_key LIKE 'u:' || ? ESCAPE '\' OR user_key LIKE 'a:' || ? ESCAPE '\')`, likePrefix(text))
	}
	f.args = append(f.args, limit)
	return collect(ctx, r.db.read, func(r row) (l report.PersonLine, err error) {
		_, err = scanPerson(r, &l)
		return l, err
	}, "SELECT user_key, traits, first_seen, last_seen FROM people WHERE "+f.String()+" ORDER BY last_seen DESC, user_key"+f.limit(), f.args...)
}

func scanPerson(r row, l *report.PersonLine, more ...any) (research.Traits, error) {
	var packed string
	var first, last int64
	if err := r.Scan(append([]any{&l.Key, &packed, &first, &last}, more...)...); err != nil {
		return nil, err
	}
	traits := research.Traits{}
	err := json.Unmarshal([]byte(packed), &traits)
	l.FirstSeen, l.LastSeen = fromMS(first), fromMS(last)
	_ = json.Unmarshal(traits.Get("email"), &l.Email) // anything but a string is no address
	return traits, err
}

// Person implements report.PeopleStore. Whoever has events only, and was not
// evaluated yet, is already known.
func (r *Reports) Person(ctx context.Context, p research.ProjectID, key research.PersonKey) (*report.Person, error) {
	person := &report.Person{PersonLine: report.PersonLine{Key: key}}
	var err error
	person.Traits, err = scanPerson(r.db.read.QueryRowContext(ctx,
		"SELECT user_key, traits, first_seen, last_seen, group_id FROM people WHERE project_id = $1 AND user_key = $2", p, key),
		&person.PersonLine, &person.Group)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, research.Errorf(research.NotFound, "There is no such person.")
	}
	if err != nil {
		return nil, err
	}
	person.Linked, err = collect(ctx, r.db.read, func(r row) (id research.AnonymousID, err error) { return id, r.Scan(&id) },
		"SELECT anonymous_id FROM links WHERE project_id = $1 AND user_key = $2 ORDER BY linked_at LIMIT 50", p, key)
	if err != nil {
		return nil, err
	}
	return person, r.contact(ctx, p, person)
}

func (r *Reports) contact(ctx context.Context, p research.ProjectID, person *report.Person) error {
	var shown int64
	var never int
	err := r.db.read.QueryRowContext(ctx, "SELECT last_shown_at, dismissals, never FROM contacts WHERE project_id = $1 AND user_key = $2 AND trigger_id = 0",
		p, person.Key).Scan(&shown, &person.Dismissals, &never)
	person.LastShown, person.Never = fromMS(shown), never == 1
	return notFound(err)
}

// Timeline implements report.PeopleStore.
func (r *Reports) Timeline(ctx context.Context, p research.ProjectID, key research.PersonKey, before time.Time, limit int) (t report.Timeline, err error) {
	until := int64(1) << 62
	if !before.IsZero() {
		until = ms(before)
	}
	if t.Events, err = r.eventsOf(ctx, p, key, 0, until, limit); err != nil {
		return t, err
	}
	if t.Decisions, err = collect(ctx, r.db.read, scanDecision, "SELECT "+decisionColumns+decisionTables+
		"WHERE d.project_id = $1 AND d.user_key = $2 AND d.at < $3 ORDER BY d.at DESC, d.id DESC LIMIT $4", p, key, until, limit); err != nil {
		return t, err
	}
	if t.Invites, err = r.invitesOf(ctx, p, key, until, limit); err != nil {
		return t, err
	}
	t.Interviews, err = collect(ctx, r.db.read, scanInterviewLine, "SELECT "+interviewLine+`
		FROM interviews i JOIN studies s ON s.project_id = i.project_id AND s.id = i.study_id
		WHERE i.project_id = $1 AND i.user_key = $2 AND i.started_at < $3 ORDER BY i.started_at DESC, i.id DESC LIMIT $4`, p, key, until, limit)
	return t, err
}

// eventsOf is a person's events with times in [from, until), newest first: their
// own, and those of the anonymous ids linked to them.
func (r *Reports) eventsOf(ctx context.Context, p research.ProjectID, key research.PersonKey, from, until int64, limit int) ([]report.Event, error) {
	return collect(ctx, r.db.read, scanReportEvent, "SELECT e.user_key, "+eventColumns+` FROM events e
		WHERE e.project_id = $1 AND e.ts >= $3 AND e.ts < $4 AND e.user_key IN (
			SELECT CAST($2 AS TEXT) UNION ALL SELECT 'a:' || l.anonymous_id FROM links l WHERE l.project_id = $1 AND l.user_key = $2)
		ORDER BY e.ts DESC, e.seq DESC LIMIT $5`, p, key, from, until, limit)
}

func (r *Reports) invitesOf(ctx context.Context, p research.ProjectID, key research.PersonKey, until int64, limit int) ([]report.Invite, error) {
	return collect(ctx, r.db.read, func(r row) (i report.Invite, err error) {
		var reserved int64
		var shown, closed sql.NullInt64
		err = r.Scan(&i.ID, &i.PublicID, &i.State, &i.Reason, &reserved, &shown, &closed, &i.StudyID, &i.StudyName, &i.TriggerName, &i.Interview)
		i.ReservedAt, i.ShownAt, i.ClosedAt, i.Person = fromMS(reserved), fromNull(shown), fromNull(closed), key
		return i, err
	}, `SELECT v.id, v.public_id, v.state, v.reason, v.reserved_at, v.shown_at, v.closed_at, s.public_id, s.name, t.name, coalesce(i.public_id, '')
		FROM invitations v JOIN studies s ON s.project_id = v.project_id AND s.id = v.study_id
		JOIN triggers t ON t.project_id = v.project_id AND t.id = v.trigger_id
		LEFT JOIN interviews i ON i.project_id = v.project_id AND i.invite_id = v.id
		WHERE v.project_id = $1 AND v.user_key = $2 AND v.reserved_at < $3 ORDER BY v.reserved_at DESC, v.id DESC LIMIT $4`, p, key, until, limit)
}

func scanReportEvent(r row) (e report.Event, err error) {
	err = scanEvent(r, &e.Event, &e.Key)
	return e, err
}

// Events implements report.PeopleStore.
func (r *Reports) Events(ctx context.Context, p research.ProjectID, want report.EventFilter, w report.Window) (report.Listing[report.Event], error) {
	f := newFilter(p, "e.project_id")
	if want.Name != "" {
		f.add("e.name = ?", want.Name)
	}
	if want.Type != "" {
		f.add("e.type = ?", string(want.Type))
	}
	if w.Before.ID > 0 {
		f.add("e.seq < ?", w.Before.ID)
	}
	f.args = append(f.args, w.Rows()+1)
	rows, err := collect(ctx, r.db.read, scanReportEvent, "SELECT e.user_key, "+eventColumns+" FROM events e WHERE "+f.String()+
		" ORDER BY e.seq DESC"+f.limit(), f.args...)
	return report.List(w, rows, report.Event.Place), err
}
