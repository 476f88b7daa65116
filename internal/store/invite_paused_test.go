package store_test

import (
	"testing"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// revoke takes back what is paused, as the sweeper does.
func (w *world) revoke(keep bool) int {
	w.t.Helper()
	n, err := w.db.RevokePaused(w.t.Context(), func(research.TriggerID) bool { return keep }, w.clock())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestCardsThatNobodySawOfAPausedTriggerAreTakenBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, `
usercall: 1
study: { key: why }
triggers: [{ key: left, on: { event: left }, cooldown: 30d, total: 2 }]
`)
		unseen, shown := w.leaves("ann"), w.leaves("bob")
		w.move(shown, invite.Shown, true)
		if n := w.revoke(false); n != 0 {
			t.Errorf("%d were taken back of an active trigger", n)
		}
		s, err := db.StudyByKey(t.Context(), w.project.ID, "why")
		if err != nil {
			t.Fatal(err)
		}
		if err := db.SetActive(t.Context(), w.project.ID, s.Triggers[0].PublicID, false, w.clock()); err != nil {
			t.Fatal(err)
		}
		if n := w.revoke(true); n != 0 {
			t.Errorf("%d links were taken back", n)
		}
		if n := w.revoke(false); n != 1 {
			t.Errorf("%d were taken back, want the one that nobody saw", n)
		}
		if n := w.revoke(false); n != 0 {
			t.Errorf("%d were taken back once more", n)
		}
		w.move(unseen, invite.Shown, false)
		w.move(shown, invite.Declined, true)
		w.testing(false)
		if again := w.leaves("ann"); again == nil {
			t.Error("what nobody saw counts for a cooldown, or keeps its place")
		}
	})
}

func TestATestPersonsCardStaysInTestMode(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leavingAny)
		w.project.Settings.TestPeople = []string{"ann"}
		w.leaves("bob")
		w.testing(true)
		w.leaves("ann")
		if n := w.revoke(false); n != 1 {
			t.Errorf("%d were taken back, want bob's", n)
		}
		if w.offered(invite.Visitor{Ticket: ticket("ann")}) == nil || w.offered(invite.Visitor{Ticket: ticket("bob")}) != nil {
			t.Error("the wrong one was taken back")
		}
	})
}
