package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// TestWhatFailedIsNoDuplicate lets a transaction fail after the memory of the log
// has taken up its events.
func TestWhatFailedIsNoDuplicate(t *testing.T) {
	refused := errors.New("refused")
	failures := map[string]func(context.CancelFunc) func(*sql.Tx) error{
		"refused":          func(context.CancelFunc) func(*sql.Tx) error { return func(*sql.Tx) error { return refused } },
		"cancelled before": func(cancel context.CancelFunc) func(*sql.Tx) error { cancel(); return nil },
		"cancelled at commit": func(cancel context.CancelFunc) func(*sql.Tx) error {
			return func(*sql.Tx) error { cancel(); return nil }
		},
		"rolled back underneath": func(context.CancelFunc) func(*sql.Tx) error { return func(tx *sql.Tx) error { return tx.Rollback() } },
		"panicked":               func(context.CancelFunc) func(*sql.Tx) error { return func(*sql.Tx) error { panic(refused) } },
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p, m := project(t, db, "one"), &logModel{}
		m.append(t, db, []research.Event{track(p, "before", "u1", "e")})
		for name, fail := range failures {
			batch := []research.Event{track(p, name, "u1", "e"), track(p, name+" too", "u2", "e"), track(p, "before", "u1", "e")}
			ctx, cancel := context.WithCancel(t.Context())
			if err := failing(func() error { _, err := db.AppendWith(ctx, batch, fail(cancel)); return err }); err == nil {
				t.Fatalf("%s: it did not fail", name)
			}
			cancel()
			if has, err := db.HasMessage(t.Context(), &batch[0]); err != nil || has {
				t.Errorf("%s: it is there, %v", name, err)
			}
			m.append(t, db, batch)
		}
		if got := messages(t, db, p); len(got) != len(m.events) || len(got) != 1+2*len(failures) {
			t.Errorf("holds %v", got)
		}
	})
}

// failing is a call whose panic is an error.
func failing(call func() error) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	return call()
}

// TestFailuresAmongManyLoseNothing lets every third transaction fail while others
// store the same messages: each is tried until it is stored, by one of them.
func TestFailuresAmongManyLoseNothing(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		handles := []*store.DB{openLog(t, target), openLog(t, target)}
		p := project(t, handles[0], "one")
		var all sync.WaitGroup
		for worker := range 8 {
			all.Go(func() {
				for i := range 15 {
					batch := []research.Event{track(p, fmt.Sprint("m", i), "u", "e"), track(p, fmt.Sprint("m", (i*7+worker)%30), "u", "e"), track(p, fmt.Sprint("own", worker, "-", i), "u", "e")}
					ctx, cancel := context.WithCancel(t.Context())
					if (i+worker)%3 == 0 {
						_, err := handles[worker%2].AppendWith(ctx, batch, func(*sql.Tx) error { cancel(); return nil })
						if err == nil {
							t.Error("it did not fail")
						}
					}
					cancel()
					if _, err := handles[worker%2].Append(t.Context(), batch); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		seal(t, handles[0])
		seen := map[string]bool{}
		for _, id := range messages(t, handles[1], p) {
			if seen[id] {
				t.Errorf("%s is there twice", id)
			}
			seen[id] = true
		}
		if len(seen) != 30+8*15 {
			t.Errorf("%d messages, want %d", len(seen), 30+8*15)
		}
	})
}
