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
		i, err := db.Offered(t.Context(), invite.Visitor{Project: w.project.ID, Ticket: proved.TicketHash}, w.clock())
		if err != nil || i == nil || !i.Verified {
			t.Errorf("invite %+v, %v", i, err)
		}
	})
}

// A token proves its own user, so it must not make another user part of them.
func TestATokenTakesNoOtherUserOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		w.send(fromServer(identify("victim", "", `{"plan":"pro"}`)))
		grab := event("", "ann", "")
		grab.Type, grab.PreviousID, grab.Verified = research.Alias, "victim", true
		w.send(grab)
		w.send(event("left", "victim", ""))
		w.wantLog("victim invited ")
		grab.MessageID, grab.Verified = grab.MessageID+"-signed", false
		w.send(fromServer(grab))
		w.send(event("left", "victim", ""))
		w.wantLog("ann invited ", "ann skipped open_invite")
	})
}
