package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/research"
)

// AddExchange keeps when the steps of an exchange were done. One of an interview
// that is no more is dropped.
func (db *DB) AddExchange(ctx context.Context, key interview.Key, e research.Exchange) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = db.write.ExecContext(ctx, `
		INSERT INTO exchanges (project_id, interview_id, n, body)
		SELECT i.project_id, i.id, COALESCE((SELECT max(n) FROM exchanges WHERE interview_id = i.id), 0) + 1, $3
		FROM interviews i WHERE i.project_id = $1 AND i.id = $2`, key.Project, key.ID, string(body))
	return err
}

// Exchanges are those of an interview, in their order.
func (db *DB) Exchanges(ctx context.Context, key interview.Key) ([]research.Exchange, error) {
	return collect(ctx, db.read, func(r row) (e research.Exchange, err error) {
		var body string
		if err := r.Scan(&body); err != nil {
			return e, err
		}
		return e, json.Unmarshal([]byte(body), &e)
	}, "SELECT body FROM exchanges WHERE project_id = $1 AND interview_id = $2 ORDER BY n", key.Project, key.ID)
}

func dropExchanges(ctx context.Context, tx *sql.Tx, key interview.Key) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM exchanges WHERE project_id = $1 AND interview_id = $2", key.Project, key.ID)
	return err
}
