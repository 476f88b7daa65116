package store

import (
	"context"
	"database/sql"
	"embed"
	"io"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/usercall/usercall/internal/research"
)

//go:embed migrate/*.sql
var migrations embed.FS

// migrate brings the schema to head, one transaction a step. On PostgreSQL a
// lock lets several nodes start at once; SQLite's writer is alone anyway.
func (db *DB) migrate(ctx context.Context) error {
	files, err := db.migrationFiles()
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(moveEvents())}
	if db.dialect == postgresDialect {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(db.goose, db.write, files, options...)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	return db.fillShards(ctx)
}

// migrationFiles is the embedded text in this engine's spelling.
func (db *DB) migrationFiles() (fs.FS, error) {
	sub, err := fs.Sub(migrations, "migrate")
	return spelled{sub, db.ddl}, err
}

// spelled is a file system whose texts pass through a replacer.
type spelled struct {
	fs.FS
	words *strings.Replacer
}

func (s spelled) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	text, err := io.ReadAll(f)
	return spelledFile{f, strings.NewReader(s.words.Replace(string(text)))}, err
}

type spelledFile struct {
	fs.File
	text *strings.Reader
}

func (f spelledFile) Read(p []byte) (int, error) { return f.text.Read(p) }

// fillShards makes the rows whose locks are the right to evaluate.
func (db *DB) fillShards(ctx context.Context) error {
	var n int
	if err := db.write.QueryRowContext(ctx, "SELECT count(*) FROM shards").Scan(&n); err != nil || n == research.Shards {
		return err
	}
	return db.InTx(ctx, func(tx *sql.Tx) error {
		for shard := range research.Shards {
			if _, err := tx.ExecContext(ctx, "INSERT INTO shards (shard) VALUES ($1) ON CONFLICT DO NOTHING", shard); err != nil {
				return err
			}
		}
		return nil
	})
}
