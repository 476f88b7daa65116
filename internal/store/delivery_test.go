package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/deliver"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

const byChannel = `
usercall: 1
study: { key: why, interviews: 30 }
guide: cancellation
triggers:
  - { key: left, on: { event: left }, total: 2, invite: { delivery: CHANNEL } }
`

// post office is a world whose invites are sent, and a receiver that answers as it
// is told.
type postOffice struct {
	*world
	service *deliver.Service
	queue   *jobs.Queue
	server  *httptest.Server
	mu      sync.Mutex
	answers []int // statuses to come; then 200
	retry   string
	got     []*http.Request
	bodies  []string
	active  bool
}

func newPostOffice(t *testing.T, db *store.DB, channel string) *postOffice {
	t.Helper()
	o := &postOffice{world: newWorld(t, db, strings.Replace(byChannel, "CHANNEL", channel, 1)), active: true}
	o.server = httptest.NewServer(http.HandlerFunc(o.receive))
	t.Cleanup(o.server.Close)
	o.service = &deliver.Service{Store: db, Client: deliver.NewClient(deliver.ClientOptions{Private: true}), Sealer: deliver.NewSealer(storetest.Key),
		Texts: func(_ research.ProjectID, _ research.TriggerID, language string) (deliver.Text, bool) {
			return deliver.Text{Language: language, Title: "How was it?", Body: "An AI asks.", Accept: "Tell us", Decline: "No"}, o.active
		},
		Link: func(id string) string { return "https://usercall.example/i/" + invite.Token(storetest.Key, id) }, Unsubscribe: func(id string) string { return "https://usercall.example/unsubscribe/" + id },
		Secrets: func(string, deliver.Endpoint, time.Time) []string {
			return []string{deliver.NewSecret([]byte("a secret of 24 bytes or so"))}
		},
		Now: o.clock, Draw: func() float64 { return 0.5 }}
	o.queue = jobs.NewQueue(db, jobs.Options{Queue: store.DeliverQueue, Now: o.clock, Log: quiet, SkipRow: db.SkipRow(), Due: db.DeliveriesDue})
	o.queue.Handle(store.DeliverJob, func(ctx context.Context, j jobs.Job) error { return o.service.Run(ctx, j.Payload) })
	if channel != "email" {
		o.point(research.Channel(channel), o.server.URL)
	}
	return o
}

func (o *postOffice) point(c research.Channel, address string) {
	o.t.Helper()
	if err := o.db.PutEndpoint(o.t.Context(), o.project.ID, c, o.service.Sealer.Seal(o.project.Key, c, address), "receiver.example", o.clock()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *postOffice) receive(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	o.got, o.bodies = append(o.got, r), append(o.bodies, string(body))
	if len(o.answers) > 0 {
		status := o.answers[0]
		o.answers = o.answers[1:]
		if o.retry != "" {
			w.Header().Set("Retry-After", o.retry)
		}
		w.WriteHeader(status)
	}
}

// answer sets what the receiver says next, and then 200.
func (o *postOffice) answer(statuses ...int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answers = statuses
}

// ids is the webhook-id of everything that arrived.
func (o *postOffice) ids() (all []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.got {
		all = append(all, r.Header.Get("webhook-id"))
	}
	return all
}

// work sends whatever is due, and tidies up.
func (o *postOffice) work() {
	o.t.Helper()
	for range 2 {
		for more := true; more; {
			var err error
			if more, err = o.queue.One(o.t.Context()); err != nil {
				o.t.Fatal(err)
			}
		}
		if _, err := o.db.TidyDeliveries(o.t.Context(), o.clock()); err != nil {
			o.t.Fatal(err)
		}
	}
}

// stand is every delivery in words, oldest first.
func (o *postOffice) stand() (all []report.DeliveryRow) {
	o.t.Helper()
	err := o.db.ExportDeliveries(o.t.Context(), o.project, report.Query{}, func(r report.DeliveryRow) error { all = append(all, r); return nil })
	if err != nil {
		o.t.Fatal(err)
	}
	return all
}

func (o *postOffice) want(n int, state research.DeliveryState, attempts int, reason string) {
	o.t.Helper()
	all := o.stand()
	if len(all) <= n {
		o.t.Fatalf("there are %d deliveries", len(all))
	}
	if d := all[n]; d.State != string(state) || len(d.Attempts) != attempts || !strings.Contains(d.Reason, reason) {
		o.t.Errorf("delivery %d is %s after %d attempts (%q), want %s after %d (%q)", n, d.State, len(d.Attempts), d.Reason, state, attempts, reason)
	}
}

func (o *postOffice) inviteState(n int) report.InviteRow {
	o.t.Helper()
	var all []report.InviteRow
	err := o.db.ExportInvites(o.t.Context(), o.project, report.Query{}, func(id string) string { return id }, func(r report.InviteRow) error { all = append(all, r); return nil })
	if err != nil || len(all) <= n {
		o.t.Fatalf("%d invites, %v", len(all), err)
	}
	return all[n]
}

func eachOffice(t *testing.T, channel string, test func(*postOffice)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newPostOffice(t, db, channel)) })
}

