package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

var _ report.Store = (*Reports)(nil)

// Reports reads what the dashboard shows. It writes nothing. How many
// statements a method runs never depends on how much there is to show.
type Reports struct{ db *DB }

// Reports is the reading side of the database.
func (db *DB) Reports() *Reports { return &Reports{db} }

// Week implements report.HomeStore. Events are counted from the newest back, so
// that a busy project's first page stays quick.
func (r *Reports) Week(ctx context.Context, p research.ProjectID, since time.Time) (f report.Funnel, err error) {
	if f.Events, err = r.db.countEvents(ctx, p, ms(since), report.EventsCounted); err != nil {
		return f, err
	}
	f.More = f.Events == report.EventsCounted
	err = r.db.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM decisions WHERE project_id = $1 AND at >= $2 AND test = 0 AND outcome IN ('invited', 'skipped'))
		+ (SELECT coalesce(sum(beyond), 0) FROM decision_counts WHERE project_id = $1 AND day >= $3 AND outcome = 'skipped')`,
		p, ms(since), dayOf(since)).Scan(&f.Matches)
	if err != nil {
		return f, err
	}
	err = r.invites(ctx, &f, "v.project_id = $1 AND v.reserved_at >= $2", p, ms(since))
	return f, err
}

// invites counts how far invites got. Tests are not counted, here and everywhere.
func (r *Reports) invites(ctx context.Context, f *report.Funnel, where string, args ...any) error {
	return r.db.read.QueryRowContext(ctx, `
		SELECT count(*), count(v.shown_at), count(CASE WHEN v.state = 'accepted' THEN 1 END), count(CASE WHEN i.state = 'completed' THEN 1 END)
		FROM invitations v LEFT JOIN interviews i ON i.project_id = v.project_id AND i.invite_id = v.id
		WHERE v.test = 0 AND `+where, args...).Scan(&f.Invited, &f.Shown, &f.Accepted, &f.Completed)
}

// Studies implements report.HomeStore.
func (r *Reports) Studies(ctx context.Context, p research.ProjectID, since time.Time) ([]report.StudyLine, error) {
	all, err := collect(ctx, r.db.read, scanStudyLine, `
		SELECT s.public_id, s.name, s.state, s.target, s.created_at,
			(SELECT count(*) FROM interviews i WHERE i.project_id = s.project_id AND i.study_id = s.id AND i.test = 0 AND i.state = 'completed'),
			(SELECT count(*) FROM interviews i WHERE i.project_id = s.project_id AND i.study_id = s.id AND i.test = 0),
			(SELECT count(*) FROM triggers t WHERE t.project_id = s.project_id AND t.study_id = s.id AND t.deleted = 0),
			(SELECT count(*) FROM triggers t WHERE t.project_id = s.project_id AND t.study_id = s.id AND t.active = 1 AND t.deleted = 0)
		FROM studies s WHERE s.project_id = $1 ORDER BY s.id DESC`, p)
	if err != nil {
		return nil, err
	}
	at := map[string]*report.StudyLine{}
	for i := range all {
		at[all[i].ID] = &all[i]
	}
	if err := r.days(ctx, p, since, at); err != nil {
		return nil, err
	}
	return all, r.newestThemes(ctx, p, at)
}

func scanStudyLine(r row) (s report.StudyLine, err error) {
	var created int64
	err = r.Scan(&s.ID, &s.Name, &s.State, &s.Target, &created, &s.Completed, &s.Interviews, &s.Triggers, &s.Active)
	s.Created, s.Days = fromMS(created), make([]int, report.Days)
	return s, err
}

// days fills in how many interviews began on each day.
func (r *Reports) days(ctx context.Context, p research.ProjectID, since time.Time, at map[string]*report.StudyLine) error {
	_, err := collect(ctx, r.db.read, func(r row) (struct{}, error) {
		var study string
		var day, n int
		err := r.Scan(&study, &day, &n)
		if s := at[study]; s != nil && day >= 0 && day < len(s.Days) {
			s.Days[day] = n
		}
		return struct{}{}, err
	}, `SELECT s.public_id, (i.started_at - $2) / 86400000 AS day, count(*)
		FROM interviews i JOIN studies s ON s.project_id = i.project_id AND s.id = i.study_id
		WHERE i.project_id = $1 AND i.test = 0 AND i.started_at >= $2 GROUP BY s.public_id, day`, p, ms(since))
	return err
}

func (r *Reports) newestThemes(ctx context.Context, p research.ProjectID, at map[string]*report.StudyLine) error {
	_, err := collect(ctx, r.db.read, func(r row) (struct{}, error) {
		var study, label string
		var found int64
		err := r.Scan(&study, &label, &found)
		if s := at[study]; s != nil && s.Theme == "" {
			s.Theme, s.ThemeAt = label, fromMS(found)
		}
		return struct{}{}, err
	}, `SELECT s.public_id, t.label, t.created_at FROM themes t JOIN studies s ON s.project_id = t.project_id AND s.id = t.study_id
		WHERE t.project_id = $1 AND t.position >= 0 ORDER BY t.created_at DESC, t.position`, p)
	return err
}

// Firing implements report.HomeStore.
func (r *Reports) Firing(ctx context.Context, p research.ProjectID) ([]report.Firing, error) {
	return collect(ctx, r.db.read, func(r row) (f report.Firing, err error) {
		var active int
		var since int64
		var last sql.NullInt64
		err = r.Scan(&f.Study, &f.StudyName, &f.Trigger, &f.TriggerName, &active, &since, &last)
		f.Active, f.Since, f.Last = active == 1, fromMS(since), fromNull(last)
		return f, err
	}, `SELECT s.public_id, s.name, t.public_id, t.name, t.active, t.created_at,
			(SELECT max(at) FROM (SELECT max(d.at) AS at FROM decisions d WHERE d.project_id = t.project_id AND d.trigger_id = t.id
				UNION ALL SELECT max(c.last_at) FROM decision_counts c WHERE c.project_id = t.project_id AND c.trigger_id = t.id) AS decided)
		FROM triggers t JOIN studies s ON s.project_id = t.project_id AND s.id = t.study_id
		WHERE t.project_id = $1 AND t.deleted = 0 AND s.state = 'open' ORDER BY t.id`, p)
}

// quoteColumns belong to quoteTables.
const (
	quoteColumns = `q.public_id, i.public_id, q.turn, q.start_at, q.end_at, q.text, i.user_key, i.started_at, i.mode,
		coalesce(i.ended_at, i.last_contact), t.label, s.public_id, v.event_name, ` + soundColumns
	quoteTables = ` FROM quotes q
		JOIN themes t ON t.project_id = q.project_id AND t.id = q.theme_id
		JOIN studies s ON s.project_id = q.project_id AND s.id = q.study_id
		JOIN interviews i ON i.project_id = q.project_id AND i.id = q.interview_id
		JOIN invitations v ON v.project_id = i.project_id AND v.id = i.invite_id ` + soundTables
	// soundColumns are of the turn that a quote stands in, where it can be heard.
	soundColumns = "said.text, said.start_ms, said.end_ms, said.words"
	soundTables  = ` LEFT JOIN recordings heard ON heard.project_id = q.project_id AND heard.interview_id = q.interview_id AND heard.state <> 'deleted'
		LEFT JOIN turns said ON said.project_id = heard.project_id AND said.interview_id = heard.interview_id AND said.n = q.turn `
)

// sound is what soundColumns are scanned into.
type sound struct {
	text, words sql.NullString
	start, end  sql.NullInt64
}

func (s *sound) columns() []any { return []any{&s.text, &s.start, &s.end, &s.words} }

// of is when a quote was said; nil where it cannot be heard.
func (s *sound) of(start, end int) (from, to *int64, err error) {
	if !s.start.Valid || !s.end.Valid {
		return nil, nil, nil
	}
	t := research.Turn{Text: s.text.String, StartMS: &s.start.Int64, EndMS: &s.end.Int64}
	if s.words.String != "" {
		if err := json.Unmarshal([]byte(s.words.String), &t.Words); err != nil {
			return nil, nil, err
		}
	}
	if a, b, ok := t.Span(start, end); ok {
		from, to = &a, &b
	}
	return from, to, nil
}

func scanQuote(r row) (q report.Quote, err error) {
	return q, scanQuoteAnd(r, &q)
}

// scanQuoteAnd scans a quote and whatever columns follow it.
func scanQuoteAnd(r row, q *report.Quote, more ...any) error {
	var started, ended int64
	var said sound
	to := append([]any{&q.ID, &q.Interview, &q.Turn, &q.Start, &q.End, &q.Text, &q.Person, &started, &q.Mode, &ended,
		&q.Theme, &q.Study, &q.Event}, said.columns()...)
	if err := r.Scan(append(to, more...)...); err != nil {
		return err
	}
	var err error
	if q.StartMS, q.EndMS, err = said.of(q.Start, q.End); err != nil {
		return err
	}
	q.At, q.Length = fromMS(started), time.Duration(ended-started)*time.Millisecond
	return nil
}

// Heard implements report.HomeStore. Somebody who speaks in many themes is heard
// once.
func (r *Reports) Heard(ctx context.Context, p research.ProjectID, limit int) (heard []report.Quote, err error) {
	all, err := collect(ctx, r.db.read, scanQuote, "SELECT "+quoteColumns+quoteTables+
		"WHERE q.project_id = $1 AND q.position < 3 ORDER BY i.started_at DESC, q.position, q.id DESC LIMIT $2", p, 20*limit)
	seen := map[string]bool{}
	for _, q := range all {
		if len(heard) < limit && !seen[q.Interview] {
			seen[q.Interview] = true
			heard = append(heard, q)
		}
	}
	return heard, err
}

// Projects implements report.ProjectStore.
func (r *Reports) Projects(ctx context.Context) ([]*research.Project, error) {
	return r.db.Projects(ctx)
}

// LastEvent implements report.ProjectStore.
func (r *Reports) LastEvent(ctx context.Context, p research.ProjectID) (last *report.Event, err error) {
	err = r.db.scanEvents(ctx, scan{project: p, newest: true}, func(e *research.Event) error {
		last = &report.Event{Event: *e, Key: e.Person()}
		return errEnough
	})
	return last, err
}
