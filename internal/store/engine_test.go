package store_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/trigger"
)

// world is a project with one study, and an engine that decides by it.
type world struct {
	t        *testing.T
	db       *store.DB
	project  *research.Project
	engine   *trigger.Engine
	past     *trigger.Replayer
	compiled []*trigger.Rule
	rules    *trigger.Rules
	now      time.Time
	mu       sync.Mutex
}

func newWorld(t *testing.T, db *store.DB, study string) *world {
	t.Helper()
	return worldOf(t, db, project(t, db, "world"), study)
}

func worldOf(t *testing.T, db *store.DB, p *research.Project, study string) *world {
	t.Helper()
	w := &world{t: t, db: db, project: p, now: noon}
	w.engine = trigger.NewEngine(db, w.clock, rand.Reader, slog.New(slog.DiscardHandler))
	w.past = &trigger.Replayer{Store: db, Engine: w.engine, Now: w.clock, Log: quiet}
	w.apply(study)
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// apply makes the study the project's, with every trigger active, as soon as
// they went over the stored events.
func (w *world) apply(src string) {
	w.t.Helper()
	w.activate(src)
	w.replay()
}

func (w *world) replay() {
	w.t.Helper()
	if err := w.past.Once(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) activate(src string) {
	w.t.Helper()
	w.compiled, w.rules = activateAt(w.t, w.db, w.engine, w.project, src, w.clock())
}

func activateOn(t testing.TB, db *store.DB, engine *trigger.Engine, p *research.Project, src string) {
	t.Helper()
	activateAt(t, db, engine, p, src, time.Now())
}

func activateAt(t testing.TB, db *store.DB, engine *trigger.Engine, p *research.Project, src string, now time.Time) ([]*trigger.Rule, *trigger.Rules) {
	t.Helper()
	file, err := trigger.Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := trigger.Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := store.ApplyStudy{Project: p.ID, Key: file.Study.Key, Name: file.Study.Key, Target: file.Study.Interviews, File: file.Marshal(), Activate: true, Now: now}
	for _, of := range file.Triggers {
		a.Triggers = append(a.Triggers, store.ApplyTrigger{Key: of.Key, Name: of.Key, Fingerprint: of.Fingerprint()})
	}
	s, err := db.Apply(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range compiled.Rules {
		r.Project, r.StudyID, r.TriggerID, r.Version, r.Active = p.ID, s.ID, s.Triggers[i].ID, s.Triggers[i].Version, true
	}
	rules := &trigger.Rules{Index: map[research.ProjectID]*trigger.Index{p.ID: trigger.NewIndex(compiled.Rules...)},
		Projects: map[research.ProjectID]*research.Project{p.ID: p}, Replaying: true}
	engine.SetRules(rules)
	return compiled.Rules, rules
}

// send stores events at the present time and waits for what is decided of them.
func (w *world) send(events ...research.Event) {
	w.t.Helper()
	for i := range events {
		events[i].Project, events[i].ReceivedAt = w.project.ID, w.clock()
		if events[i].Timestamp.IsZero() {
			events[i].Timestamp = w.clock()
		}
	}
	if _, err := w.db.Append(w.t.Context(), events); err != nil {
		w.t.Fatal(err)
	}
	began := time.Now()
	done, err := w.engine.Decide(w.t.Context(), events)
	if !done && err == nil && time.Since(began) > time.Second { // a page waits no longer; the rest is the loop's
		done, err = true, w.drain()
	}
	if err != nil || !done {
		w.t.Fatalf("decided %v, %v", done, err)
	}
}

var (
	sent  atomic.Int64
	quiet = slog.New(slog.DiscardHandler)
)

func event(name, user, anonymous string) research.Event {
	return research.Event{Type: research.Track, Name: name, MessageID: fmt.Sprint("message-", sent.Add(1)), UserID: research.UserID(user),
		AnonymousID: research.AnonymousID(anonymous), Source: research.FromBrowser}
}

func identify(user, anonymous, traits string) research.Event {
	e := event("", user, anonymous)
	e.Type, e.Traits = research.Identify, []byte(traits)
	return e
}

// log is the decisions so far, oldest first: "person outcome gate".
func (w *world) log() (lines []string) {
	w.t.Helper()
	err := w.db.ExportDecisions(w.t.Context(), w.project, report.Query{}, func(r report.DecisionRow) error {
		lines = append(lines, r.Person+" "+r.Outcome+" "+r.Gate)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return lines
}

func (w *world) wantLog(want ...string) {
	w.t.Helper()
	if got := w.log(); fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("decided\n %q, want\n %q", got, want)
	}
}

const leaving = `
usercall: 1
study: { key: why, interviews: 30 }
guide: cancellation
triggers:
  - key: left
    on: { event: left, where: { traits.plan: { in: [pro, trial] } } }
    who: { traits.country: { not: XX } }
    cooldown: 1d
`

func TestOnePersonIsInvitedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		w.send(identify("ann", "", `{"plan":"pro"}`), event("left", "ann", ""))
		w.send(event("left", "ann", ""), event("left", "bob", ""), event("other", "ann", ""))
		w.wantLog("ann invited ", "ann skipped open_invite")
	})
}

func TestCooldownsRunFromTheShowing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		ticket := invite.TicketHash("browser")
		first := event("left", "ann", "")
		first.TicketHash = ticket
		w.send(identify("ann", "", `{"plan":"pro"}`), first)
		i, err := db.Offered(t.Context(), invite.Visitor{Project: w.project.ID, Ticket: ticket}, w.clock())
		if err != nil || i == nil {
			t.Fatalf("no invite for the ticket: %v", err)
		}
		if other, _ := db.Offered(t.Context(), invite.Visitor{Project: w.project.ID, Ticket: invite.TicketHash("another browser")}, w.clock()); other != nil {
			t.Error("another browser got the invite")
		}
		w.pass(time.Hour)
		w.move(i, invite.Shown, true)
		w.move(i, invite.Declined, true)
		w.move(i, invite.Accepted, false)
		w.pass(23 * time.Hour)
		w.send(event("left", "ann", ""))
		w.pass(2 * time.Hour)
		w.send(event("left", "ann", ""))
		w.pass(12 * 24 * time.Hour)
		w.send(event("left", "ann", "")) // 7 days, doubled by the dismissal
		w.pass(3 * 24 * time.Hour)
		w.send(event("left", "ann", ""))
		w.wantLog("ann invited ", "ann skipped cooldown", "ann skipped project_cooldown", "ann skipped project_cooldown", "ann invited ")
	})
}

