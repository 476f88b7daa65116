package store_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// inQueue runs with a new database of SQLite, whose one writer is held until
// release is called. PostgreSQL has as many writers as come, and no queue.
func inQueue(t *testing.T, test func(t *testing.T, db *store.DB, p *research.Project, release func())) {
	target := filepath.Join(t.TempDir(), "queue.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), target, storetest.Key)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		p, held := project(t, db, "one"), make(chan struct{})
		go func() {
			if err := db.InTx(t.Context(), func(*sql.Tx) error { <-held; return nil }); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		test(t, db, p, func() { close(held); synctest.Wait() })
	})
}

// TestWhoAppendsWaitsForOneOther has many transactions wait before it comes.
func TestWhoAppendsWaitsForOneOther(t *testing.T) {
	inQueue(t, func(t *testing.T, db *store.DB, p *research.Project, release func()) {
		blind := 0 // how many of them found no event yet; one runs at a time
		for range 30 {
			go func() {
				err := db.InTx(t.Context(), func(tx *sql.Tx) error {
					var n int
					err := tx.QueryRowContext(t.Context(), "SELECT count(*) FROM packs").Scan(&n)
					if n == 0 {
						blind++
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}()
		}
		synctest.Wait()
		go func() {
			if _, err := db.Append(t.Context(), []research.Event{track(p, "m1", "u", "a")}); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		release()
		if blind != 0 {
			t.Errorf("%d transactions went before the event, though one was under way already", blind)
		}
	})
}

func TestWhoGivesUpLeavesTheQueue(t *testing.T) {
	inQueue(t, func(t *testing.T, db *store.DB, p *research.Project, release func()) {
		ctx, giveUp := context.WithCancel(t.Context())
		var got error
		go func() {
			got = db.InTx(ctx, func(*sql.Tx) error { t.Error("it had given up"); return nil })
		}()
		synctest.Wait()
		giveUp()
		synctest.Wait()
		if !errors.Is(got, context.Canceled) {
			t.Errorf("whoever gives up gets %v", got)
		}
		release()
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("after that: %v", err)
		}
	})
}
