package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
)

// logModel is what a log of events must hold, kept as a list.
type logModel struct {
	events []research.Event
	dead   int // how many of them retention has deleted
}

// repeats tells whether an event is one that is there already: triggers.md §3.
func (m *logModel) repeats(e *research.Event) bool {
	return slices.ContainsFunc(m.events, func(had research.Event) bool {
		return had.Project == e.Project && had.MessageID == e.MessageID && (!e.Signed || had.Signed || sameIDs(&had, e))
	})
}

func sameIDs(a, b *research.Event) bool {
	return a.Type == b.Type && a.Name == b.Name && a.UserID == b.UserID && a.AnonymousID == b.AnonymousID
}

// append stores events and in the model, which must agree on what is new.
func (m *logModel) append(t *testing.T, db *store.DB, events []research.Event) {
	t.Helper()
	stored, err := db.Append(t.Context(), events)
	if err != nil {
		t.Fatal(err)
	}
	for i := range events {
		if want := !m.repeats(&events[i]); stored[i] != want {
			t.Fatalf("message %s, signed %v: stored %v, want %v", events[i].MessageID, events[i].Signed, stored[i], want)
		}
		if !stored[i] {
			continue
		}
		if n := len(m.events); n > 0 && events[i].Seq <= m.events[n-1].Seq {
			t.Fatalf("number %d comes after %d", events[i].Seq, m.events[n-1].Seq)
		}
		m.events = append(m.events, events[i])
	}
}

// live is what is kept of a project's events, in the order of receipt.
func (m *logModel) live(p *research.Project, keep func(*research.Event) bool) (out []research.Event) {
	for i := m.dead; i < len(m.events); i++ {
		if e := &m.events[i]; e.Project == p.ID && (keep == nil || keep(e)) {
			out = append(out, *e)
		}
	}
	return out
}

// check reads everything back in every way.
func (m *logModel) check(t *testing.T, db *store.DB, p *research.Project, r *rand.Rand) {
	t.Helper()
	m.checkExports(t, db, p, r)
	m.checkListing(t, db, p, r)
	m.checkTimelines(t, db, p)
	m.checkMessages(t, db, r)
}

func (m *logModel) checkExports(t *testing.T, db *store.DB, p *research.Project, r *rand.Rand) {
	t.Helper()
	since := noon.Add(time.Duration(r.IntN(600)) * time.Second)
	for _, q := range []report.Query{{}, {Since: since}, {Limit: 1 + r.IntN(40)}, {Limit: 700}, {Since: since, Limit: 1 + r.IntN(200)},
		{Person: "u1"}, {Person: "b1", Since: since}, {Person: "both", Limit: 3}, {Person: "nobody"}} {
		want := m.live(p, func(e *research.Event) bool {
			return !e.ReceivedAt.Before(q.Since) && (q.Person == "" || e.Person().ID() == q.Person)
		})
		if q.Limit > 0 {
			slices.Reverse(want)
			want = want[:min(q.Limit, len(want))]
		}
		var got []string
		err := db.ExportEvents(t.Context(), p, q, func(row report.EventRow) error {
			got = append(got, row.MessageID+" "+row.Event+" "+row.UserID)
			return nil
		})
		if diff := cmp.Diff(lines(want), got); err != nil || diff != "" {
			t.Fatalf("export %+v: %v\n%s", q, err, diff)
		}
	}
}

func lines(events []research.Event) (all []string) {
	for _, e := range events {
		all = append(all, e.MessageID+" "+e.Name+" "+string(e.UserID))
	}
	return all
}

func (m *logModel) checkListing(t *testing.T, db *store.DB, p *research.Project, r *rand.Rand) {
	t.Helper()
	for _, f := range []report.EventFilter{{}, {Name: "common"}, {Name: "rare"}, {Name: "rare", Type: research.Track}, {Name: "none"}, {Type: research.Page}} {
		want := m.live(p, func(e *research.Event) bool {
			return (f.Name == "" || e.Name == f.Name) && (f.Type == "" || e.Type == f.Type)
		})
		slices.Reverse(want)
		var got []research.Event
		w := report.Window{Limit: 25 + r.IntN(60)}
		for {
			page, err := db.Reports().Events(t.Context(), p.ID, f, w)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Rows {
				got = append(got, e.Event)
			}
			if page.Next == (report.Cursor{}) {
				break
			}
			w.Before = page.Next
		}
		if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
			t.Fatalf("events %+v by %d: %s", f, w.Limit, diff)
		}
	}
}

func (m *logModel) checkTimelines(t *testing.T, db *store.DB, p *research.Project) {
	t.Helper()
	for _, key := range []research.PersonKey{"u:u1", "u:both", "a:b1", "a:both", "u:nobody"} {
		want := m.live(p, func(e *research.Event) bool { return e.Person() == key })
		slices.SortFunc(want, func(a, b research.Event) int {
			if c := b.Timestamp.Compare(a.Timestamp); c != 0 {
				return c
			}
			return int(b.Seq - a.Seq)
		})
		timeline, err := db.Reports().Timeline(t.Context(), p.ID, key, time.Time{}, 1000)
		var got []research.Event
		for _, e := range timeline.Events {
			got = append(got, e.Event)
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("timeline of %s: %v\n%s", key, err, diff)
		}
	}
}

func (m *logModel) checkMessages(t *testing.T, db *store.DB, r *rand.Rand) {
	t.Helper()
	for range 8 {
		e := m.events[m.dead+r.IntN(len(m.events)-m.dead)]
		other := e
		other.Name += "!"
		for _, probe := range []research.Event{e, other} {
			want := slices.ContainsFunc(m.events[m.dead:], func(had research.Event) bool {
				return had.Project == probe.Project && had.MessageID == probe.MessageID && sameIDs(&had, &probe)
			})
			if got, err := db.HasMessage(t.Context(), &probe); err != nil || got != want {
				t.Fatalf("has %s %s: %v, %v", probe.MessageID, probe.Name, got, err)
			}
		}
	}
}

// anyBatch is events of few people, some of them sent before, or forged.
func anyBatch(r *rand.Rand, projects []*research.Project, now time.Time, n int) (batch []research.Event) {
	for range n {
		p := projects[min(r.IntN(8)/7, len(projects)-1)]
		user := [...]string{"u1", "u2", "both", ""}[r.IntN(4)]
		e := track(p, fmt.Sprint("m", r.IntN(800)), user, "common")
		e.AnonymousID = research.AnonymousID([...]string{"b1", "b2", "both"}[r.IntN(3)])
		if r.IntN(60) == 0 {
			e.Name = "rare"
		}
		if r.IntN(10) == 0 {
			e.Type, e.Name = research.Page, ""
		}
		if e.Signed = r.IntN(4) == 0; e.Signed {
			e.Source = research.FromServer
		}
		e.ReceivedAt, e.Timestamp = now, now.Add(-time.Duration(r.IntN(90))*time.Second)
		batch = append(batch, e)
	}
	return batch
}
