package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/deliver"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func signed(e research.Event) research.Event {
	e.Signed, e.Source = true, research.FromServer
	return e
}

// loaded is what is known when the last delivery is taken up.
func (o *postOffice) loaded() *deliver.Delivery {
	o.t.Helper()
	all := o.stand()
	if len(all) == 0 {
		o.t.Fatalf("nothing is to be sent; decided %q", o.log())
	}
	d, err := o.db.Load(o.t.Context(), all[len(all)-1].ID, o.clock())
	if err != nil || d == nil {
		o.t.Fatalf("loaded %v, %v", d, err)
	}
	return d
}

func TestOnlySignedEventsVouchForAnAddress(t *testing.T) {
	for name, c := range map[string]struct {
		said    []research.Event
		email   string
		vouched bool
	}{
		"a server":                         {[]research.Event{signed(identify("ann", "", `{"email":"ann@example.com"}`))}, "ann@example.com", true},
		"a browser":                        {[]research.Event{identify("ann", "", `{"email":"ann@example.com"}`)}, "ann@example.com", false},
		"a browser after a server":         {[]research.Event{signed(identify("ann", "", `{"email":"ann@example.com"}`)), identify("ann", "", `{"email":"ann@example.com"}`)}, "ann@example.com", true},
		"a browser that says another":      {[]research.Event{signed(identify("ann", "", `{"email":"ann@example.com"}`)), identify("ann", "", `{"email":"victim@example.com"}`)}, "victim@example.com", false},
		"a server about somebody else":     {[]research.Event{signed(identify("bob", "", `{"email":"ann@example.com"}`)), identify("ann", "", `{"email":"ann@example.com"}`)}, "ann@example.com", false},
		"a signed event of another kind":   {[]research.Event{identify("ann", "", `{"email":"ann@example.com"}`), signed(event("left2", "ann", ""))}, "ann@example.com", false},
		"nobody":                           {nil, "", false},
		"an address that is no text":       {[]research.Event{signed(identify("ann", "", `{"email":["ann@example.com"]}`))}, "", false},
		"a server, and removed afterwards": {[]research.Event{signed(identify("ann", "", `{"email":"ann@example.com"}`)), signed(identify("ann", "", `{"email":null}`))}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			eachOffice(t, "email", func(o *postOffice) {
				for _, e := range c.said {
					o.pass(time.Second)
					o.send(e)
				}
				o.pass(time.Second)
				o.send(event("left", "ann", ""))
				if d := o.loaded(); d.Email != c.email || d.Vouched != c.vouched {
					o.t.Errorf("%q, vouched for %t; want %q, %t", d.Email, d.Vouched, c.email, c.vouched)
				}
			})
		})
	}
}

func TestThePersonsLanguage(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		e := event("left", "ann", "")
		e.Context = []byte(`{"locale":"fr-FR"}`)
		o.send(identify("ann", "", `{"language":"de_AT"}`), e)
		if got := fmt.Sprintf("%q", o.loaded().Locales); got != `["" "de_AT" "fr-FR"]` {
			o.t.Errorf("locales %s", got)
		}
		o.work()
		if !strings.Contains(o.bodies[0], `"language":"de-AT"`) {
			o.t.Errorf("sent in %s", o.bodies[0])
		}
	})
}

// begun tries to begin the delivery of somebody with an address.
func (o *postOffice) begun(user, address string) (bool, string) {
	o.t.Helper()
	o.send(signed(identify(user, "", `{"email":"`+address+`"}`)), event("left", user, ""))
	began, why, err := o.db.Begin(o.t.Context(), o.loaded(), o.clock())
	if err != nil {
		o.t.Fatal(err)
	}
	return began, why
}

func TestOneMailAnAddressIn30DaysOverAllProjects(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newPostOffice(t, db, "email")
		if began, why := o.begun("ann", "ann@example.com"); !began || why != "" {
			t.Fatalf("the first: %t %q", began, why)
		}
		other := &postOffice{world: worldOf(t, db, project(t, db, "other"), strings.Replace(byChannel, "CHANNEL", "email", 1))}
		if began, why := other.begun("u1", "Ann@Example.com"); began || !strings.Contains(why, "less than 30 days ago") {
			t.Errorf("another project: %t %q", began, why)
		}
		o.pass(3 * time.Minute) // the program died; the same delivery goes on
		if began, why, err := db.Begin(t.Context(), o.loaded(), o.clock()); !began || why != "" || err != nil {
			t.Errorf("a retry: %t %q %v", began, why, err)
		}
		other.pass(31 * 24 * time.Hour)
		if began, why := other.begun("u2", "ann@example.com"); !began || why != "" {
			t.Errorf("a month later: %t %q", began, why)
		}
	})
}

