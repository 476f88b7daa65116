package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/usercall/usercall/internal/history"
	"github.com/usercall/usercall/internal/research"
)

// Mark implements history.Store.
func (db *DB) Mark(ctx context.Context, p research.ProjectID, f history.File) (m history.Mark, err error) {
	err = db.read.QueryRowContext(ctx, `
		SELECT done_bytes, done_lines, finished = 1 FROM imports WHERE project_id = $1 AND path = $2 AND size = $3 AND head = $4`,
		p, f.Path, f.Size, f.Head[:]).Scan(&m.Bytes, &m.Lines, &m.Done)
	if errors.Is(err, sql.ErrNoRows) {
		return history.Mark{}, nil
	}
	return m, err
}

// AppendFrom implements history.Store.
func (db *DB) AppendFrom(ctx context.Context, events []research.Event, p history.Position) ([]bool, error) {
	return db.appendWith(ctx, events, func(tx *sql.Tx) error { return putMark(ctx, tx, p) })
}

func putMark(ctx context.Context, tx *sql.Tx, p history.Position) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO imports (project_id, path, size, head, done_bytes, done_lines, finished, started_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
		ON CONFLICT (project_id, path, size, head) DO UPDATE SET done_bytes = excluded.done_bytes,
			done_lines = excluded.done_lines, finished = excluded.finished, updated_at = excluded.updated_at`,
		p.Project, p.File.Path, p.File.Size, p.File.Head[:], p.Mark.Bytes, p.Mark.Lines, flag(p.Mark.Done), ms(p.At))
	return err
}

// ForeignVersion changes whenever another process has written to an SQLite file.
// On PostgreSQL, whose writers do not wait for each other, it is always 0.
func (db *DB) ForeignVersion(ctx context.Context) (v int64, err error) {
	if db.dialect != sqliteDialect {
		return 0, nil
	}
	return v, db.write.QueryRowContext(ctx, "PRAGMA data_version").Scan(&v)
}
