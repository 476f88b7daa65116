package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/store/storetest"
)

// TestBothSchemasAreOne compares what the engines made of the one text: tables,
// columns in their order, which of them may be NULL, and the names of indexes.
func TestBothSchemasAreOne(t *testing.T) {
	lite := columns(t, "sqlite", "file:"+storetest.SQLite(t), `
		SELECT m.name, p.name, p."notnull" FROM sqlite_master m JOIN pragma_table_info(m.name) p
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%' ORDER BY m.name, p.cid`,
		`SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name NOT LIKE 'goose_%' ORDER BY name`)
	server := columns(t, "pgx", storetest.Postgres(t), `
		SELECT table_name, column_name, CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_%' ORDER BY table_name, ordinal_position`,
		`SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
		JOIN pg_namespace n ON n.oid = t.relnamespace
		WHERE n.nspname = 'public' AND t.relname NOT LIKE 'goose_%' AND NOT x.indisprimary
			AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype = 'u') ORDER BY i.relname`)
	if len(lite) < 100 {
		t.Fatalf("inconclusive: %d columns and indexes", len(lite))
	}
	if diff := cmp.Diff(lite, server); diff != "" {
		t.Errorf("SQLite (-) and PostgreSQL (+) differ:\n%s", diff)
	}
}

func columns(t *testing.T, driver, target, tables, indexes string) (all []string) {
	t.Helper()
	db, err := sql.Open(driver, target)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	scanEach(t, db, tables, func(r *sql.Rows) error {
		var table, column string
		var notNull int
		err := r.Scan(&table, &column, &notNull)
		null := "NULL"
		// A column that SQLite numbers by itself is never NULL, though it does not say so.
		if notNull == 1 || column == "id" || column == "seq" {
			null = "NOT NULL"
		}
		all = append(all, fmt.Sprintf("%s.%s %s", table, column, null))
		return err
	})
	scanEach(t, db, indexes, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		all = append(all, "index "+name)
		return err
	})
	slices.SortStableFunc(all, func(a, b string) int { return strings.Compare(strings.Split(a, ".")[0], strings.Split(b, ".")[0]) })
	return all
}

func scanEach(t *testing.T, db *sql.DB, query string, scan func(*sql.Rows) error) {
	t.Helper()
	rows, err := db.QueryContext(context.WithoutCancel(t.Context()), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
