package store_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

const leavingAny = `
usercall: 1
study: { key: why, interviews: 30 }
triggers: [{ key: left, on: { event: left }, cooldown: 0 }]
`

func (w *world) offered(v invite.Visitor) *research.Invite {
	w.t.Helper()
	v.Project = w.project.ID
	i, err := w.db.Offered(w.t.Context(), v, w.clock())
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

// try takes a step as a browser would, and tells whether it was let.
func (w *world) try(i *research.Invite, ticket []byte, to invite.Step, reason string) bool {
	w.t.Helper()
	ok, err := w.db.Move(w.t.Context(), invite.Move{Project: w.project.ID, Invite: i.PublicID, Ticket: ticket, To: to, Reason: reason, Now: w.clock()})
	if err != nil {
		w.t.Fatal(err)
	}
	return ok
}

func ticket(of string) []byte { return invite.TicketHash(of) }

// Anybody with the write key can say that they are ann; triggers.md §6.
func TestWhoIsOfferedAnInvite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leavingAny)
		w.send(fromServer(identify("ann", "signed", `{}`)))
		w.send(identify("ann", "rumour", `{}`))
		w.send(identify("ann", "shared", `{}`), identify("bob", "shared", `{}`))
		left := fromServer(event("left", "ann", "beside"))
		left.TicketHash = ticket("own")
		w.send(left)
		for _, c := range []struct {
			name string
			v    invite.Visitor
			want bool
		}{
			{"the browser whose request led to it", invite.Visitor{Ticket: ticket("own")}, true},
			{"another browser", invite.Visitor{Ticket: ticket("other")}, false},
			{"one that says it is hers", invite.Visitor{Ticket: ticket("other"), Claimed: "ann"}, false},
			{"one that proves it is hers", invite.Visitor{Ticket: ticket("laptop"), Proved: "ann"}, true},
			{"one that proves it is another's", invite.Visitor{Ticket: ticket("other"), Proved: "bob", Claimed: "ann", Browser: "signed"}, false},
			{"her ticket, and another signed in", invite.Visitor{Ticket: ticket("own"), Proved: "bob"}, false},
			{"in the signed event that led to it", invite.Visitor{Ticket: ticket("b1"), Claimed: "ann", Browser: "beside"}, true},
			{"linked to her by a signed event", invite.Visitor{Ticket: ticket("b2"), Claimed: "ann", Browser: "signed"}, true},
			{"linked to her by a rumour", invite.Visitor{Ticket: ticket("other"), Claimed: "ann", Browser: "rumour"}, false},
			{"linked to another meanwhile", invite.Visitor{Ticket: ticket("other"), Claimed: "ann", Browser: "shared"}, false},
			{"never seen", invite.Visitor{Ticket: ticket("other"), Claimed: "ann", Browser: "new"}, false},
		} {
			if got := w.offered(c.v) != nil; got != c.want {
				t.Errorf("%s: offered %v, want %v", c.name, got, c.want)
			}
		}
	})
}

// leftAtThePhone is the invite of ann, who left by the browser with that ticket.
func (w *world) leftAtThePhone() *research.Invite {
	w.t.Helper()
	left := event("left", "ann", "")
	left.TicketHash = ticket("phone")
	w.send(left)
	return w.offered(invite.Visitor{Ticket: left.TicketHash})
}

func TestABrowserThatProvedItselfMayAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leavingAny)
		phone := w.leftAtThePhone()
		if w.try(phone, ticket("laptop"), invite.Shown, "") {
			t.Error("a browser that proved nothing took a step")
		}
		w.offered(invite.Visitor{Ticket: ticket("laptop"), Proved: "ann"})
		if again := w.offered(invite.Visitor{Ticket: ticket("laptop")}); again == nil || again.ID != phone.ID {
			t.Error("the ticket is not bound to it")
		}
		if !w.try(phone, ticket("laptop"), invite.Shown, "") || !w.try(phone, ticket("phone"), invite.Shown, "") {
			t.Error("one of the two may not show it")
		}
		if !w.try(phone, ticket("laptop"), invite.Never, "") || w.try(phone, ticket("phone"), invite.Shown, "") {
			t.Error("it stands on the phone though the laptop said never again")
		}
		if w.offered(invite.Visitor{Ticket: ticket("phone")}) != nil {
			t.Error("offered after never again")
		}
	})
}

func TestNotNowIsOfferedOnceMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leavingAny)
		i := w.leftAtThePhone()
		w.wantOpen(ticket("phone"), true, time.Time{})
		w.try(i, ticket("phone"), invite.Shown, "")
		w.try(i, ticket("phone"), invite.Later, "")
		again := w.clock().Add(24 * time.Hour)
		w.wantOpen(ticket("phone"), true, again)
		w.pass(24*time.Hour - time.Second)
		if w.offered(invite.Visitor{Ticket: ticket("phone")}) != nil || w.offered(invite.Visitor{Ticket: ticket("laptop"), Proved: "ann"}) != nil {
			t.Error("offered before a day was over")
		}
		if w.try(i, ticket("phone"), invite.Shown, "") {
			t.Error("shown before a day was over")
		}
		w.pass(time.Second)
		if w.offered(invite.Visitor{Ticket: ticket("phone")}) == nil || !w.try(i, ticket("phone"), invite.Shown, "") {
			t.Error("not offered once more")
		}
		w.wantOpen(ticket("phone"), true, time.Time{})
		w.try(i, ticket("phone"), invite.Later, "")
		w.wantOpen(ticket("phone"), false, time.Time{})
	})
}

func (w *world) wantOpen(ticket []byte, open bool, askAt time.Time) {
	w.t.Helper()
	got, at, err := w.db.Open(w.t.Context(), w.project.ID, ticket, w.clock())
	if err != nil || got != open || !at.Equal(askAt) {
		w.t.Errorf("open %v, ask at %v, %v; want %v, %v", got, at, err, open, askAt)
	}
}

func TestAnExpiredInviteIsNotShown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leavingAny)
		i := w.leftAtThePhone()
		w.pass(8 * 24 * time.Hour)
		if w.offered(invite.Visitor{Ticket: ticket("phone")}) != nil || w.try(i, ticket("phone"), invite.Shown, "") {
			t.Error("an expired invite is offered, or shown")
		}
	})
}

func TestWhatTheBrowserRefusesIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leavingAny)
		i := w.leftAtThePhone()
		for _, reason := range []string{"url", "dialog", "url", "\x00 a reason of a stranger"} {
			if !w.try(i, ticket("phone"), invite.Refused, reason) {
				t.Errorf("%q was not taken", reason)
			}
			w.pass(time.Second)
		}
		var detail string
		err := db.ExportDecisions(t.Context(), w.project, report.Query{}, func(r report.DecisionRow) error {
			detail = r.Detail
			return nil
		})
		const want = "not shown: another dialog was open; a reason that is not known here; the page was not one it may stand on (2 times)"
		if err != nil || detail != want {
			t.Errorf("the decision says %q, %v; want %q", detail, err, want)
		}
	})
}

func TestOpenPagesLearnWhatBecameOfInvites(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leavingAny)
		before, err := db.Latest(t.Context())
		if err != nil || before != 0 {
			t.Fatalf("latest %d, %v", before, err)
		}
		left := fromServer(event("left", "ann", "b1"))
		left.TicketHash = ticket("phone")
		hints := 0
		db.SetReserved(func() { hints++ })
		w.send(left, event("left", "ann", ""), event("looked", "bob", ""))
		if hints != 1 {
			t.Errorf("%d hints of one invite", hints)
		}
		made, err := db.Made(t.Context(), before)
		if err != nil || len(made) != 1 || made[0].Person != "u:ann" || !bytes.Equal(made[0].Ticket, left.TicketHash) {
			t.Fatalf("made %+v, %v", made, err)
		}
		for browser, want := range map[research.AnonymousID]bool{"b1": true, "b2": false} {
			if got, err := db.Vouched(t.Context(), browser, made[0]); err != nil || got != want {
				t.Errorf("vouched for %s: %v, %v", browser, got, err)
			}
		}
		i := w.offered(invite.Visitor{Ticket: ticket("laptop"), Proved: "ann"})
		w.wantNotices("open of the trigger", func() ([]invite.Notice, error) { return db.OpenOf(t.Context(), i.Project, i.Trigger) }, "laptop", "phone")
		w.wantNotices("closed before", func() ([]invite.Notice, error) { return db.Closed(t.Context(), noon.Add(-time.Hour)) })
		w.try(i, ticket("phone"), invite.Declined, "decline")
		w.wantNotices("closed", func() ([]invite.Notice, error) { return db.Closed(t.Context(), noon.Add(-time.Hour)) }, "laptop", "phone")
		w.wantNotices("closed later", func() ([]invite.Notice, error) { return db.Closed(t.Context(), noon.Add(time.Hour)) })
	})
}

func (w *world) wantNotices(what string, read func() ([]invite.Notice, error), want ...string) {
	w.t.Helper()
	notices, err := read()
	if err != nil {
		w.t.Fatal(err)
	}
	var got []string
	for _, n := range notices {
		for _, name := range []string{"laptop", "phone"} {
			if bytes.Equal(n.Ticket, ticket(name)) {
				got = append(got, name)
			}
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		w.t.Errorf("%s: told %q, want %q", what, got, want)
	}
}
