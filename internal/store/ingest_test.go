package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// project makes a project to store things in.
func project(t *testing.T, db *store.DB, name string) *research.Project {
	t.Helper()
	p, err := db.CreateProject(t.Context(), store.NewProject{Name: name, WriteKey: research.WriteKey("wk_" + name),
		ServerKey: research.ServerKey("sk_" + name), APIKey: "uc_" + name, Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func track(p *research.Project, message, user, name string) research.Event {
	return research.Event{Project: p.ID, Type: research.Track, Name: name, MessageID: message, UserID: research.UserID(user),
		Timestamp: noon, ReceivedAt: noon, Source: research.FromBrowser}
}

func messages(t *testing.T, db *store.DB, p *research.Project) (ids []string) {
	t.Helper()
	err := db.ExportEvents(t.Context(), p, report.Query{}, func(r report.EventRow) error {
		ids = append(ids, r.MessageID+"/"+r.Event)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestAMessageIsStoredOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p, other := project(t, db, "one"), project(t, db, "two")
		batch := []research.Event{track(p, "m1", "u", "a"), track(p, "m2", "u", "b"), track(p, "m1", "u", "a"), track(other, "m1", "u", "a")}
		stored, err := db.Append(t.Context(), batch)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprint(stored), "[true true false true]"; got != want {
			t.Errorf("stored %s, want %s", got, want)
		}
		if batch[0].Seq == 0 || batch[1].Seq <= batch[0].Seq {
			t.Errorf("sequence numbers %d, %d: not the order of receipt", batch[0].Seq, batch[1].Seq)
		}
		again, err := db.Append(t.Context(), []research.Event{track(p, "m2", "u", "b"), track(p, "m3", "u", "c")})
		if err != nil || fmt.Sprint(again) != "[false true]" {
			t.Errorf("again %v %v", again, err)
		}
		if got, want := fmt.Sprint(messages(t, db, p)), "[m1/a m2/b m3/c]"; got != want {
			t.Errorf("holds %s, want %s", got, want)
		}
	})
}

func TestAnUnsignedEventNeverSuppressesASignedOneThatDiffers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := project(t, db, "signed")
		signed := func(e research.Event) research.Event { e.Signed, e.Source = true, research.FromServer; return e }
		page := func(e research.Event) research.Event { e.Type = research.Page; return e }
		alias := func(previous string) research.Event {
			return research.Event{Project: p.ID, Type: research.Alias, MessageID: "m6", UserID: "u", PreviousID: previous, Source: research.FromBrowser, ReceivedAt: noon, Timestamp: noon}
		}
		steps := []struct {
			event  research.Event
			stored bool
		}{
			{track(p, "m1", "u", "forged"), true},
			{signed(track(p, "m1", "u", "true")), true},
			{signed(track(p, "m1", "u", "another")), false},
			{track(p, "m1", "u", "late"), false},
			{track(p, "m2", "u", "same"), true},
			{signed(track(p, "m2", "u", "same")), false},
			{track(p, "m3", "mallory", "same"), true},
			{signed(track(p, "m3", "u", "same")), true},
			{page(track(p, "m4", "u", "same")), true},
			{signed(track(p, "m4", "u", "same")), true},
			{signed(track(p, "m5", "u", "same")), true},
			{track(p, "m5", "mallory", "same"), false},
			{alias("a"), true},
			{signed(alias("b")), true},
			{signed(alias("b")), false},
		}
		for i, s := range steps {
			stored, err := db.Append(t.Context(), []research.Event{s.event})
			if err != nil || stored[0] != s.stored {
				t.Errorf("step %d: stored %v, %v", i, stored, err)
			}
		}
	})
}

func TestTheSameMessageFromManyAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := project(t, db, "crowd")
		var all sync.WaitGroup
		var mu sync.Mutex
		fresh := 0
		for worker := range 8 {
			all.Go(func() {
				var batch []research.Event
				for i := range 20 {
					batch = append(batch, track(p, fmt.Sprint("m", (i*7+worker)%20), "u", "e"))
				}
				stored, err := db.Append(t.Context(), batch)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, s := range stored {
					if s {
						fresh++
					}
				}
			})
		}
		all.Wait()
		if fresh != 20 || len(messages(t, db, p)) != 20 {
			t.Errorf("%d stored, %d there; want 20", fresh, len(messages(t, db, p)))
		}
	})
}

func TestHostileTextIsKeptAsItIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := project(t, db, "hostile")
		e := track(p, "m'; DROP TABLE events; --", "<script>alert(1)</script>", "=cmd|' /C calc'!A0 \u202e")
		e.Properties = []byte(`{"a":"\u0000","b":12345678901234567890}`)
		if _, err := db.Append(t.Context(), []research.Event{e}); err != nil {
			t.Fatal(err)
		}
		err := db.ExportEvents(t.Context(), p, report.Query{}, func(r report.EventRow) error {
			if r.Event != e.Name || r.UserID != string(e.UserID) || r.MessageID != e.MessageID || string(r.Properties) != string(e.Properties) {
				t.Errorf("got %+v", r)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
