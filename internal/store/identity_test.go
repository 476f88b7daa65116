package store_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	mrand "math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/trigger"
)

// nodes is some processes on one database.
type nodes struct {
	t       *testing.T
	project *research.Project
	db      []*store.DB
	engines []*trigger.Engine
	sent    int
}

// newNodes opens some handles that nobody waits for events at, unless asked is
// true for an event.
func newNodes(t *testing.T, target string, n int, asked func(*research.Event) bool) *nodes {
	t.Helper()
	w := &nodes{t: t}
	for i := range n {
		db := openLog(t, target)
		db.SetInterest(asked)
		if i == 0 {
			w.project = project(t, db, "nodes")
		}
		e := trigger.NewEngine(db, func() time.Time { return noon }, rand.Reader, quiet)
		e.SetRules(&trigger.Rules{Index: map[research.ProjectID]*trigger.Index{w.project.ID: trigger.NewIndex()},
			Projects: map[research.ProjectID]*research.Project{w.project.ID: w.project}})
		w.db, w.engines = append(w.db, db), append(w.engines, e)
	}
	return w
}

// next is an event a second after the last one.
func (w *nodes) next(typ research.EventType, user, browser string) research.Event {
	w.sent++
	at := noon.Add(time.Duration(w.sent) * time.Second)
	e := research.Event{Project: w.project.ID, Type: typ, MessageID: fmt.Sprintf("m%03d", w.sent), UserID: research.UserID(user),
		AnonymousID: research.AnonymousID(browser), Timestamp: at, ReceivedAt: at, Source: research.FromBrowser}
	if typ == research.Track {
		e.Name = "e"
	}
	return e
}

func (w *nodes) append(node int, events ...research.Event) {
	w.t.Helper()
	if stored, err := w.db[node].Append(w.t.Context(), events); err != nil || !stored[0] {
		w.t.Fatalf("stored %v, %v", stored, err)
	}
}

// settle evaluates what waits, on all nodes at once.
func (w *nodes) settle() {
	w.t.Helper()
	var all sync.WaitGroup
	for _, e := range w.engines {
		all.Go(func() {
			if err := e.Settle(w.t.Context(), 5); err != nil {
				w.t.Error(err)
			}
		})
	}
	all.Wait()
	for range 20 { // what one of them held, the other passed over
		if err := w.engines[0].Settle(w.t.Context(), 5); err != nil {
			w.t.Fatal(err)
		}
	}
	if due, err := w.db[0].DueShards(w.t.Context(), noon); err != nil || len(due) > 0 {
		w.t.Fatalf("shards %v still wait, %v", due, err)
	}
}