func TestAnInviteIsSentOnceAndCountsAsShown(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.send(event("left", "ann", ""))
		if got := o.inviteState(0); got.State != "reserved" {
			o.t.Errorf("before it is sent the invite is %s", got.State)
		}
		o.pass(time.Minute)
		o.work()
		o.work()
		o.want(0, research.DeliverySent, 1, "")
		if got := o.inviteState(0); got.State != "shown" || !got.ShownAt.Equal(o.clock()) {
			o.t.Errorf("sent, the invite is %s at %s", got.State, got.ShownAt)
		}
		ids := o.ids()
		if len(ids) != 1 || ids[0] != strings.Replace(o.inviteState(0).ID, "inv_", "dlv_", 1) {
			o.t.Errorf("arrived %q", ids)
		}
		if !strings.Contains(o.bodies[0], `"user_id":"ann"`) || !strings.Contains(o.bodies[0], `"link":"https://usercall.example/i/`) {
			o.t.Errorf("it says %s", o.bodies[0])
		}
		o.pass(8 * 24 * time.Hour) // expired after it was sent: the place stays taken
		if _, err := o.db.ExpireDue(o.t.Context(), o.clock()); err != nil {
			o.t.Fatal(err)
		}
		o.send(event("left", "bob", ""), event("left", "cia", ""))
		o.wantLog("ann invited ", "bob invited ", "cia skipped total")
	})
}

func TestCardsAndLinksAreNotSent(t *testing.T) {
	for _, channel := range []string{"card", "link"} {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			w := newWorld(t, db, strings.Replace(byChannel, "CHANNEL", channel, 1))
			w.send(event("left", "ann", ""))
			w.wantLog("ann invited ")
			if n, err := db.PendingJobs(t.Context()); n != 0 || err != nil {
				t.Errorf("%d jobs, %v", n, err)
			}
		})
	}
}

func TestAFailureIsTriedAgainAndEndsVisibly(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.answer(500, 500, 500, 500, 500, 500, 500, 500, 500)
		o.send(event("left", "ann", ""))
		o.work()
		o.want(0, research.DeliveryWaiting, 1, "")
		for range 24 * 12 { // more than a day, in steps of five minutes
			o.pass(5 * time.Minute)
			o.work()
		}
		o.want(0, research.DeliveryFailed, deliver.MaxAttempts, "Given up after 8 attempts. The last time, it answered 500.")
		for i, id := range o.ids() {
			if id != o.ids()[0] {
				o.t.Errorf("attempt %d has the id %s", i+1, id)
			}
		}
		last := o.stand()[0].Attempts[7]
		if last.Status != 500 || last.Error != "it answered 500" || last.At.IsZero() {
			o.t.Errorf("the last attempt is %+v", last)
		}
		if took := last.At.Sub(o.stand()[0].Attempts[0].At.Time); took > 24*time.Hour || took < 12*time.Hour {
			o.t.Errorf("the attempts are spread over %s", took)
		}
		if got := o.inviteState(0); got.State != "revoked" {
			o.t.Errorf("nobody can have got the invite, which is %s", got.State)
		}
		o.pass(time.Minute)
		o.send(event("left", "ann", ""), event("left", "bob", "")) // both places are free again
		o.wantLog("ann invited ", "ann invited ", "bob invited ")
	})
}

func TestACrashBetweenSendingAndRecordingKeepsTheID(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.send(event("left", "ann", ""))
		sound := o.service.Store
		o.service.Store = crashing{sound}
		if _, err := o.queue.One(o.t.Context()); err != nil { // the receiver has it, and we do not know
			o.t.Fatal(err)
		}
		if got := o.inviteState(0); len(o.ids()) != 1 || got.State != "reserved" {
			o.t.Fatalf("inconclusive: %d arrived, the invite is %s", len(o.ids()), got.State)
		}
		o.service.Store = sound
		o.pass(3 * time.Minute)
		o.work()
		o.want(0, research.DeliverySent, 2, "")
		if ids := o.ids(); len(ids) != 2 || ids[0] != ids[1] || o.bodies[0] != o.bodies[1] {
			o.t.Errorf("arrived %q with %q", ids, o.bodies)
		}
		if lost := o.stand()[0].Attempts[0]; lost.Error != "the program ended before the answer was known" {
			o.t.Errorf("the first attempt is %+v", lost)
		}
	})
}

