package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/usercall/usercall/internal/research"
)

// dialect is everything that differs between the two engines.
type dialect struct {
	name    string
	goose   goose.Dialect
	ddl     *strings.Replacer
	lockRow string // suffix that holds a row until the end of the transaction
	skipRow string // the same, passing over rows that another holds
	bulk    bulk
}

var (
	sqliteDialect = &dialect{
		name:  "sqlite",
		bulk:  sqliteBulk{},
		goose: goose.DialectSQLite3,
		ddl: strings.NewReplacer("@id", "INTEGER PRIMARY KEY AUTOINCREMENT", "@bytes", "BLOB", "@real", "REAL",
			"@postgres ", "-- ", "@strict", "STRICT", "@rowless", "STRICT, WITHOUT ROWID", "BIGINT", "INTEGER"),
	}
	postgresDialect = &dialect{
		name:  "postgres",
		bulk:  postgresBulk{},
		goose: goose.DialectPostgres,
		ddl: strings.NewReplacer("@id", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "@bytes", "BYTEA",
			"@postgres ", "", "@real", "DOUBLE PRECISION", " @strict", "", " @rowless", ""),
		lockRow: " FOR UPDATE",
		skipRow: " FOR UPDATE SKIP LOCKED",
	}
)

// openPools opens a pool that writes and one that reads. SQLite has one writer:
// its pool holds a single connection, so that writers queue in Go and never
// meet SQLITE_BUSY from each other.
func openPools(target string) (*dialect, *sql.DB, *sql.DB, error) {
	if strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://") {
		db, err := sql.Open("pgx", target)
		if err != nil {
			return nil, nil, nil, err
		}
		db.SetMaxOpenConns(16)
		db.SetMaxIdleConns(16)
		read, err := sql.Open("pgx", target)
		if err != nil {
			return nil, nil, nil, errors.Join(err, db.Close())
		}
		read.SetMaxOpenConns(8)
		read.SetMaxIdleConns(4)
		return postgresDialect, db, read, nil
	}
	write, err := sql.Open("sqlite", sqliteDSN(target, false))
	if err != nil {
		return nil, nil, nil, err
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", sqliteDSN(target, true))
	if err != nil {
		return nil, nil, nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(4)
	read.SetMaxIdleConns(4)
	return sqliteDialect, write, read, nil
}

// sqliteDSN asks for the log that survives a power cut: WAL with FULL. With
// NORMAL, an acknowledged event could roll back when the power fails.
func sqliteDSN(path string, readOnly bool) string {
	q := url.Values{}
	q.Add("_pragma", "busy_timeout(10000)")
	q.Add("_pragma", "journal_mode(WAL)")
	q.Add("_pragma", "synchronous(FULL)")
	q.Add("_pragma", "foreign_keys(1)")
	q.Add("_pragma", "temp_store(MEMORY)")
	if readOnly {
		q.Add("_pragma", "query_only(1)")
	} else {
		q.Add("_pragma", "cache_size(-32768)")
		// What is deleted is overwritten, always and not only when somebody is
		// erased: the inbox and old traits held their words before.
		q.Add("_pragma", "secure_delete(1)")
		// Checkpoint does it behind the writer's back; this is for when it cannot.
		q.Add("_pragma", "wal_autocheckpoint(16384)")
		q.Set("_txlock", "immediate")
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// transient tells whether a transaction that failed with err did nothing and
// may be run again: another one was in its way.
func transient(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_BUSY
}

// lockTimedOut tells whether err is PostgreSQL's refusal to wait longer for a row.
func lockTimedOut(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "55P03"
}

// conflict tells whether err is a broken unique constraint.
func conflict(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) &&
		(lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// setUp prepares a transaction that evaluates: it waits so many milliseconds at
// most for rows of others, 0 for ever; and it reads by index and in the order of
// the index: to PostgreSQL's planner, who counts seldom, a queue that is nearly empty
// is a large table, and a shard in which a thousand events wait one that is soon sorted.
// SQLite has one writer, who waits for nobody.
func (d *dialect) setUp(ctx context.Context, tx *sql.Tx, ms int) error {
	if d != postgresDialect {
		return nil
	}
	_, err := tx.ExecContext(ctx, "SELECT set_config('lock_timeout', $1, true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)", strconv.Itoa(ms))
	return err
}

// Checkpoint writes SQLite's log back into its file, so that no commit has to.
func (db *DB) Checkpoint(ctx context.Context) error {
	if db.dialect != sqliteDialect {
		return nil
	}
	var busy, log, moved int
	return db.read.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &log, &moved)
}

// Scrub empties SQLite's log, which holds pages as they were before something was
// deleted from them. It waits for those who read.
func (db *DB) Scrub(ctx context.Context) error {
	if db.dialect != sqliteDialect {
		return nil
	}
	var busy, log, moved int
	err := db.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &moved)
	if err == nil && busy != 0 {
		err = research.Errorf(research.Unavailable, "The database is being read, so its log could not be emptied. Try again in a moment.")
	}
	return err
}

// SkipRow is the suffix of a SELECT that holds the rows it reads and passes over
// those that another transaction holds.
func (db *DB) SkipRow() string { return db.skipRow }