func TestWhoUnsubscribedGetsNoMailUnderAnotherID(t *testing.T) {
	eachOffice(t, "email", func(o *postOffice) {
		o.send(signed(identify("ann", "", `{"email":"ann@example.com"}`)), event("left", "ann", ""))
		token := invite.TokenHash(invite.Token(storetest.Key, o.inviteState(0).ID))
		for range 2 {
			if err := o.db.Unsubscribe(o.t.Context(), token, o.clock()); err != nil {
				o.t.Fatal(err)
			}
		}
		if p, err := o.db.Unsubscriber(o.t.Context(), token); err != nil || p.ID != o.project.ID {
			o.t.Errorf("%v, %v", p, err)
		}
		if got := o.inviteState(0); got.State != "declined" {
			o.t.Errorf("the invite is %s", got.State)
		}
		if began, why := o.begun("ann-again", "ANN@example.com"); began || !strings.Contains(why, "wants no more mail") {
			o.t.Errorf("another id: %t %q", began, why)
		}
		unknown := invite.TokenHash("guess")
		if err := o.db.Unsubscribe(o.t.Context(), unknown, o.clock()); research.CodeOf(err) != research.NotFound {
			o.t.Errorf("a guess: %v", err)
		}
		if _, err := o.db.Unsubscriber(o.t.Context(), unknown); research.CodeOf(err) != research.NotFound {
			o.t.Errorf("a guess: %v", err)
		}
	})
}

func TestWithoutMailADeliveryFailsAndThePlaceIsFree(t *testing.T) {
	eachOffice(t, "email", func(o *postOffice) {
		o.send(event("left", "ann", ""))
		o.work()
		o.want(0, research.DeliveryFailed, 0, "USERCALL_SMTP_URL")
		if got := o.inviteState(0); got.State != "revoked" || !got.ShownAt.IsZero() {
			o.t.Errorf("the invite is %s, shown %s", got.State, got.ShownAt)
		}
	})
}

// TestErasingAPersonLeavesNoTraceOfMail looks into every column, while a delivery
// waits and after one was sent.
func TestErasingAPersonLeavesNoTraceOfMail(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		db, err := store.Open(t.Context(), target, storetest.Key)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		o := newPostOffice(t, db, "email")
		if began, why := o.begun("canary-user", "canary@example.com"); !began {
			t.Fatalf("inconclusive: %s", why)
		}
		if found := traces(t, target, "canary"); len(found) < 2 {
			t.Fatalf("inconclusive: there were traces only in %q", found)
		}
		for range 2 {
			o.erase("canary-user")
			if found := traces(t, target, "canary"); len(found) > 0 || len(o.stand()) > 0 {
				t.Errorf("traces are left in %q, %d deliveries", found, len(o.stand()))
			}
		}
		o.work() // the job finds nothing, and does no harm
		if n, err := db.PendingJobs(t.Context()); n > 0 || err != nil {
			t.Errorf("%d jobs, %v", n, err)
		}
	})
}

func TestATriggerInTestModeMailsAgainAndAgain(t *testing.T) {
	eachOffice(t, "email", func(o *postOffice) {
		o.project.Settings.TestPeople = []string{"ann"}
		if err := o.db.UpdateProject(o.t.Context(), o.project); err != nil {
			o.t.Fatal(err)
		}
		o.testing(true)
		for range 2 {
			if began, why := o.begun("ann", "ann@example.com"); !began || why != "" {
				o.t.Errorf("began %t, %q", began, why)
			}
			last := o.stand()
			if err := o.db.Finish(o.t.Context(), last[len(last)-1].ID, deliver.Result{State: research.DeliverySent, Attempt: deliver.Attempt{N: 1, Ended: o.clock()}}); err != nil {
				o.t.Fatal(err)
			}
			o.pass(8 * 24 * time.Hour)
			if _, err := o.db.ExpireDue(o.t.Context(), o.clock()); err != nil {
				o.t.Fatal(err)
			}
		}
		for _, d := range o.stand() {
			if !d.Test || d.State != "sent" {
				o.t.Errorf("listed %+v", d)
			}
		}
	})
}
