package store_test

import (
	"testing"
	"time"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

const leavingOnce = `
usercall: 1
study: { key: why }
triggers: [{ key: left, on: { event: left }, people: anyone, cooldown: 0, total: 2 }]
`

// Of two open invites of persons who fold the one further along stays, then the
// older; the other's place is free, and its link leads to the one that stayed:
// triggers.md §5.
func TestOfTwoOpenInvitesTheOneFurtherAlongStays(t *testing.T) {
	for _, c := range []struct {
		name         string
		older, newer []invite.Step
		stays        string
		free         bool // the place of the one that gave way
	}{
		{"both reserved", nil, nil, "older", true},
		{"the newer shown", nil, []invite.Step{invite.Shown}, "newer", true},
		{"both shown", []invite.Step{invite.Shown}, []invite.Step{invite.Shown}, "older", true},
		{"the newer accepted", []invite.Step{invite.Shown}, []invite.Step{invite.Shown, invite.Accepted}, "newer", true},
		{"both accepted", []invite.Step{invite.Shown, invite.Accepted}, []invite.Step{invite.Shown, invite.Accepted}, "older", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				w := newWorld(t, db, leavingOnce)
				made := map[string]*research.Invite{"older": w.taken("", "phone", c.older...), "newer": w.taken("ann", "", c.newer...)}
				w.send(event("looked", "ann", "phone")) // the link
				for which, i := range made {
					o, err := db.OfferByLink(t.Context(), invite.TokenHash(invite.Token(storetest.Key, i.PublicID)))
					if err != nil {
						t.Fatal(err)
					}
					accepted := !c.free && which != c.stays // keeps its own interview
					if leads := made[c.stays].ID; !accepted && o.Invite.ID != leads || accepted && o.Invite.State != research.InviteAccepted {
						t.Errorf("the link of the %s leads to %+v", which, o.Invite)
					}
				}
				w.pass(time.Minute)
				w.send(event("left", "ann", ""), event("left", "bob", ""))
				want := map[bool]string{true: "bob invited ", false: "bob skipped total"}[c.free]
				if log := w.log(); log[len(log)-2] != "ann skipped open_invite" || log[len(log)-1] != want {
					t.Errorf("decided %q, want bob's to be %q", log, want)
				}
			})
		})
	}
}

// taken is an invite that a browser of somebody's took so many steps with.
func (w *world) taken(user, anonymous string, steps ...invite.Step) *research.Invite {
	w.t.Helper()
	e := event("left", user, anonymous)
	e.TicketHash = ticket(user + anonymous)
	w.send(e)
	i := w.offered(invite.Visitor{Ticket: e.TicketHash})
	if i == nil {
		w.t.Fatalf("no invite: %q", w.log())
	}
	for _, step := range steps {
		w.move(i, step, true)
	}
	w.pass(time.Second)
	return i
}
