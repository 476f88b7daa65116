package store_test

import (
	"testing"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func fromServer(e research.Event) research.Event {
	e.Signed, e.Source = true, research.FromServer
	return e
}

// Where identity is required, what is not proved is kept and invites no user:
// neither by a userId, nor by an anonymousId that is a user's.
func TestARumourInvitesNobodyWhereIdentityIsRequired(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		w.project.Settings.Identity = research.IdentityRequired
		w.send(fromServer(identify("ann", "a1", `{"plan":"pro"}`)))
		w.send(event("left", "ann", "a9"))
		w.send(event("left", "", "a1"))
		w.send(event("other", "ann", ""))
		w.wantLog("ann skipped people", "ann skipped people")
		proved := fromServer(event("left", "ann", ""))
		proved.TicketHash = invite.TicketHash("browser")
		w.send(proved)
		w.wantLog("ann skipped people", "ann skipped people", "ann invited ")
		i, err := db.ForTicket(t.Context(), w.project.ID, proved.TicketHash, w.clock())
		if err != nil || i == nil || !i.Verified {
			t.Errorf("invite %+v, %v", i, err)
		}
	})
}
