package store_test

import (
	"testing"

	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestOpenTwice(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		for range 2 {
			db, err := store.Open(t.Context(), target, storetest.Key)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Ping(t.Context()); err != nil {
				t.Error(err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}
