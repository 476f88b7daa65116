package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/usercall/usercall/internal/eventlog"
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
func (r *Reports) People(ctx context.Context, p research.ProjectID, which report.PeopleFilter, limit int) ([]report.PersonLine, error) {
	f := newFilter(p, "project_id")
	if which.Text != "" {
		f.add(`(user_key LIKE 'u:' || ? ESCAPE '\' OR user_key LIKE 'a:' || ? ESCAPE '\')`, likePrefix(which.Text))
	}
	if which.Never {
		f.add("user_key IN (SELECT c.user_key FROM contacts c WHERE c.project_id = ? AND c.trigger_id = 0 AND c.never > 0)", p)
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

// ExportPeople streams a project's people, by when they were seen last.
func (db *DB) ExportPeople(ctx context.Context, p *research.Project, q report.Query, yield func(report.PersonRow) error) error {
	f := newFilter(p.ID, "p.project_id")
	f.query(q, "p.last_seen", "p.user_key", "")
	if q.OptedOut {
		f.where = append(f.where, "c.never > 0")
	}
	return stream(ctx, db.read, func(r row) error {
		var l report.PersonLine
		var optedOut int
		if _, err := scanPerson(r, &l, &optedOut); err != nil {
			return err
		}
		return yield(l.Row(optedOut == 1))
	}, `SELECT p.user_key, p.traits, p.first_seen, p.last_seen, CASE WHEN c.never > 0 THEN 1 ELSE 0 END
		FROM people p LEFT JOIN contacts c ON c.project_id = p.project_id AND c.user_key = p.user_key AND c.trigger_id = 0
		WHERE `+f.String()+order(q, "p.last_seen"), f.args...)
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
		"SELECT substr(from_key, 3) FROM links WHERE project_id = $1 AND user_key = $2 AND from_key < 'u:' ORDER BY linked_at LIMIT 50", p, key)
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
	person.LastShown, person.Never = fromMS(shown), never > 0
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
// own, and those of the ids that are linked to them.
func (r *Reports) eventsOf(ctx context.Context, p research.ProjectID, key research.PersonKey, from, until int64, limit int) ([]report.Event, error) {
	theirs, err := r.db.belongings(ctx, r.db.read, p, key)
	if err != nil {
		return nil, err
	}
	entries, err := r.db.entriesOf(ctx, r.db.read, p, theirs.keys())
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, newestFirst)
	var events []report.Event
	for len(entries) > 0 && len(events) < limit {
		n := min(limit, len(entries))
		more, err := r.timeRange(ctx, p, theirs, entries[:n], from, until)
		if err != nil {
			return nil, err
		}
		events, entries = append(events, more...), entries[n:]
	}
	return events[:min(limit, len(events))], nil
}

// timeRange reads those of the entries that lie in it and are a person's.
func (r *Reports) timeRange(ctx context.Context, p research.ProjectID, theirs *belongings, entries []eventlog.Entry, from, until int64) (out []report.Event, err error) {
	var seqs []int64
	for _, e := range entries {
		if e.At >= from && e.At < until {
			seqs = append(seqs, e.Seq)
		}
	}
	events, err := readEvents(ctx, r.db.read, seqs)
	for _, e := range events {
		if e.Project == p && theirs.has(&e) {
			out = append(out, report.Event{Event: e, Key: e.Person()})
		}
	}
	return out, err
}

func (r *Reports) invitesOf(ctx context.Context, p research.ProjectID, key research.PersonKey, until int64, limit int) ([]report.Invite, error) {
	return collect(ctx, r.db.read, func(r row) (i report.Invite, err error) {
		var reserved int64
		var test int
		var shown, closed sql.NullInt64
		err = r.Scan(&i.ID, &i.PublicID, &i.State, &i.Reason, &reserved, &shown, &closed, &i.StudyID, &i.StudyName, &i.TriggerName, &i.Interview, &test)
		i.Test = test == 1
		i.ReservedAt, i.ShownAt, i.ClosedAt, i.Person = fromMS(reserved), fromNull(shown), fromNull(closed), key
		return i, err
	}, `SELECT v.id, v.public_id, v.state, v.reason, v.reserved_at, v.shown_at, v.closed_at, s.public_id, s.name, t.name, coalesce(i.public_id, ''), v.test
		FROM invitations v JOIN studies s ON s.project_id = v.project_id AND s.id = v.study_id
		JOIN triggers t ON t.project_id = v.project_id AND t.id = v.trigger_id
		LEFT JOIN interviews i ON i.project_id = v.project_id AND i.invite_id = v.id
		WHERE v.project_id = $1 AND v.user_key = $2 AND v.reserved_at < $3 ORDER BY v.reserved_at DESC, v.id DESC LIMIT $4`, p, key, until, limit)
}

// Events implements report.PeopleStore.
func (r *Reports) Events(ctx context.Context, p research.ProjectID, want report.EventFilter, w report.Window) (report.Listing[report.Event], error) {
	var rows []report.Event
	err := r.db.scanEvents(ctx, scan{project: p, names: namesOf(p, want), before: w.Before.ID, newest: true}, func(e *research.Event) error {
		if want.Name != "" && e.Name != want.Name || want.Type != "" && e.Type != want.Type {
			return nil
		}
		if rows = append(rows, report.Event{Event: *e, Key: e.Person()}); len(rows) > w.Rows() {
			return errEnough
		}
		return nil
	})
	return report.List(w, rows, report.Event.Place), err
}

// namesOf is what events of the filter's name are found by, of whatever type.
func namesOf(p research.ProjectID, want report.EventFilter) (names []eventlog.Hash) {
	if want.Name == "" {
		return nil
	}
	for _, t := range []research.EventType{research.Track, research.Identify, research.Page, research.Screen, research.Group, research.Alias} {
		if want.Type == "" || want.Type == t {
			names = append(names, eventlog.NameHash(p, t, want.Name))
		}
	}
	return names
}
