package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/usercall/usercall/internal/analysis"
	"github.com/usercall/usercall/internal/research"
)

// Material implements analysis.Store. It reads a moment: one transaction.
func (db *DB) Material(ctx context.Context, interview string) (*analysis.Material, error) {
	var m *analysis.Material
	err := db.InTx(ctx, func(tx *sql.Tx) error {
		m = &analysis.Material{}
		err := tx.QueryRowContext(ctx, `
			SELECT s.project_id, s.id, s.name, COALESCE(r.model, ''),
				(SELECT count(*) FROM invitations v WHERE v.project_id = s.project_id AND v.study_id = s.id AND v.test = 0 AND v.shown_at IS NOT NULL)
			FROM interviews i JOIN studies s ON s.project_id = i.project_id AND s.id = i.study_id
			LEFT JOIN study_reports r ON r.project_id = s.project_id AND r.study_id = s.id
			WHERE i.public_id = $1`, interview).Scan(&m.Project, &m.Study, &m.Question, &m.Previous, &m.Invited)
		if errors.Is(err, sql.ErrNoRows) {
			m = nil
			return nil
		}
		if err != nil {
			return err
		}
		m.Interviews, err = endedInterviews(ctx, tx, m.Project, m.Study)
		return err
	})
	return m, err
}

// endedInterviews is every interview of a study that is over, with its turns, but
// for tests.
func endedInterviews(ctx context.Context, q querier, project research.ProjectID, study research.StudyID) ([]research.Interview, error) {
	all, err := collect(ctx, q, func(r row) (i research.Interview, err error) {
		return i, r.Scan(&i.ID, &i.PublicID, &i.State, &i.Reason)
	}, `SELECT id, public_id, state, reason FROM interviews
		WHERE project_id = $1 AND study_id = $2 AND test = 0 AND ended_at IS NOT NULL ORDER BY id`, project, study)
	if err != nil {
		return nil, err
	}
	at := map[int64]int{}
	for i := range all {
		at[all[i].ID] = i
	}
	type placed struct {
		interview int64
		turn      research.Turn
	}
	turns, err := collect(ctx, q, func(r row) (p placed, err error) {
		var excluded int
		err = r.Scan(&p.interview, &p.turn.N, &p.turn.Speaker, &p.turn.Text, &p.turn.Question, &excluded)
		p.turn.Excluded = excluded == 1
		return p, err
	}, `SELECT t.interview_id, t.n, t.speaker, t.text, t.question, t.excluded
		FROM turns t JOIN interviews i ON i.project_id = t.project_id AND i.id = t.interview_id
		WHERE t.project_id = $1 AND i.study_id = $2 AND i.test = 0 AND i.ended_at IS NOT NULL ORDER BY t.interview_id, t.n`, project, study)
	for _, p := range turns {
		i := &all[at[p.interview]]
		i.Turns = append(i.Turns, p.turn)
	}
	return all, err
}

// Keep implements analysis.Store. The study's row is held, and what the analysis
// started from is compared: so themes keep their ids, whatever ran beside it.
func (db *DB) Keep(ctx context.Context, f analysis.Findings) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		var previous string
		err := tx.QueryRowContext(ctx, `SELECT COALESCE((SELECT model FROM study_reports WHERE project_id = $1 AND study_id = $2), '')
			FROM studies WHERE project_id = $1 AND id = $2`+db.lockRow, f.Project, f.Study).Scan(&previous)
		if err != nil {
			return err
		}
		if previous != string(f.Previous) {
			return research.Errorf(research.Conflict, "Another analysis of this study was kept first.")
		}
		ids, err := interviewIDs(ctx, tx, f.Project, f.Study)
		if err != nil {
			return err
		}
		for _, s := range f.Summaries {
			if err := putSummary(ctx, tx, f, ids[s.Interview], s); err != nil {
				return err
			}
		}
		if err := putThemes(ctx, tx, f, ids); err != nil {
			return err
		}
		return putReport(ctx, tx, f)
	})
}

func interviewIDs(ctx context.Context, tx *sql.Tx, project research.ProjectID, study research.StudyID) (map[string]int64, error) {
	ids := map[string]int64{}
	_, err := collect(ctx, tx, func(r row) (struct{}, error) {
		var public string
		var id int64
		err := r.Scan(&public, &id)
		ids[public] = id
		return struct{}{}, err
	}, "SELECT public_id, id FROM interviews WHERE project_id = $1 AND study_id = $2", project, study)
	return ids, err
}

