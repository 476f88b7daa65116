package store_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func TestAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, ctx, now := db.Accounts(), t.Context(), reportNow
		user := must[int64](t)(a.Add(ctx, " Ada@Example.com ", "Ada", now))
		if _, err := a.Add(ctx, "ada@example.COM", "", now); research.CodeOf(err) != research.Conflict {
			t.Errorf("the same address again: %v", err)
		}
		if _, err := a.Add(ctx, "nobody", "", now); research.CodeOf(err) != research.Invalid {
			t.Errorf("no address: %v", err)
		}
		if got, password, err := a.ByEmail(ctx, "ADA@example.com"); got != user || password != "" || err != nil {
			t.Errorf("%d %q %v", got, password, err)
		}
		if got, _, err := a.ByEmail(ctx, "eve@example.com"); got != 0 || err != nil {
			t.Errorf("unknown: %d %v", got, err)
		}
		if all := must[[]store.Account](t)(a.List(ctx)); len(all) != 1 || all[0].Email != "ada@example.com" || all[0].HasPassword {
			t.Errorf("%+v", all)
		}
	})
}

func TestSessionsAreKeptByTheirHash(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, ctx, now := db.Accounts(), t.Context(), reportNow
		user := must[int64](t)(a.Add(ctx, "ada@example.com", "", now))
		for _, hash := range []string{"one", "two"} {
			if err := a.PutSession(ctx, []byte(hash), user, now, now); err != nil {
				t.Fatal(err)
			}
		}
		later := now.Add(time.Hour)
		if err := a.TouchSession(ctx, []byte("one"), later); err != nil {
			t.Fatal(err)
		}
		got, email, created, seen, err := a.Session(ctx, []byte("one"))
		if got != user || email != "ada@example.com" || !created.Equal(now) || !seen.Equal(later) || err != nil {
			t.Errorf("%d %s %s %s %v", got, email, created, seen, err)
		}
		if err := a.SetPassword(ctx, user, "hash", []byte("one")); err != nil {
			t.Fatal(err)
		}
		if got, _, _, _, _ := a.Session(ctx, []byte("two")); got != 0 {
			t.Error("a new password left another session open")
		}
		if err := a.PutSession(ctx, []byte("three"), user, later, later); err != nil { // clears what is dead
			t.Fatal(err)
		}
		if got, _, _, _, _ := a.Session(ctx, []byte("one")); got != 0 {
			t.Error("a dead session stayed")
		}
		if err := a.EndSession(ctx, []byte("three")); err != nil {
			t.Fatal(err)
		}
		if got, _, _, _, err := a.Session(ctx, []byte("three")); got != 0 || err != nil {
			t.Errorf("an ended session: %d %v", got, err)
		}
	})
}

func TestALoginTokenIsRedeemedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, ctx, now := db.Accounts(), t.Context(), reportNow
		user := must[int64](t)(a.Add(ctx, "ada@example.com", "", now))
		hash := bytes.Repeat([]byte{7}, 32)
		if err := a.PutLoginToken(ctx, hash, user, now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		var wins sync.Map
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				if got, err := a.RedeemLoginToken(ctx, hash, now); err != nil {
					t.Error(err)
				} else if got == user {
					wins.Store(fmt.Sprint(i), true)
				}
			})
		}
		all.Wait()
		n := 0
		wins.Range(func(any, any) bool { n++; return true })
		if n != 1 {
			t.Errorf("redeemed %d times", n)
		}
		if err := a.PutLoginToken(ctx, hash, user, now); err != nil {
			t.Fatal(err)
		}
		if got, err := a.RedeemLoginToken(ctx, hash, now); got != 0 || err != nil {
			t.Errorf("expired: %d %v", got, err)
		}
	})
}
