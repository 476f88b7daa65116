package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

const interviewLine = `i.id, i.public_id, s.public_id, s.name, i.user_key, i.state, i.reason, i.mode, i.language, i.started_at, i.ended_at,
	(SELECT count(*) FROM turns n WHERE n.project_id = i.project_id AND n.interview_id = i.id AND n.speaker = 'participant'), i.test`

func scanInterviewLine(r row) (report.InterviewLine, error) {
	var line report.InterviewLine
	return line, scanInterviewLineAnd(r, &line)
}

func scanInterviewLineAnd(r row, i *report.InterviewLine, more ...any) error {
	var started int64
	var test int
	var ended sql.NullInt64
	to := append([]any{&i.Place.ID, &i.ID, &i.Study, &i.StudyName, &i.Person, &i.State, &i.Reason, &i.Mode, &i.Language, &started, &ended, &i.Answers, &test}, more...)
	if err := r.Scan(to...); err != nil {
		return err
	}
	i.Started, i.Ended, i.Test = fromMS(started), fromNull(ended), test == 1
	i.Place.At = i.Started
	return nil
}

// Interviews implements report.InterviewStore.
func (r *Reports) Interviews(ctx context.Context, p research.ProjectID, want report.InterviewFilter, w report.Window) (report.Listing[report.InterviewLine], error) {
	f := newFilter(p, "i.project_id")
	f.wanted("s.public_id = ?", want.Study)
	f.wanted("i.state = ?", string(want.State))
	f.wanted("i.user_key = ?", string(want.Person))
	f.before(w, "i.started_at", "i.id")
	f.args = append(f.args, w.Rows()+1)
	rows, err := collect(ctx, r.db.read, scanInterviewLine, "SELECT "+interviewLine+
		" FROM interviews i JOIN studies s ON s.project_id = i.project_id AND s.id = i.study_id WHERE "+f.String()+
		" ORDER BY i.started_at DESC, i.id DESC"+f.limit(), f.args...)
	return report.List(w, rows, func(i report.InterviewLine) report.Cursor { return i.Place }), err
}

// before continues a listing that has the newest first.
func (f *filter) before(w report.Window, at, id string) {
	if w.Before == (report.Cursor{}) {
		return
	}
	f.args = append(f.args, ms(w.Before.At), w.Before.ID)
	f.where = append(f.where, "("+at+", "+id+") < ("+f.mark(-1)+", "+f.mark(0)+")")
}

// limit takes the last argument as the number of rows.
func (f *filter) limit() string { return " LIMIT " + f.mark(0) }

// Interview implements report.InterviewStore.
func (r *Reports) Interview(ctx context.Context, p research.ProjectID, id string) (*report.Interview, error) {
	i := &report.Interview{}
	var consented sql.NullInt64
	var verified int
	err := scanInterviewLineAnd(r.db.read.QueryRowContext(ctx, "SELECT "+interviewLine+`, i.consent, i.consent_at, t.public_id, t.name, v.verified, v.event_seq
		FROM interviews i JOIN studies s ON s.project_id = i.project_id AND s.id = i.study_id
		JOIN invitations v ON v.project_id = i.project_id AND v.id = i.invite_id
		JOIN triggers t ON t.project_id = i.project_id AND t.id = i.trigger_id
		WHERE i.project_id = $1 AND i.public_id = $2`, p, id),
		&i.InterviewLine, &i.Consent, &consented, &i.Trigger, &i.TriggerName, &verified, &i.Moment)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, research.Errorf(research.NotFound, "There is no such interview.")
	}
	if err != nil {
		return nil, err
	}
	i.ConsentAt, i.Verified = fromNull(consented), verified == 1
	return i, r.surroundings(ctx, p, i)
}

func (r *Reports) surroundings(ctx context.Context, p research.ProjectID, i *report.Interview) (err error) {
	i.Turns, err = collect(ctx, r.db.read, scanTurn, `SELECT n, speaker, text, question, rule, answer_id, excluded, at, start_ms, end_ms, words
		FROM turns WHERE project_id = $1 AND interview_id = $2 ORDER BY n`, p, i.Place.ID)
	if err != nil {
		return err
	}
	i.Quotes, err = collect(ctx, r.db.read, scanQuote, "SELECT "+quoteColumns+quoteTables+
		"WHERE q.project_id = $1 AND q.interview_id = $2 ORDER BY q.turn, q.start_at, q.id", p, i.Place.ID)
	if err != nil {
		return err
	}
	if err := errors.Join(r.summary(ctx, p, i), r.heard(ctx, p, i)); err != nil {
		return err
	}
	moment := i.Started
	events, err := r.eventsOf(ctx, p, i.Person, ms(moment.Add(-report.AroundMoment)), ms(moment.Add(report.AroundMoment)), 40)
	for n := len(events) - 1; n >= 0; n-- { // they come newest first
		i.Around = append(i.Around, events[n])
	}
	return err
}

func (r *Reports) summary(ctx context.Context, p research.ProjectID, i *report.Interview) error {
	var body string
	err := r.db.read.QueryRowContext(ctx, "SELECT body FROM summaries WHERE project_id = $1 AND interview_id = $2", p, i.Place.ID).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	i.Summary = &research.Summary{}
	return json.Unmarshal([]byte(body), i.Summary)
}

// heard adds what is left of a voice.
func (r *Reports) heard(ctx context.Context, p research.ProjectID, i *report.Interview) (err error) {
	key := interview.Key{Project: p, ID: i.Place.ID}
	if i.Exchanges, err = r.db.Exchanges(ctx, key); err != nil {
		return err
	}
	rec, err := r.db.Recording(ctx, key)
	if research.CodeOf(err) == research.NotFound {
		return nil
	}
	i.Recording = &rec
	return err
}