// known is everybody the dashboard knows.
func (w *nodes) known() map[research.PersonKey]*modelPerson {
	w.t.Helper()
	all := map[research.PersonKey]*modelPerson{}
	for _, db := range w.db {
		if err := db.WriteSightings(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
	reports := w.db[len(w.db)-1].Reports()
	people, err := reports.People(w.t.Context(), w.project.ID, report.PeopleFilter{}, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, line := range people {
		person, err := reports.Person(w.t.Context(), w.project.ID, line.Key)
		if err != nil {
			w.t.Fatal(err)
		}
		timeline, err := reports.Timeline(w.t.Context(), w.project.ID, line.Key, time.Time{}, 1000)
		if err != nil {
			w.t.Fatal(err)
		}
		p := &modelPerson{Group: person.Group, Traits: map[string]any{}}
		if err := json.Unmarshal(person.Traits.JSON(), &p.Traits); err != nil {
			w.t.Fatal(err)
		}
		for _, e := range timeline.Events {
			p.Events = append(p.Events, e.MessageID)
		}
		all[line.Key] = p
	}
	return all
}

func (w *nodes) same(m *identityModel, note string) {
	w.t.Helper()
	if diff := cmp.Diff(m.people(), w.known()); diff != "" {
		var log string
		for _, e := range m.order {
			log += fmt.Sprintf("%s %s user=%s anon=%s prev=%s signed=%v group=%s traits=%s\n", e.MessageID, e.Type, e.UserID, e.AnonymousID, e.PreviousID, e.Signed, e.GroupID, e.Traits)
		}
		w.t.Fatalf("%s: the specification (-) and the store (+) differ:\n%s\n%s", note, diff, log)
	}
}

// anySaying is an event of few users and few browsers.
func (w *nodes) anySaying(r *mrand.Rand, aliased map[string]bool) research.Event {
	user, browser := fmt.Sprint("u", r.IntN(4)), fmt.Sprint("b", r.IntN(4))
	switch r.IntN(4) {
	case 0:
		user = ""
	case 1:
		browser = ""
	}
	e := w.next(research.Track, user, browser)
	switch n := r.IntN(20); {
	case n < 4:
		e.Type, e.Name, e.Traits = research.Identify, "", []byte([...]string{`{"a":1}`, `{"a":2,"b":1}`, `{"b":null}`, `{"c":"x"}`}[r.IntN(4)])
	case n < 6:
		e.Type, e.Name, e.GroupID = research.Group, "", fmt.Sprint("g", r.IntN(3))
	case n < 8 && user != "":
		e.Type, e.Name, e.PreviousID = research.Alias, "", fmt.Sprint([...]string{"u", "b"}[r.IntN(2)], r.IntN(4))
		e.Signed = r.IntN(2) == 0
		// Only the first alias of a userId is in the model's reach; the second one
		// has a test of its own.
		if e.Signed && aliased[e.PreviousID] {
			e.Signed = false
		}
		if e.Signed && e.PreviousID != user {
			aliased[e.PreviousID] = true
		}
	}
	return e
}

func TestWhoIsWhoIsAsTheSpecificationSays(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		count, streams := 1, 12
		if target[0] != '/' {
			count, streams = 2, 4
		}
		all := false
		w := newNodes(t, target, count, func(*research.Event) bool { return all })
		for seed := range uint64(streams) {
			r, m := mrand.New(mrand.NewPCG(seed, 1)), newIdentityModel()
			w.project, w.sent, all = project(t, w.db[0], fmt.Sprint("seed", seed)), 0, seed%3 == 0
			aliased := map[string]bool{}
			for range 25 {
				var batch []research.Event
				for range 1 + r.IntN(4) {
					e := w.anySaying(r, aliased)
					m.apply(e)
					batch = append(batch, e)
				}
				w.append(r.IntN(count), batch...)
				if seed%2 == 0 || r.IntN(3) == 0 {
					w.settle()
				}
				if r.IntN(8) == 0 {
					seal(t, w.db[r.IntN(count)])
				}
			}
			w.settle()
			w.same(m, fmt.Sprint("seed ", seed))
		}
	})
}

// TestLateEventsBelongToOnePerson lets a third of the events come late: what they
// move may differ from what it were in order, but nobody shares an event.
func TestLateEventsBelongToOnePerson(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		w := newNodes(t, target, 2, func(*research.Event) bool { return false })
		for seed := range uint64(6) {
			r := mrand.New(mrand.NewPCG(seed, 9))
			w.project, w.sent = project(t, w.db[0], fmt.Sprint("late", seed)), 0
			for range 20 {
				var batch []research.Event
				for range 1 + r.IntN(4) {
					e := w.anySaying(r, map[string]bool{})
					if r.IntN(3) == 0 {
						e.Timestamp = e.Timestamp.Add(-time.Duration(r.IntN(60_000)) * time.Millisecond)
					}
					batch = append(batch, e)
				}
				w.append(r.IntN(2), batch...)
				if r.IntN(2) == 0 {
					w.settle()
				}
			}
			w.settle()
			owners := map[string][]research.PersonKey{}
			for key, p := range w.known() {
				for _, id := range p.Events {
					owners[id] = append(owners[id], key)
				}
			}
			for i := range w.sent {
				if id := fmt.Sprintf("m%03d", i+1); len(owners[id]) != 1 {
					t.Errorf("seed %d: %s belongs to %v", seed, id, owners[id])
				}
			}
		}
	})
}
