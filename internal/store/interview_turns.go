package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/research"
)

func scanTurn(r row) (t research.Turn, err error) {
	var at int64
	var excluded int
	var answer sql.NullString
	var start, end sql.NullInt64
	var words string
	err = r.Scan(&t.N, &t.Speaker, &t.Text, &t.Question, &t.Rule, &answer, &excluded, &at, &start, &end, &words)
	t.At, t.Excluded, t.Answer = fromMS(at), excluded == 1, answer.String
	if start.Valid {
		t.StartMS = &start.Int64
	}
	if end.Valid {
		t.EndMS = &end.Int64
	}
	if err == nil && words != "" {
		err = json.Unmarshal([]byte(words), &t.Words)
	}
	return t, err
}

func turnsOf(ctx context.Context, q querier, key interview.Key) ([]research.Turn, error) {
	return collect(ctx, q, scanTurn, `SELECT n, speaker, text, question, rule, answer_id, excluded, at, start_ms, end_ms, words
		FROM turns WHERE project_id = $1 AND interview_id = $2 ORDER BY n`, key.Project, key.ID)
}

func insertTurns(ctx context.Context, tx *sql.Tx, key interview.Key, turns []research.Turn) error {
	for _, t := range turns {
		words, err := timesOf(t.Words)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO turns (project_id, interview_id, n, speaker, text, question, rule, answer_id, excluded, at, start_ms, end_ms, words)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			key.Project, key.ID, t.N, t.Speaker, t.Text, t.Question, t.Rule, nullText(t.Answer), flag(t.Excluded), ms(t.At), t.StartMS, t.EndMS, words)
		if err != nil {
			return fmt.Errorf("insert a turn: %w", err)
		}
	}
	return nil
}

// timesOf is the times of words as they are stored; "" where there are none.
func timesOf(words []research.Word) (string, error) {
	if len(words) == 0 {
		return "", nil
	}
	b, err := json.Marshal(words)
	return string(b), err
}

// PutTurnTimes implements interview.Store.
func (db *DB) PutTurnTimes(ctx context.Context, key interview.Key, turn int, start, end int64, words []research.Word) error {
	times, err := timesOf(words)
	if err != nil {
		return err
	}
	done, err := db.write.ExecContext(ctx, `UPDATE turns SET start_ms = $4, end_ms = $5, words = CASE WHEN $6 = '' THEN words ELSE $6 END
		WHERE project_id = $1 AND interview_id = $2 AND n = $3`, key.Project, key.ID, turn, start, end, times)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return cmp.Or(err, error(research.Errorf(research.NotFound, "There is no such turn any more.")))
	}
	return nil
}

// MoveInterview implements interview.Store.
func (db *DB) MoveInterview(ctx context.Context, m interview.Move) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		invite, public, err := db.holdInterview(ctx, tx, m)
		if err != nil {
			return err
		}
		if err := moveTurns(ctx, tx, m); err != nil {
			return err
		}
		if !m.State.Final() {
			return updateInterview(ctx, tx, m)
		}
		return db.endInterview(ctx, tx, m, invite, public)
	})
}

// holdInterview locks the interview and makes sure that it is where the move
// was computed from: of two sockets that answer at once, one finds it moved.
func (db *DB) holdInterview(ctx context.Context, tx *sql.Tx, m interview.Move) (invite int64, public string, err error) {
	var ended sql.NullInt64
	var contact int64
	err = tx.QueryRowContext(ctx, `SELECT invite_id, public_id, last_contact, ended_at FROM interviews
		WHERE project_id = $1 AND id = $2`+db.lockRow, m.Project, m.ID).Scan(&invite, &public, &contact, &ended)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", research.Errorf(research.NotFound, "There is no such interview.")
	}
	if err != nil {
		return 0, "", err
	}
	var last int
	err = tx.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) FROM turns WHERE project_id = $1 AND interview_id = $2",
		m.Project, m.ID).Scan(&last)
	busy := !m.IdleSince.IsZero() && contact > ms(m.IdleSince)
	if err == nil && (ended.Valid || last != m.After || busy) {
		err = research.Errorf(research.Conflict, "The interview has moved on.")
	}
	return invite, public, err
}

func moveTurns(ctx context.Context, tx *sql.Tx, m interview.Move) error {
	if m.Forget {
		_, err := tx.ExecContext(ctx, "DELETE FROM turns WHERE project_id = $1 AND interview_id = $2", m.Project, m.ID)
		return errors.Join(err, dropSound(ctx, tx, m.Key, m.At))
	}
	if err := insertTurns(ctx, tx, m.Key, m.Turns); err != nil || !m.Exclude {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE turns SET excluded = 1 WHERE project_id = $1 AND interview_id = $2 AND speaker = 'participant'",
		m.Project, m.ID)
	return err
}

func updateInterview(ctx context.Context, tx *sql.Tx, m interview.Move) error {
	_, err := tx.ExecContext(ctx, `UPDATE interviews SET state = $3, reason = $4, last_contact = $5, conductor = $6
		WHERE project_id = $1 AND id = $2`, m.Project, m.ID, m.State, m.Reason, ms(m.At), string(m.Progress))
	return err
}

// endInterview makes a state final: the invite stands in nobody's way any more,
// and the next stage has its work. What the moderator remembers of the answers
// goes, for it is not needed again and may be more than was kept.
func (db *DB) endInterview(ctx context.Context, tx *sql.Tx, m interview.Move, invite int64, public string) error {
	m.Progress = []byte("{}")
	if err := updateInterview(ctx, tx, m); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE interviews SET ended_at = $3 WHERE project_id = $1 AND id = $2", m.Project, m.ID, ms(m.At)); err != nil {
		return err
	}
	if err := db.closeInvite(ctx, tx, m.Project, invite, research.InviteAccepted, m.Reason, m.At); err != nil || m.Forget {
		return err
	}
	return jobs.Enqueue(ctx, tx, m.At, jobs.New{Kind: "analyse.interview", Key: "analyse:" + public, Payload: public})
}

func nullText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// eraseInterview deletes the words of an interview, those the moderator
// remembers too, and makes it final.
func eraseInterview(ctx context.Context, tx *sql.Tx, p research.ProjectID, publicID string, now time.Time) (id int64, study research.StudyID, invite int64, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE interviews SET state = CASE WHEN ended_at IS NULL THEN 'stopped' ELSE state END, reason = 'erased', conductor = '{}', setup = '{}',
			ended_at = COALESCE(ended_at, $3)
		WHERE project_id = $1 AND public_id = $2 RETURNING id, study_id, invite_id`, p, publicID, ms(now)).Scan(&id, &study, &invite)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, 0, research.Errorf(research.NotFound, "There is no such interview.")
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, "DELETE FROM turns WHERE project_id = $1 AND interview_id = $2", p, id)
	}
	if err == nil {
		err = dropSound(ctx, tx, interview.Key{Project: p, ID: id}, now)
	}
	return id, study, invite, err
}
