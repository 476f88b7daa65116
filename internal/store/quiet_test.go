package store_test

import (
	"testing"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func TestAQuietEventTeachesAndInvitesNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		quietly := func(e research.Event) research.Event { e.Quiet = true; return e }
		w.send(quietly(identify("ann", "browser-1", `{"plan":"pro"}`)), quietly(event("left", "ann", "")))
		w.wantLog()
		w.send(event("left", "", "browser-1")) // who that is, and her plan, is known from what was quiet
		w.wantLog("ann invited ")
	})
}