type crashing struct{ deliver.Store }

func (crashing) Finish(context.Context, string, deliver.Result) error {
	return errors.New("the power failed")
}

// TestALostJobIsFound deletes nothing: it lets the job die.
func TestALostJobIsFound(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.send(event("left", "ann", ""))
		lost := jobs.NewQueue(o.db, jobs.Options{Queue: store.DeliverQueue, Now: o.clock, Log: quiet, SkipRow: o.db.SkipRow()})
		lost.Handle(store.DeliverJob, func(context.Context, jobs.Job) error { return nil }) // done, it says
		if _, err := lost.One(o.t.Context()); err != nil {
			o.t.Fatal(err)
		}
		o.work()
		if len(o.ids()) != 0 {
			o.t.Fatal("inconclusive: it was sent")
		}
		o.pass(15 * time.Minute)
		o.work()
		o.want(0, research.DeliverySent, 1, "")
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.answer(429)
		o.retry = "3600"
		o.send(event("left", "ann", ""))
		o.work()
		for range 3 {
			o.pass(19 * time.Minute)
			o.work()
		}
		o.want(0, research.DeliveryWaiting, 1, "")
		o.pass(4 * time.Minute)
		o.work()
		o.want(0, research.DeliverySent, 2, "")
	})
}

func TestAnEndpointThatIsGonePausesAndResumes(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.answer(410)
		o.send(event("left", "ann", ""))
		o.work()
		o.send(event("left", "bob", ""))
		o.pass(24 * time.Hour)
		o.work()
		o.want(0, research.DeliveryWaiting, 1, "")
		o.want(1, research.DeliveryWaiting, 0, "")
		e, err := o.db.Endpoint(o.t.Context(), o.project.ID, research.ByWebhook)
		if err != nil || e.Paused.IsZero() || !strings.Contains(e.Reason, "410") || len(o.ids()) != 1 {
			o.t.Errorf("paused %s (%s), %d arrived, %v", e.Paused, e.Reason, len(o.ids()), err)
		}
		if err := o.db.Resume(o.t.Context(), o.project.ID, research.ByWebhook, o.clock()); err != nil {
			o.t.Fatal(err)
		}
		o.work()
		o.pass(time.Minute)
		o.work()
		o.want(0, research.DeliverySent, 2, "")
		o.want(1, research.DeliverySent, 1, "")
	})
}

func TestADeadEndpointIsPausedForAllDeliveries(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		var always []int
		for range 200 {
			always = append(always, 503)
		}
		o.answer(always...)
		o.send(event("left", "ann", ""), event("left", "bob", ""))
		for range 20 {
			o.pass(10 * time.Minute)
			o.work()
		}
		e, err := o.db.Endpoint(o.t.Context(), o.project.ID, research.ByWebhook)
		if err != nil || e.Paused.IsZero() || e.Failures != 10 {
			o.t.Errorf("after %d failures paused %s, %v", e.Failures, e.Paused, err)
		}
		if n := len(o.ids()); n != 10 {
			o.t.Errorf("%d attempts were made", n)
		}
	})
}

func TestAnInviteThatEndedIsNotSent(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.answer(500, 500)
		o.send(event("left", "ann", ""), event("left", "bob", ""))
		o.work()
		if err := o.db.Unsubscribe(o.t.Context(), invite.TokenHash(invite.Token(storetest.Key, o.inviteState(0).ID)), o.clock()); err != nil {
			o.t.Fatal(err)
		}
		o.erase("bob")
		o.pass(time.Hour)
		o.work()
		o.want(0, research.DeliveryCancelled, 1, "wants no invites")
		if len(o.ids()) != 2 || len(o.stand()) != 1 {
			o.t.Errorf("%d arrived, %d deliveries are left", len(o.ids()), len(o.stand()))
		}
		o.send(event("left", "ann", ""))
		if got := o.log(); got[len(got)-1] != "ann skipped excluded" {
			o.t.Errorf("decided %q", got)
		}
	})
	eachOffice(t, "webhook", func(o *postOffice) {
		o.active = false
		o.send(event("left", "ann", ""))
		for range 8 {
			o.work()
			o.pass(24 * time.Hour)
		}
		if _, err := o.db.ExpireDue(o.t.Context(), o.clock()); err != nil {
			o.t.Fatal(err)
		}
		o.work()
		o.want(0, research.DeliveryCancelled, 0, "expired before")
		o.send(event("left", "bob", ""), event("left", "cia", "")) // what was not sent gave its place back
		o.wantLog("ann invited ", "bob invited ", "cia invited ")
	})
}

