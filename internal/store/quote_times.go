package store

import (
	"database/sql"
	"encoding/json"

	"github.com/usercall/usercall/internal/research"
)

// timesColumns and timesTables find when a quote q was said. Without a recording
// that can be played there is no row of the second, and no time.
const (
	timesColumns = `coalesce(u.text, ''), u.start_ms, u.end_ms, coalesce(u.words, '')`
	timesTables  = `
		LEFT JOIN recordings rec ON rec.project_id = q.project_id AND rec.interview_id = q.interview_id AND rec.state <> 'deleted'
		LEFT JOIN turns u ON u.project_id = rec.project_id AND u.interview_id = rec.interview_id AND u.n = q.turn `
)

// quoteTimes is what timesColumns hold.
type quoteTimes struct {
	text, words string
	start, end  sql.NullInt64
}

func (t *quoteTimes) columns() []any { return []any{&t.text, &t.start, &t.end, &t.words} }

// of is when the runes of a quote were said; nil where nobody can hear it.
func (t *quoteTimes) of(start, end int) (from, to *int64, err error) {
	if !t.start.Valid || !t.end.Valid {
		return nil, nil, nil
	}
	turn := research.Turn{Text: t.text, StartMS: &t.start.Int64, EndMS: &t.end.Int64}
	if t.words != "" {
		if err := json.Unmarshal([]byte(t.words), &turn.Words); err != nil {
			return nil, nil, err
		}
	}
	if a, b, ok := turn.Span(start, end); ok {
		return &a, &b, nil
	}
	return nil, nil, nil
}
