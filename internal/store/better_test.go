package store_test

import (
	"fmt"
	"testing"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// contents is what is stored, a line an event: its message, properties, source
// and whether it is proved.
func (w *world) contents() (lines []string) {
	w.t.Helper()
	err := w.db.ExportEvents(w.t.Context(), w.project, report.Query{}, func(r report.EventRow) error {
		lines = append(lines, fmt.Sprint(r.MessageID, " ", string(r.Properties), " ", r.Source, " ", r.Verified))
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return lines
}

func (w *world) wantContents(want ...string) {
	w.t.Helper()
	if got := w.contents(); fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("stored\n %q, want\n %q", got, want)
	}
}

func TestTheWholeEventTakesThePlaceOfTheSDKsShortCopy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		short := event("opened", "u", "a")
		short.MessageID, short.Short, short.Properties = "m", true, []byte(`{"plan":"pro"}`)
		whole := short
		whole.Short, whole.Signed, whole.Source, whole.Properties = false, true, research.FromWebhook, []byte(`{"plan":"pro","seats":3}`)
		another := whole
		another.Name = "closed"
		w.send(event("before", "u", "a"), short, event("after", "u", "a"))
		w.send(whole)
		w.send(whole, short)
		first, last := w.contents()[0], w.contents()[2]
		w.wantContents(first, `m {"plan":"pro","seats":3} browser false`, last)
		w.send(another) // signed and different, so both stand
		if n := len(w.contents()); n != 4 {
			t.Errorf("%d events are stored, want 4", n)
		}
	})
}

func TestAShortCopyAndTheWholeInOneCommit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		short := event("opened", "u", "a")
		short.MessageID, short.Short, short.Properties = "m", true, []byte(`{}`)
		whole := short
		whole.Short, whole.Properties = false, []byte(`{"seats":3}`)
		w.send(short, whole)
		w.wantContents(`m {"seats":3} browser false`)
	})
}

func TestAProvedCopyOfADoubtedEventIsDecided(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		w.project.Settings.Identity = research.IdentityRequired
		w.send(identify("ann", "", `{"plan":"free"}`))
		rumour := identify("ann", "a", `{"plan":"pro"}`)
		rumour.Doubted = true
		doubted := event("left", "ann", "a")
		doubted.Doubted, doubted.MessageID = true, "m"
		proved := doubted
		proved.Doubted, proved.Verified = false, true
		w.send(rumour, doubted)
		w.wantLog() // what is not proved told nothing of her plan
		said := identify("ann", "a", `{"plan":"pro"}`)
		said.Verified = true
		w.send(said)
		w.send(proved)
		w.wantLog("ann invited ")
		if n := len(w.contents()); n != 4 {
			t.Errorf("%d events are stored, want 4: %q", n, w.contents())
		}
	})
}
