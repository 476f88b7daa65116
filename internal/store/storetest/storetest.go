// Package storetest gives tests a real, empty database of each engine: SQLite
// in a temporary folder, and a PostgreSQL server that lives as long as the test
// program.
//
// A package that uses it has
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/usercall/usercall/internal/store"
)

// Key is the instance key of every test database.
var Key = []byte("a key that only tests use, 32 bytes")

// Main runs the tests and then stops the PostgreSQL server, if one was started.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for those who have something of their own to clean up: it returns
// the status to exit with.
func Run(m *testing.M) int {
	leave, err := useMemory()
	if err != nil {
		fmt.Fprintln(os.Stderr, "storetest:", err)
		return 1
	}
	code := m.Run()
	if err := errors.Join(stopServer(), leave()); err != nil {
		fmt.Fprintln(os.Stderr, "storetest:", err)
		code = 1
	}
	return code
}

// Each runs test once on every engine, each time with an empty database.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, open(t, SQLite(t))) })
	t.Run("postgres", func(t *testing.T) { test(t, open(t, Postgres(t))) })
}

// EachTarget is Each for tests that open and close the database themselves.
func EachTarget(t *testing.T, test func(t *testing.T, target string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

func open(t testing.TB, target string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), target, Key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// SQLite is the path of an empty database file with the schema in it.
func SQLite(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "usercall.db")
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, template, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sqliteTemplate is a migrated file, made once: opening a copy is many times
// faster than migrating for every test.
var sqliteTemplate = sync.OnceValues(func() (b []byte, err error) {
	dir, err := os.MkdirTemp("", "usercall-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	db, err := store.Open(context.Background(), path, Key)
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil { // the last close folds the log into the file
		return nil, err
	}
	return os.ReadFile(path)
})

var databases atomic.Int64

// Postgres is the URL of an empty database with the schema in it. It fails the
// test, with what to install, where there is no PostgreSQL.
func Postgres(t testing.TB) string {
	t.Helper()
	server, err := startServer()
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("t%d", databases.Add(1))
	if err := server.exec("CREATE DATABASE " + name + " TEMPLATE template_usercall STRATEGY file_copy"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return server.url(name)
}
