package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/usercall/usercall/internal/eventlog"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// Exports stream: each row goes to yield as it is read, in the order of its id,
// or the newest first where the query has a limit.

// filter builds the WHERE of an export: always the project, then what is asked.
type filter struct {
	where []string
	args  []any
}

func newFilter(project research.ProjectID, column string) *filter {
	return &filter{where: []string{column + " = $1"}, args: []any{int64(project)}}
}

func (f *filter) add(condition string, arg any) {
	f.args = append(f.args, arg)
	f.where = append(f.where, strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(f.args))))
}

// wanted adds a condition on a value, unless that is "": any is wanted then.
func (f *filter) wanted(condition, value string) {
	if value != "" {
		f.add(condition, value)
	}
}

func (f *filter) query(q report.Query, since, person, study string) {
	if !q.Since.IsZero() {
		f.add(since+" >= ?", ms(q.Since))
	}
	if q.Person != "" {
		f.add(person+" IN ('u:' || ?, 'a:' || ?)", q.Person)
	}
	if q.Study != "" && study != "" {
		f.add(study+" = ?", q.Study)
	}
}

func (f *filter) String() string { return strings.Join(f.where, " AND ") }

func order(q report.Query, id string) string {
	if q.Limit > 0 {
		return fmt.Sprintf(" ORDER BY %s DESC LIMIT %d", id, q.Limit)
	}
	return " ORDER BY " + id
}

