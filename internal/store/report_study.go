package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
)

// Study implements report.StudyStore.
func (r *Reports) Study(ctx context.Context, p research.ProjectID, id string) (*research.Study, error) {
	return r.db.StudyByPublicID(ctx, p, id)
}

// Findings implements report.StudyStore.
func (r *Reports) Findings(ctx context.Context, p research.ProjectID, s research.StudyID) (*report.Findings, error) {
	f := &report.Findings{}
	for _, read := range []func(context.Context, *report.Findings, research.ProjectID, research.StudyID) error{
		r.answer, r.themes, r.studyFunnel, r.studyStates, r.silent} {
		if err := read(ctx, f, p, s); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (r *Reports) answer(ctx context.Context, f *report.Findings, p research.ProjectID, s research.StudyID) error {
	var body string
	var made int64
	err := r.db.read.QueryRowContext(ctx, "SELECT engine, body, made_at FROM study_reports WHERE project_id = $1 AND study_id = $2",
		p, s).Scan(&f.Engine, &body, &made)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	var stored reportBody
	if err := json.Unmarshal([]byte(body), &stored); err != nil {
		return err
	}
	f.Made, f.Answer, f.Uncertain, f.Of, f.Ungrouped = fromMS(made), stored.Paragraph, stored.Uncertain, stored.Of, len(stored.Ungrouped)
	return nil
}

// themes reads the themes with their first quotes: two statements, whatever
// their number.
func (r *Reports) themes(ctx context.Context, f *report.Findings, p research.ProjectID, s research.StudyID) error {
	var at map[string]int
	var err error
	f.Themes, at, err = r.themeRows(ctx, `SELECT t.public_id, t.label, t.definition, t.people, t.of_people, t.low, t.high,
			(SELECT count(*) FROM quotes q WHERE q.project_id = t.project_id AND q.theme_id = t.id)
		FROM themes t WHERE t.project_id = $1 AND t.study_id = $2 AND t.position >= 0 ORDER BY t.people DESC, t.position`, p, s)
	if err != nil {
		return err
	}
	var theme string
	quotes, err := collect(ctx, r.db.read, func(r row) (q themedQuote, err error) {
		err = scanQuoteAnd(r, &q.Quote, &theme)
		q.theme = theme
		return q, err
	}, "SELECT "+quoteColumns+", t.public_id"+quoteTables+
		"WHERE q.project_id = $1 AND q.study_id = $2 AND q.position < $3 ORDER BY q.theme_id, q.position", p, s, report.QuotesShown)
	for _, q := range quotes {
		if i, ok := at[q.theme]; ok {
			f.Themes[i].Quotes = append(f.Themes[i].Quotes, q.Quote)
			f.Themes[i].More--
		}
	}
	return err
}

type themedQuote struct {
	report.Quote
	theme string // public id
}

func (r *Reports) themeRows(ctx context.Context, query string, args ...any) ([]report.Theme, map[string]int, error) {
	themes, err := collect(ctx, r.db.read, func(r row) (t report.Theme, err error) {
		return t, r.Scan(&t.ID, &t.Label, &t.Definition, &t.People, &t.Of, &t.Low, &t.High, &t.More)
	}, query, args...)
	at := map[string]int{}
	for i, t := range themes {
		at[t.ID] = i
	}
	return themes, at, err
}

func (r *Reports) studyFunnel(ctx context.Context, f *report.Findings, p research.ProjectID, s research.StudyID) error {
	err := r.db.read.QueryRowContext(ctx, `WITH of AS (SELECT id FROM triggers WHERE project_id = $1 AND study_id = $2)
		SELECT (SELECT count(*) FROM decisions WHERE project_id = $1 AND test = 0 AND outcome IN ('invited', 'skipped') AND trigger_id IN (SELECT id FROM of))
			+ (SELECT coalesce(sum(beyond), 0) FROM decision_counts WHERE project_id = $1 AND outcome = 'skipped' AND trigger_id IN (SELECT id FROM of))`,
		p, s).Scan(&f.Funnel.Matches)
	if err != nil {
		return err
	}
	return r.invites(ctx, &f.Funnel, "v.project_id = $1 AND v.study_id = $2", p, s)
}

func (r *Reports) studyStates(ctx context.Context, f *report.Findings, p research.ProjectID, s research.StudyID) (err error) {
	f.States, err = collect(ctx, r.db.read, scanStateCount, `SELECT state, '', count(*) FROM interviews
		WHERE project_id = $1 AND study_id = $2 AND test = 0 GROUP BY state ORDER BY 3 DESC, 1`, p, s)
	return err
}

// silent counts the invites that led to no interview.
func (r *Reports) silent(ctx context.Context, f *report.Findings, p research.ProjectID, s research.StudyID) (err error) {
	f.Silent, err = collect(ctx, r.db.read, scanStateCount, `
		SELECT state, CASE WHEN state = 'declined' THEN reason ELSE '' END AS why, count(*) FROM invitations
		WHERE project_id = $1 AND study_id = $2 AND test = 0 AND state <> 'accepted' GROUP BY state, why ORDER BY 3 DESC, 1, 2`, p, s)
	return err
}

func scanStateCount(r row) (c report.StateCount, err error) {
	return c, r.Scan(&c.State, &c.Reason, &c.N)
}

// Gates implements report.StudyStore.
func (r *Reports) Gates(ctx context.Context, p research.ProjectID, s research.StudyID, since time.Time) ([]report.GateCount, error) {
	return collect(ctx, r.db.read, func(r row) (g report.GateCount, err error) {
		var last int64
		err = r.Scan(&g.Trigger, &g.Outcome, &g.Gate, &g.N, &last)
		g.Last = fromMS(last)
		return g, err
	}, `SELECT trigger_id, outcome, gate, sum(n), max(last) FROM (
			SELECT trigger_id, outcome, gate, count(*) AS n, max(at) AS last FROM decisions
			WHERE project_id = $1 AND at >= $3 AND study_id = $2 AND test = 0 GROUP BY trigger_id, outcome, gate
			UNION ALL SELECT c.trigger_id, c.outcome, c.gate, c.beyond, c.last_at FROM decision_counts c
			JOIN triggers t ON t.project_id = c.project_id AND t.id = c.trigger_id
			WHERE c.project_id = $1 AND c.day >= $4 AND t.study_id = $2 AND c.beyond > 0) AS counted
		GROUP BY trigger_id, outcome, gate ORDER BY 4 DESC, 2, 3`, p, s, ms(since), dayOf(since))
}

// Themes implements report.StudyStore.
func (r *Reports) Themes(ctx context.Context, p research.ProjectID) ([]report.ThemeLine, error) {
	all, err := collect(ctx, r.db.read, func(r row) (t report.ThemeLine, err error) {
		var found int64
		err = r.Scan(&t.ID, &t.Label, &t.Definition, &t.People, &t.Of, &t.Low, &t.High, &t.Study, &t.StudyName, &found)
		t.Found = fromMS(found)
		return t, err
	}, `SELECT t.public_id, t.label, t.definition, t.people, t.of_people, t.low, t.high, s.public_id, s.name, t.created_at
		FROM themes t JOIN studies s ON s.project_id = t.project_id AND s.id = t.study_id
		WHERE t.project_id = $1 AND t.position >= 0 ORDER BY t.people DESC, t.created_at DESC, t.id LIMIT 1000`, p)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, t := range all {
		at[t.ID] = i
	}
	var theme string
	_, err = collect(ctx, r.db.read, func(r row) (q report.Quote, err error) {
		err = scanQuoteAnd(r, &q, &theme)
		if i, ok := at[theme]; ok {
			all[i].Quotes = append(all[i].Quotes, q)
		}
		return q, err
	}, "SELECT "+quoteColumns+", t.public_id"+quoteTables+"WHERE q.project_id = $1 AND q.position = 0 ORDER BY q.id", p)
	return all, err
}