func TestAPausedTriggerSendsNothingUntilItIsActive(t *testing.T) {
	eachOffice(t, "slack", func(o *postOffice) {
		o.active = false
		o.send(event("left", "ann", ""))
		o.work()
		o.want(0, research.DeliveryWaiting, 0, "")
		o.active = true
		o.pass(11 * time.Minute)
		o.work()
		o.want(0, research.DeliverySent, 1, "")
		if !strings.Contains(o.bodies[0], "Invite ann to an interview") {
			o.t.Errorf("Slack is told %s", o.bodies[0])
		}
	})
}

func TestWithoutAnEndpointADeliveryFailsWithTheReason(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		if err := o.db.PutEndpoint(o.t.Context(), o.project.ID, research.ByWebhook, nil, "", o.clock()); err != nil {
			o.t.Fatal(err)
		}
		o.send(event("left", "ann", ""))
		o.work()
		o.want(0, research.DeliveryFailed, 0, "There is no webhook to send to")
	})
}

func TestDeliveriesOfAnotherProjectAreNotListed(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.send(event("left", "ann", ""))
		o.work()
		other := project(o.t, o.db, "other")
		n := 0
		err := o.db.ExportDeliveries(o.t.Context(), other, report.Query{}, func(report.DeliveryRow) error { n++; return nil })
		list, lerr := o.db.Reports().Deliveries(o.t.Context(), other.ID, report.DeliveryFilter{}, report.Window{})
		if err != nil || lerr != nil || n+len(list.Rows) != 0 {
			o.t.Errorf("another project lists %d, %v %v", n+len(list.Rows), err, lerr)
		}
		mine, err := o.db.Reports().Deliveries(o.t.Context(), o.project.ID, report.DeliveryFilter{State: research.DeliverySent}, report.Window{})
		if err != nil || len(mine.Rows) != 1 || len(mine.Rows[0].Attempts) != 1 || mine.Rows[0].Person != "u:ann" {
			o.t.Errorf("listed %+v, %v", mine.Rows, err)
		}
	})
}

func TestOldDeliveriesGo(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.send(event("left", "ann", ""))
		o.work()
		o.pass(research.EventRetention + time.Hour)
		o.work()
		if left := o.stand(); len(left) != 0 {
			o.t.Errorf("left are %v", left)
		}
	})
}

func TestManyWorkersSendOnce(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.send(event("left", "ann", ""), event("left", "bob", ""))
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				for _, user := range []string{"ann", "bob"} {
					_ = user
					if _, err := o.queue.One(o.t.Context()); err != nil {
						o.t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if ids := o.ids(); len(ids) != 2 || ids[0] == ids[1] {
			o.t.Errorf("arrived %q", fmt.Sprint(ids))
		}
	})
}

func TestQuietHoursAndAPauseHoldWhatIsSent(t *testing.T) {
	eachOffice(t, "webhook", func(o *postOffice) {
		o.project.Settings.Pacing = research.Pacing{QuietFrom: 11 * 60, QuietTo: 18 * 60} // it is noon
		if err := o.db.UpdateProject(o.t.Context(), o.project); err != nil {
			o.t.Fatal(err)
		}
		o.send(event("left", "ann", ""))
		o.work()
		o.pass(5*time.Hour + 59*time.Minute)
		o.work()
		o.want(0, research.DeliveryWaiting, 0, "")
		if err := o.db.SetPaused(o.t.Context(), o.project.ID, true, "ada", o.clock()); err != nil {
			o.t.Fatal(err)
		}
		o.pass(time.Hour)
		o.work()
		o.want(0, research.DeliveryWaiting, 0, "")
		if err := o.db.SetPaused(o.t.Context(), o.project.ID, false, "ada", o.clock()); err != nil {
			o.t.Fatal(err)
		}
		o.pass(11 * time.Minute)
		o.work()
		o.want(0, research.DeliverySent, 1, "")
	})
}