func putSummary(ctx context.Context, tx *sql.Tx, f analysis.Findings, interview int64, s research.Summary) error {
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO summaries (interview_id, project_id, study_id, engine, body, made_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (interview_id) DO UPDATE SET engine = excluded.engine, body = excluded.body, made_at = excluded.made_at`,
		interview, f.Project, f.Study, s.Engine, string(body), ms(f.At))
	return err
}

// putThemes replaces the themes of a study. A theme that stays keeps its row.
func putThemes(ctx context.Context, tx *sql.Tx, f analysis.Findings, ids map[string]int64) error {
	for _, table := range []string{"DELETE FROM quotes WHERE project_id = $1 AND study_id = $2", "UPDATE themes SET position = -1 WHERE project_id = $1 AND study_id = $2"} {
		if _, err := tx.ExecContext(ctx, table, f.Project, f.Study); err != nil {
			return err
		}
	}
	for place, t := range f.Result.Themes {
		var id int64
		err := tx.QueryRowContext(ctx, `
			INSERT INTO themes (public_id, project_id, study_id, position, label, definition, people, of_people, low, high, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
			ON CONFLICT (public_id) DO UPDATE SET position = excluded.position, label = excluded.label, definition = excluded.definition,
				people = excluded.people, of_people = excluded.of_people, low = excluded.low, high = excluded.high
			RETURNING id`, t.ID, f.Project, f.Study, place, t.Label, t.Definition, t.People, t.Of, t.Low, t.High, ms(f.At)).Scan(&id)
		if err != nil {
			return err
		}
		if err := putQuotes(ctx, tx, f, id, t.Quotes, ids); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM themes WHERE project_id = $1 AND study_id = $2 AND position = -1", f.Project, f.Study)
	return err
}

func putQuotes(ctx context.Context, tx *sql.Tx, f analysis.Findings, theme int64, quotes []research.Quote, ids map[string]int64) error {
	for place, q := range quotes {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO quotes (public_id, project_id, study_id, theme_id, interview_id, turn, start_at, end_at, position, text)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			q.ID, f.Project, f.Study, theme, ids[q.Interview], q.Turn, q.Start, q.End, place, q.Text)
		if err != nil {
			return err
		}
	}
	return nil
}

// eraseFindings deletes the words of an interview from what was found in its
// study. Themes keep their ids for the analysis that follows; one that was
// defined by a quote of it has no definition until then.
func eraseFindings(ctx context.Context, tx *sql.Tx, p research.ProjectID, study research.StudyID, interview int64) error {
	for _, statement := range []string{
		"DELETE FROM summaries WHERE project_id = $1 AND study_id = $2 AND interview_id = $3",
		`UPDATE themes SET definition = '' WHERE project_id = $1 AND study_id = $2
			AND id IN (SELECT theme_id FROM quotes WHERE project_id = $1 AND interview_id = $3)`,
		"DELETE FROM quotes WHERE project_id = $1 AND study_id = $2 AND interview_id = $3",
		`UPDATE study_reports SET body = '{}' WHERE project_id = $1 AND study_id = $2 AND 0 < $3`,
	} {
		if _, err := tx.ExecContext(ctx, statement, p, study, interview); err != nil {
			return err
		}
	}
	return nil
}

// dropFindings deletes what was found in a study of which no interview is left.
func dropFindings(ctx context.Context, tx *sql.Tx, p research.ProjectID, study research.StudyID) error {
	for _, statement := range []string{
		"DELETE FROM quotes WHERE project_id = $1 AND study_id = $2",
		"DELETE FROM themes WHERE project_id = $1 AND study_id = $2",
		"DELETE FROM study_reports WHERE project_id = $1 AND study_id = $2",
	} {
		if _, err := tx.ExecContext(ctx, statement, p, study); err != nil {
			return err
		}
	}
	return nil
}

// reportBody is a study's report as stored.
type reportBody struct {
	analysis.Answer
	Of        int
	Ungrouped []string
}

func putReport(ctx context.Context, tx *sql.Tx, f analysis.Findings) error {
	body, err := json.Marshal(reportBody{f.Answer, f.Result.Of, f.Result.Ungrouped})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO study_reports (study_id, project_id, interviews, engine, body, model, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (study_id) DO UPDATE SET interviews = excluded.interviews, engine = excluded.engine, body = excluded.body,
			model = excluded.model, made_at = excluded.made_at`,
		f.Study, f.Project, f.Saw, analysis.Builtin, string(body), string(f.Result.State), ms(f.At))
	return err
}
