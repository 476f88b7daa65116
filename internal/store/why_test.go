package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
	"github.com/usercall/usercall/internal/trigger"
)

const drawing = `
usercall: 1
study: { key: why }
triggers:
  - key: opened
    on: { event: opened }
    people: anyone
    sample: 0%
`

func TestABusyEventDoesNotFloodTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, drawing)
		for range 3 { // in several transactions
			var busy []research.Event
			for i := range 90 {
				busy = append(busy, event("opened", fmt.Sprint("u", i), ""))
			}
			w.send(busy...)
		}
		if n := len(w.log()); n != report.KeptPerDay {
			t.Errorf("the log has %d decisions of the day, want %d", n, report.KeptPerDay)
		}
		w.wantCounted(noon, 70)
		w.wantMatches(270)
		w.pass(24 * time.Hour)
		w.send(event("opened", "ann", ""))
		if n := len(w.log()); n != report.KeptPerDay+1 {
			t.Errorf("the next day has no room: %d decisions", n)
		}
		w.wantCounted(noon.Add(24*time.Hour), 0)
	})
}

func (w *world) wantCounted(since time.Time, want int) {
	w.t.Helper()
	if n, err := w.db.Reports().Counted(w.t.Context(), w.project.ID, "", since); err != nil || n != want {
		w.t.Errorf("%d are counted only, %v; want %d", n, err, want)
	}
}

// wantMatches asks each report that counts decisions.
func (w *world) wantMatches(want int) {
	w.t.Helper()
	reports, ctx := w.db.Reports(), w.t.Context()
	week, err := reports.Week(ctx, w.project.ID, noon.Add(-time.Hour))
	if err != nil || week.Matches != want {
		w.t.Errorf("the week had %d matches, %v; want %d", week.Matches, err, want)
	}
	s, err := w.db.StudyByKey(ctx, w.project.ID, "why")
	if err != nil {
		w.t.Fatal(err)
	}
	found, err := reports.Findings(ctx, w.project.ID, s.ID)
	if err != nil || found.Funnel.Matches != want {
		w.t.Errorf("the study had %v, %v; want %d", found, err, want)
	}
	gates, err := reports.Gates(ctx, w.project.ID, s.ID, noon.Add(-time.Hour))
	if err != nil || len(gates) != 1 || gates[0].N != want || gates[0].Gate != research.GateSample {
		w.t.Errorf("the gates said %v, %v; want %d", gates, err, want)
	}
}

func TestAWaitThatIsCancelledBeyondTheDaysNumberLeavesTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, abandoning)
		for i := range report.KeptPerDay + 1 {
			who := fmt.Sprint("u", i)
			w.send(event("started", who, ""))
			w.pass(time.Second)
			w.send(event("finished", who, ""))
		}
		w.send(event("started", "ann", ""))
		states := map[string]int{}
		for _, line := range w.log() {
			states[line[len(line)-10:]]++
		}
		if n := len(w.log()); n != report.KeptPerDay+1 {
			t.Errorf("the log has %d decisions, want those of the day and ann's: %v", n, states)
		}
		w.wantCounted(noon, 1)
	})
}

func TestHowThingsStand(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, abandoning)
		w.send(event("started", "ann", "phone"))
		w.send(identify("ann", "", `{"plan":"pro"}`))
		r := w.compiled[0]
		ann := trigger.PersonRef{Project: w.project.ID, Key: research.UserKey("ann")}
		is, err := db.Standing(t.Context(), ann, w.compiled, w.clock())
		if err != nil {
			t.Fatal(err)
		}
		got := r.Progress(is.Memory.Runs[r.TriggerID].Run, w.clock(), time.UTC)
		if got.Words != "1 of 2 steps; until Tuesday 13:00 finished must not happen" {
			t.Errorf("said %q", got.Words)
		}
		if facts := is.Facts[r.TriggerID]; string(facts.Person.Traits.Get("plan")) != `"pro"` || facts.OpenInvite {
			t.Errorf("the facts are %+v", facts)
		}
		w.pass(2 * time.Hour)
		w.settle()
		if is, err = db.Standing(t.Context(), ann, w.compiled, w.clock()); err != nil || !is.Facts[r.TriggerID].OpenInvite {
			t.Errorf("the open invite is not among the facts: %v", err)
		}
		w.pass(30 * 24 * time.Hour) // nobody has ended the invite yet, and looking does not
		if is, err = db.Standing(t.Context(), ann, w.compiled, w.clock()); err != nil || is.Facts[r.TriggerID].OpenInvite {
			t.Errorf("an overdue invite is open: %v", err)
		}
		latest, err := db.Reports().Latest(t.Context(), w.project.ID, ann.Key)
		if err != nil || len(latest) != 1 || latest[0].Outcome != research.Invited {
			t.Errorf("the latest decisions are %v, %v", latest, err)
		}
	})
}

func TestFind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		w.send(event("left", "ann", "beside"), event("left", "", "before"), event("left", "", "alone"))
		w.send(identify("ann", "before", `{}`))
		for id, want := range map[string]research.PersonKey{
			"ann": research.UserKey("ann"), "beside": research.UserKey("ann"), "before": research.UserKey("ann"), "alone": research.AnonymousKey("alone"),
		} {
			if got, err := db.Reports().Find(t.Context(), w.project.ID, id); got != want || err != nil {
				t.Errorf("%s leads to %q, %v; want %q", id, got, err, want)
			}
		}
		if _, err := db.Reports().Find(t.Context(), w.project.ID, "an"); research.CodeOf(err) != research.NotFound {
			t.Errorf("half an id leads somewhere: %v", err)
		}
		if _, err := db.Reports().Find(t.Context(), w.project.ID, "ann@example.com"); err == nil || !strings.Contains(err.Error(), "where it is their userId") {
			t.Errorf("of an address: %v", err)
		}
		other := project(t, db, "other")
		if _, err := db.Reports().Find(t.Context(), other.ID, "ann"); research.CodeOf(err) != research.NotFound {
			t.Errorf("another project knows ann: %v", err)
		}
	})
}