func (w *world) move(i *research.Invite, to invite.Step, want bool) {
	w.t.Helper()
	moved, err := w.db.Move(w.t.Context(), invite.Move{Project: w.project.ID, Invite: i.PublicID, Ticket: i.TicketHash, To: to, Reason: "test", Now: w.clock()})
	if err != nil || moved != want {
		w.t.Errorf("%s: moved %v, %v", to, moved, err)
	}
}

func TestNeverIsForEver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		first := event("left", "ann", "")
		first.TicketHash = invite.TicketHash("browser")
		w.send(identify("ann", "", `{"plan":"pro"}`), first)
		i, _ := db.Offered(t.Context(), invite.Visitor{Project: w.project.ID, Ticket: first.TicketHash}, w.clock())
		w.move(i, invite.Never, true)
		w.pass(400 * 24 * time.Hour)
		w.send(event("left", "ann", ""))
		w.wantLog("ann invited ", "ann skipped project_cooldown")
	})
}

func TestAnInviteNobodySawGivesItsPlaceBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, `
usercall: 1
study: { key: why }
triggers: [{ key: left, on: { event: left }, total: 1, expires: 1h, cooldown: 30d }]
`)
		w.send(event("left", "ann", ""))
		w.send(event("left", "bob", ""))
		w.pass(2 * time.Hour)
		if n, err := db.ExpireDue(t.Context(), w.clock()); n != 1 || err != nil {
			t.Errorf("expired %d, %v", n, err)
		}
		w.send(event("left", "ann", ""))
		w.wantLog("ann invited ", "bob skipped total", "ann invited ")
	})
}

