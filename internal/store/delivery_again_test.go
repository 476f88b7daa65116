package store_test

import (
	"database/sql"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/deliver"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/trigger"
)

// again presses the button of the nth delivery.
func (o *postOffice) again(n int) error {
	return o.db.SendAgain(o.t.Context(), o.project.ID, o.stand()[n].ID, o.rule, o.clock())
}

func (o *postOffice) rule(t research.TriggerID) (*trigger.Rule, bool) {
	r, ok := o.engine.Offer(o.project.ID, t)
	return r, ok && o.active
}

// lost is an office that failed to send the invites of some people, for want of an
// address, and has one now.
func (o *postOffice) lost(people ...string) {
	o.t.Helper()
	if err := o.db.PutEndpoint(o.t.Context(), o.project.ID, research.ByWebhook, nil, "", o.clock()); err != nil {
		o.t.Fatal(err)
	}
	for _, p := range people {
		o.send(event("left", p, ""))
	}
	o.work()
	o.point(research.ByWebhook, o.server.URL)
	o.pass(time.Minute)
}

func TestADeliveryThatFailedIsSentAgain(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.answer(500, 500, 500, 500, 500, 500, 500, 500, 503)
		o.send(event("left", "ann", ""))
		for range 24 * 12 {
			o.work()
			o.pass(5 * time.Minute)
		}
		o.want(0, research.DeliveryFailed, deliver.MaxAttempts, "Given up after 8 attempts")
		for attempt, want := range []struct {
			state  research.DeliveryState
			reason string
			invite string
		}{{research.DeliveryFailed, "Given up after 9 attempts. The last time, it answered 503.", "revoked"}, {research.DeliverySent, "", "shown"}} {
			for range 2 { // pressed twice
				if err := o.again(0); err != nil {
					o.t.Fatal(err)
				}
			}
			if got := o.inviteState(0); got.State != "reserved" {
				o.t.Errorf("to be sent again the invite is %s", got.State)
			}
			o.pass(11 * time.Minute) // the endpoint was left alone
			o.work()
			o.work()
			o.want(0, want.state, deliver.MaxAttempts+1+attempt, want.reason)
			if got := o.inviteState(0); got.State != want.invite {
				o.t.Errorf("after attempt %d the invite is %s", deliver.MaxAttempts+1+attempt, got.State)
			}
		}
		for _, id := range o.ids() {
			if id != o.ids()[0] {
				o.t.Errorf("sent as %s and %s", o.ids()[0], id)
			}
		}
		o.send(event("left", "bob", ""), event("left", "cia", "")) // its place is taken
		o.wantLog("ann invited ", "bob invited ", "cia skipped total")
	})
}

func TestWhatIsInTheWayOfSendingAgain(t *testing.T) {
	close := func(o *postOffice) { // the newest invite, as if it had been answered
		o.must(o.db.InTx(o.t.Context(), func(tx *sql.Tx) error {
			_, err := tx.Exec("UPDATE invitations SET closed_at = 1 WHERE id = (SELECT max(id) FROM invitations)")
			return err
		}))
	}
	for name, c := range map[string]struct {
		since func(o *postOffice)
		want  string // "": nothing
	}{
		"nothing":                {func(*postOffice) {}, ""},
		"it expired":             {func(o *postOffice) { o.pass(7 * 24 * time.Hour) }, "The invite has expired, so its link leads nowhere. The person can be asked by another event."},
		"the trigger is paused":  {func(o *postOffice) { o.active = false }, "Its trigger is not active, so it invites nobody. Activate it first."},
		"its places are gone":    {func(o *postOffice) { o.send(event("left", "bob", ""), event("left", "cia", "")) }, "The trigger's invites are used up. Let it invite more in all, and send this one again."},
		"another invite is open": {func(o *postOffice) { o.send(event("left", "ann", "")) }, "The person has another invite by now, and nobody has two."},
		"asked since":            {func(o *postOffice) { o.send(event("left", "ann", "")); o.work(); close(o) }, "The person was asked another way since then."},
		"no more invites": {func(o *postOffice) {
			o.must(o.db.Unsubscribe(o.t.Context(), invite.TokenHash(invite.Token(storetest.Key, o.inviteState(0).ID)), o.clock()))
		}, "The person wants no invites."},
	} {
		t.Run(name, func(t *testing.T) {
			eachOffice(t, "webhook", func(o *postOffice) {
				o.lost("ann")
				c.since(o)
				before := o.stand()[0]
				err := o.again(0)
				if c.want == "" && err == nil {
					return
				}
				if research.CodeOf(err) != research.Conflict || err.Error() != c.want {
					o.t.Errorf("%v, want %q", err, c.want)
				}
				if after := o.stand()[0]; after.State != "failed" || after.Reason != before.Reason || o.inviteState(0).State != "revoked" {
					o.t.Errorf("refused, it is %+v, and its invite %s", after, o.inviteState(0).State)
				}
			})
		})
	}
}

func TestOnlyOnesOwnFailuresAreSentAgain(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.send(event("left", "ann", ""))
		o.work()
		if err := o.again(0); research.CodeOf(err) != research.Conflict {
			o.t.Errorf("what was sent: %v", err)
		}
		o.lost("bob")
		for _, try := range []struct {
			project research.ProjectID
			id      string
		}{{project(o.t, o.db, "other").ID, o.stand()[1].ID}, {o.project.ID, "dlv_none"}} {
			if err := o.db.SendAgain(o.t.Context(), try.project, try.id, o.rule, o.clock()); research.CodeOf(err) != research.NotFound {
				o.t.Errorf("%+v: %v", try, err)
			}
		}
	})
}

// Several people press the button while the trigger invites others: the caps hold and
// each gets one.
func TestSendingAgainTakesPlacesOnce(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.lost("ann", "bob")
		o.lost("cia")
		var all sync.WaitGroup
		for n := range 9 {
			all.Go(func() {
				if err := o.again(n % 3); err != nil && research.CodeOf(err) != research.Conflict {
					o.t.Error(err)
				}
			})
		}
		all.Wait()
		o.work()
		if ids := o.ids(); len(ids) != 2 || ids[0] == ids[1] {
			o.t.Errorf("with two places in all %q arrived", ids)
		}
	})
}