// stream reads rows one by one.
func stream(ctx context.Context, db *sql.DB, each func(row) error, query string, args ...any) (err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

// ExportEvents streams a project's events.
func (db *DB) ExportEvents(ctx context.Context, p *research.Project, q report.Query, yield func(report.EventRow) error) error {
	left := q.Limit
	each := func(e *research.Event) error {
		if err := yield(eventRow(p, e)); err != nil {
			return err
		}
		if left--; left == 0 {
			return errEnough
		}
		return nil
	}
	if q.Person != "" {
		return db.exportPerson(ctx, p, q, each)
	}
	return db.scanEvents(ctx, scan{project: p.ID, since: ms(q.Since), newest: q.Limit > 0}, each)
}

// exportPerson streams the events that were sent under an id.
func (db *DB) exportPerson(ctx context.Context, p *research.Project, q report.Query, each func(*research.Event) error) error {
	keys := []research.PersonKey{research.UserKey(research.UserID(q.Person)), research.AnonymousKey(research.AnonymousID(q.Person))}
	entries, err := db.entriesOf(ctx, db.read, p.ID, keys)
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b eventlog.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	if q.Limit > 0 {
		slices.Reverse(entries)
	}
	for part := range slices.Chunk(entries, packsAtOnce) {
		events, err := readEvents(ctx, db.read, numbers(part))
		if err != nil {
			return err
		}
		for i := range events {
			e := &events[i]
			if e.Project != p.ID || !slices.Contains(keys, e.Person()) || e.ReceivedAt.Before(q.Since) {
				continue
			}
			if err := each(e); errors.Is(err, errEnough) {
				return nil
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}

func eventRow(p *research.Project, e *research.Event) report.EventRow {
	out := report.EventRow{Project: p.Key, Type: string(e.Type), MessageID: e.MessageID, UserID: string(e.UserID), AnonymousID: string(e.AnonymousID),
		Properties: orEmpty(e.Properties), Traits: orEmpty(e.Traits), Context: orEmpty(e.Context),
		Timestamp: report.Time{Time: e.Timestamp}, ReceivedAt: report.Time{Time: e.ReceivedAt}, Source: string(e.Source), Verified: e.Proved()}
	if e.Type == research.Track {
		out.Event = e.Name
	} else {
		out.Name = e.Name
	}
	return out
}

// ExportInvites streams a project's invites; link makes the address of one.
func (db *DB) ExportInvites(ctx context.Context, p *research.Project, q report.Query, link func(id string) string, yield func(report.InviteRow) error) error {
	f := newFilter(p.ID, "i.project_id")
	f.query(q, "i.reserved_at", "i.user_key", "s.key")
	return stream(ctx, db.read, func(r row) error {
		var person research.PersonKey
		var reserved, expires int64
		var test int
		var shown sql.NullInt64
		out := report.InviteRow{Project: p.Key}
		if err := r.Scan(&out.ID, &out.Study, &out.Trigger, &person, &out.MessageID, &out.State, &reserved, &shown, &expires, &test); err != nil {
			return err
		}
		out.Person, out.Link, out.Test = person.ID(), link(out.ID), test == 1
		out.ReservedAt, out.ShownAt, out.ExpiresAt = report.Time{Time: fromMS(reserved)}, report.Time{Time: fromNull(shown)}, report.Time{Time: fromMS(expires)}
		return yield(out)
	}, `SELECT i.public_id, s.key, t.key, i.user_key, i.message_id, i.state, i.reserved_at, i.shown_at, i.expires_at, i.test
		FROM invitations i JOIN studies s ON s.project_id = i.project_id AND s.id = i.study_id
		JOIN triggers t ON t.project_id = i.project_id AND t.id = i.trigger_id
		WHERE `+f.String()+order(q, "i.id"), f.args...)
}

// ExportDecisions streams a project's decision log.
func (db *DB) ExportDecisions(ctx context.Context, p *research.Project, q report.Query, yield func(report.DecisionRow) error) error {
	f := newFilter(p.ID, "d.project_id")
	f.query(q, "d.at", "d.user_key", "s.key")
	return stream(ctx, db.read, func(r row) error {
		var person research.PersonKey
		var at int64
		var test int
		var refused string
		var out report.DecisionRow
		if err := r.Scan(&at, &out.Study, &out.Trigger, &person, &out.MessageID, &out.Outcome, &out.Gate, &out.Detail, &out.Remedy, &test, &refused); err != nil {
			return err
		}
		out.Detail = cmp.Or(out.Detail, refusedWords(refused))
		out.At, out.Person, out.Test = report.Time{Time: fromMS(at)}, person.ID(), test == 1
		return yield(out)
	}, `SELECT d.at, s.key, t.key, d.user_key, d.message_id, d.outcome, d.gate, d.detail, d.remedy, d.test, `+refusedOf+`
		FROM decisions d JOIN studies s ON s.project_id = d.project_id AND s.id = d.study_id
		JOIN triggers t ON t.project_id = d.project_id AND t.id = d.trigger_id
		WHERE `+f.String()+order(q, "d.id"), f.args...)
}

// ExportInterviews streams a project's interviews, each with its turns.
func (db *DB) ExportInterviews(ctx context.Context, p *research.Project, q report.Query, yield func(report.InterviewRow) error) error {
	f := newFilter(p.ID, "i.project_id")
	f.query(q, "i.started_at", "i.user_key", "s.key")
	return stream(ctx, db.read, func(r row) error {
		var id, started int64
		var ended sql.NullInt64
		var person research.PersonKey
		var verified, test int
		var out report.InterviewRow
		err := r.Scan(&id, &out.ID, &out.Study, &out.Trigger, &person, &out.Invite, &out.State, &out.Mode, &out.Language, &started, &ended, &verified, &test)
		if err != nil {
			return err
		}
		out.Verified, out.Test = verified == 1, test == 1
		out.Person, out.StartedAt, out.EndedAt = person.ID(), report.Time{Time: fromMS(started)}, report.Time{Time: fromNull(ended)}
		if out.Turns, err = db.exportTurns(ctx, p.ID, id); err != nil {
			return err
		}
		return yield(out)
	}, `SELECT i.id, i.public_id, s.key, t.key, i.user_key, v.public_id, i.state, i.mode, i.language, i.started_at, i.ended_at, v.verified, i.test
		FROM interviews i JOIN studies s ON s.project_id = i.project_id AND s.id = i.study_id
		JOIN triggers t ON t.project_id = i.project_id AND t.id = i.trigger_id
		JOIN invitations v ON v.project_id = i.project_id AND v.id = i.invite_id
		WHERE `+f.String()+order(q, "i.id"), f.args...)
}

func (db *DB) exportTurns(ctx context.Context, p research.ProjectID, interview int64) ([]report.TurnRow, error) {
	turns, err := collect(ctx, db.read, func(r row) (t report.TurnRow, err error) {
		var at int64
		err = r.Scan(&t.N, &t.Speaker, &t.Text, &at, &t.StartMS, &t.EndMS)
		t.At = report.Time{Time: fromMS(at)}
		return t, err
	}, "SELECT n, speaker, text, at, start_ms, end_ms FROM turns WHERE project_id = $1 AND interview_id = $2 ORDER BY n", p, interview)
	return append([]report.TurnRow{}, turns...), err
}

// ExportThemes streams a project's themes, each with its quotes.
func (db *DB) ExportThemes(ctx context.Context, p *research.Project, q report.Query, yield func(report.ThemeRow) error) error {
	f := newFilter(p.ID, "t.project_id")
	if q.Study != "" {
		f.add("s.key = ?", q.Study)
	}
	return stream(ctx, db.read, func(r row) error {
		var id int64
		var of int
		var out report.ThemeRow
		err := r.Scan(&id, &out.ID, &out.Study, &out.Label, &out.Definition, &out.People, &of, &out.Interval[0], &out.Interval[1])
		if err != nil {
			return err
		}
		if of > 0 {
			out.Share = float64(out.People) / float64(of)
		}
		if out.Quotes, err = db.exportQuotes(ctx, p.ID, id); err != nil {
			return err
		}
		return yield(out)
	}, `SELECT t.id, t.public_id, s.key, t.label, t.definition, t.people, t.of_people, t.low, t.high
		FROM themes t JOIN studies s ON s.project_id = t.project_id AND s.id = t.study_id
		WHERE `+f.String()+" ORDER BY s.id, t.position", f.args...)
}

func (db *DB) exportQuotes(ctx context.Context, p research.ProjectID, theme int64) ([]report.QuoteRow, error) {
	quotes, err := collect(ctx, db.read, func(r row) (q report.QuoteRow, err error) {
		var said sound
		if err := r.Scan(append([]any{&q.Text, &q.Interview, &q.Turn, &q.Start, &q.End}, said.columns()...)...); err != nil {
			return q, err
		}
		q.StartMS, q.EndMS, err = said.of(q.Start, q.End)
		return q, err
	}, `SELECT q.text, i.public_id, q.turn, q.start_at, q.end_at, `+soundColumns+` FROM quotes q
		JOIN interviews i ON i.project_id = q.project_id AND i.id = q.interview_id `+soundTables+`
		WHERE q.project_id = $1 AND q.theme_id = $2 ORDER BY q.position`, p, theme)
	return append([]report.QuoteRow{}, quotes...), err
}

// ExportReports streams the reports of a project's studies.
func (db *DB) ExportReports(ctx context.Context, p *research.Project, q report.Query, yield func(report.ReportRow) error) error {
	f := newFilter(p.ID, "r.project_id")
	if q.Study != "" {
		f.add("s.key = ?", q.Study)
	}
	return stream(ctx, db.read, func(r row) error {
		var out report.ReportRow
		var body string
		var at int64
		if err := r.Scan(&out.Study, &body, &at); err != nil {
			return err
		}
		var stored reportBody
		if err := json.Unmarshal([]byte(body), &stored); err != nil {
			return err
		}
		out.Paragraph, out.Uncertain, out.Interviews, out.MadeAt = stored.Paragraph, stored.Uncertain, stored.Of, report.Time{Time: fromMS(at)}
		return yield(out)
	}, `SELECT s.key, r.body, r.made_at FROM study_reports r JOIN studies s ON s.project_id = r.project_id AND s.id = r.study_id
		WHERE `+f.String()+" ORDER BY s.id", f.args...)
}