// TestAnOverdueInviteGivesItsPlaceToItsPersonsNext, before any sweeper comes.
func TestAnOverdueInviteGivesItsPlaceToItsPersonsNext(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, `
usercall: 1
study: { key: why }
triggers: [{ key: left, on: { event: left }, total: 1, expires: 1h, cooldown: 30d }]
`)
		w.send(event("left", "ann", ""))
		w.pass(2 * time.Hour)
		w.send(event("left", "ann", ""))
		w.wantLog("ann invited ", "ann invited ")
	})
}

func TestAnonymousPeopleFoldIntoTheUserTheyTurnOutToBe(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		w.send(identify("", "browser-1", `{"plan":"pro","country":"DE"}`))
		w.send(event("looked", "ann", "browser-1")) // the link
		w.send(event("left", "", "browser-1"))      // hers, though it does not say so
		w.send(event("left", "bob", "browser-1"))   // a second login on one machine
		w.send(event("left", "", "browser-1"))      // his now, who has no plan
		w.wantLog("ann invited ")
	})
}

func TestOldEventsInviteNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		plan, old := identify("ann", "", `{"plan":"pro"}`), event("left", "ann", "")
		plan.Timestamp, old.Timestamp = noon.Add(-3*time.Hour), noon.Add(-2*time.Hour)
		w.send(plan, old)
		w.wantLog("ann skipped stale")
	})
}

// TestNoInterleavingBreaksACap lets many workers decide about many people at
// once, through several engines, as several nodes would.
func TestNoInterleavingBreaksACap(t *testing.T) {
	const people, limit, workers = 60, 20, 8
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, fmt.Sprintf(`
usercall: 1
study: { key: why }
triggers:
  - { key: a, on: { event: left }, per_day: %d }
  - { key: b, on: { event: left }, total: %d }
`, limit, limit/2))
		var all sync.WaitGroup
		for worker := range workers {
			all.Go(func() {
				for i := worker; i < people*2; i += workers {
					w.trySend(research.Event{Project: w.project.ID, Type: research.Track, Name: "left", MessageID: fmt.Sprint("m", i),
						UserID: research.UserID(fmt.Sprint("u", i%people)), Timestamp: noon, ReceivedAt: noon, Source: research.FromBrowser})
				}
			})
		}
		all.Wait()
		if err := w.drain(); err != nil {
			t.Fatal(err)
		}
		perPerson, perTrigger := map[string]int{}, map[string]int{}
		err := db.ExportInvites(t.Context(), w.project, report.Query{}, func(id string) string { return id }, func(r report.InviteRow) error {
			perPerson[r.Person]++
			perTrigger[r.Trigger]++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for person, n := range perPerson {
			if n > 1 {
				t.Errorf("%s has %d invites", person, n)
			}
		}
		if perTrigger["a"] != limit || perTrigger["b"] != limit/2 {
			t.Errorf("invites by trigger %v, want %d and %d", perTrigger, limit, limit/2)
		}
	})
}

func (w *world) trySend(e research.Event) {
	events := []research.Event{e}
	if _, err := w.db.Append(w.t.Context(), events); err != nil {
		w.t.Error(err)
	}
	if _, err := w.engine.Decide(w.t.Context(), events); err != nil {
		w.t.Error(err)
	}
}

// drain evaluates what nobody waited for.
func (w *world) drain() error {
	ctx, cancel := context.WithTimeout(w.t.Context(), 2*time.Minute) // of a busy machine
	defer cancel()
	for {
		shards, err := w.db.DueShards(ctx, w.clock())
		if err != nil || len(shards) == 0 {
			return err
		}
		if err := w.engine.Settle(ctx, 1); err != nil {
			return err
		}
	}
}

// TestWhoeverIsLinkedWhileTheyAreFirstSeen lets one anonymousId be met for the
// first time by many at once, with and without its user: in the end there is
// the user, and nobody else.
func TestWhoeverIsLinkedWhileTheyAreFirstSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		for round := range 12 {
			browser, user := fmt.Sprint("browser-", round), fmt.Sprint("user-", round)
			var all sync.WaitGroup
			for i := range 4 {
				all.Go(func() {
					e := research.Event{Project: w.project.ID, Type: research.Identify, MessageID: fmt.Sprint(round, "-", i), AnonymousID: research.AnonymousID(browser),
						Traits: []byte(fmt.Sprintf(`{"t%d":1}`, i)), Timestamp: noon, ReceivedAt: noon, Source: research.FromBrowser}
					if i%2 == 1 {
						e.UserID = research.UserID(user)
					}
					w.trySend(e)
				})
			}
			all.Wait()
		}
		if err := w.drain(); err != nil {
			t.Fatal(err)
		}
		people, err := db.Reports().People(t.Context(), w.project.ID, report.PeopleFilter{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range people {
			if !p.Key.Identified() {
				t.Errorf("%s is left beside its user", p.Key)
			}
			known, err := db.Reports().Person(t.Context(), w.project.ID, p.Key)
			if err != nil || len(known.Traits) != 4 {
				t.Errorf("of %s four traits were said and %d are known, %v", p.Key, len(known.Traits), err)
			}
		}
		if len(people) != 12 {
			t.Errorf("%d people, want 12", len(people))
		}
	})
}

// Who opted out meets another gate than who said "don't ask again": triggers.md §5.
func TestWhoOptedOutIsExcluded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leavingAny)
		for _, who := range []string{"ann", "bob"} {
			e := event("left", who, "")
			e.TicketHash = invite.TicketHash("of " + who)
			w.send(e)
		}
		bob, _ := db.Offered(t.Context(), invite.Visitor{Project: w.project.ID, Ticket: invite.TicketHash("of bob")}, w.clock())
		w.move(bob, invite.Never, true)
		if err := db.OptOut(t.Context(), w.project.ID, invite.TicketHash("of ann"), w.clock()); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Minute)
		w.send(event("left", "ann", ""), event("left", "bob", ""), event("left", "eve", ""))
		w.wantLog("ann invited ", "bob invited ", "ann skipped excluded", "bob skipped project_cooldown", "eve invited ")
		w.wantPeople(report.Query{}, "ann true", "bob true", "eve false")
		w.wantPeople(report.Query{OptedOut: true}, "ann true", "bob true")
		w.wantPeople(report.Query{Person: "eve"}, "eve false")
		w.wantPeople(report.Query{OptedOut: true, Person: "eve"})
		w.wantPeople(report.Query{Since: w.clock().Add(time.Millisecond)})
		if err := db.OptOut(t.Context(), w.project.ID, invite.TicketHash("of bob"), w.clock()); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Minute)
		w.send(event("left", "bob", ""))
		w.wantLog("ann invited ", "bob invited ", "ann skipped excluded", "bob skipped project_cooldown", "eve invited ", "bob skipped excluded")
	})
}

// wantPeople compares an export of people, whatever the order of those seen at one
// moment: "person opted-out".
func (w *world) wantPeople(q report.Query, want ...string) {
	w.t.Helper()
	var got []string
	err := w.db.ExportPeople(w.t.Context(), w.project, q, func(r report.PersonRow) error {
		got = append(got, fmt.Sprint(r.Person, " ", r.OptedOut))
		return nil
	})
	if slices.Sort(got); err != nil || !slices.Equal(got, want) {
		w.t.Errorf("people %q, %v; want %q", got, err, want)
	}
}
