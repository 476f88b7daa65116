package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// TestWhoIsWhoAfterItWasForgotten sends what the specification knows through a
// store that forgets all it can: what it has to know again stands in runs.
func TestWhoIsWhoAfterItWasForgotten(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		w := newNodes(t, target, 1, func(*research.Event) bool { return false })
		w.db[0].SetRunEvents(8)
		for seed := range uint64(12) {
			r, m := rand.New(rand.NewPCG(seed, 2)), newIdentityModel()
			w.project, w.sent = project(t, w.db[0], fmt.Sprint("forgotten", seed)), 0
			aliased := map[string]bool{}
			for range 25 {
				var batch []research.Event
				for range 1 + r.IntN(6) {
					e := w.anySaying(r, aliased)
					m.apply(e)
					batch = append(batch, e)
				}
				w.append(0, batch...)
				if r.IntN(2) == 0 {
					w.settle()
				}
				w.lose(r)
			}
			w.settle()
			w.same(m, fmt.Sprint("seed ", seed))
		}
	})
}

// lose makes the store forget, and sometimes seal before, and sometimes in the
// format of an older version.
func (w *nodes) lose(r *rand.Rand) {
	w.t.Helper()
	if r.IntN(2) == 0 {
		seal(w.t, w.db[0])
	}
	if r.IntN(8) == 0 {
		if err := w.db[0].MakePlain(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
	w.db[0].Forget()
}

// TestForgettingChangesNothing has events come late too, where the specification
// leaves open what they move: whatever it is, it is the same for who remembers all.
func TestForgettingChangesNothing(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		w := newNodes(t, target, 1, func(*research.Event) bool { return false })
		w.db[0].SetRunEvents(8)
		for seed := range uint64(8) {
			var known []map[research.PersonKey]*modelPerson
			for _, forgets := range []bool{false, true} {
				r, lost := rand.New(rand.NewPCG(seed, 3)), rand.New(rand.NewPCG(seed, 4))
				w.project, w.sent = project(t, w.db[0], fmt.Sprint("seed", seed, forgets)), 0
				for range 30 {
					e := w.anySaying(r, map[string]bool{})
					if r.IntN(3) == 0 {
						e.Timestamp = e.Timestamp.Add(-time.Duration(r.IntN(30_000)) * time.Millisecond)
					}
					w.append(0, e)
					w.settle()
					if forgets {
						w.lose(lost)
					}
				}
				known = append(known, w.known())
			}
			if diff := cmp.Diff(known[0], known[1]); diff != "" {
				t.Fatalf("seed %d: who remembers (-) and who forgets (+) differ:\n%s", seed, diff)
			}
		}
	})
}

// TestABrowserThatComesBackWaitsForNobody: the same user as ever is no news, though
// nothing of it is remembered, and another one is.
func TestABrowserThatComesBackWaitsForNobody(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		w := newNodes(t, target, 1, func(*research.Event) bool { return false })
		db := w.db[0]
		for i := range 60 {
			w.append(0, w.next(research.Track, fmt.Sprint("u", i), fmt.Sprint("b", i)))
		}
		w.settle()
		seal(t, db)
		db.Forget()
		var back []research.Event
		for i := range 30 {
			back = append(back, w.next(research.Track, fmt.Sprint("u", i), fmt.Sprint("b", i)))
		}
		w.append(0, back...)
		w.append(0, w.next(research.Track, "u31", "b31"))
		w.waiting(0)
		w.append(0, w.next(research.Track, "u1", "b2"))
		w.waiting(1)
		if err := db.MakePlain(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.append(0, w.next(research.Track, "u40", "b40"))
		w.waiting(2) // an old run cannot tell
		w.settle()
	})
}

func (w *nodes) waiting(want int) {
	w.t.Helper()
	if n, err := w.db[0].Count(w.t.Context(), "SELECT count(*) FROM inbox"); err != nil || n != want {
		w.t.Fatalf("%d events wait, want %d; %v", n, want, err)
	}
}

// TestWhoIsBelievedLateMovesTheBrowser: a doubted event that is proved when it comes
// again is what was said last, whether its head is in memory or in a run.
func TestWhoIsBelievedLateMovesTheBrowser(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		w := newNodes(t, target, 1, func(*research.Event) bool { return false })
		for _, sealed := range []bool{false, true} {
			w.project = project(t, w.db[0], fmt.Sprint("believed", sealed))
			w.append(0, w.next(research.Track, "first", "b"))
			doubted := w.next(research.Track, "second", "b")
			doubted.Doubted = true
			w.append(0, doubted)
			for range 60 {
				w.append(0, w.next(research.Track, "other", "elsewhere"))
			}
			if sealed {
				seal(t, w.db[0])
				w.db[0].Forget()
			}
			proved := doubted
			proved.Doubted, proved.Verified = false, true
			if stored, err := w.db[0].Append(t.Context(), []research.Event{proved}); err != nil || stored[0] {
				t.Fatalf("stored %v, %v", stored, err)
			}
			w.settle()
			w.append(0, w.next(research.Track, "first", "b"))
			w.waiting(1) // the link led to the second
			w.settle()
			last := w.next(research.Track, "", "b")
			w.append(0, last)
			w.settle()
			if got := w.known()["u:first"]; got == nil || got.Events[0] != last.MessageID {
				t.Errorf("sealed %v: the browser's last event is not of its last user, who has %+v", sealed, got)
			}
		}
	})
}

// TestOldRunsGetTheirLatestTime: no event of a run is later than the last receipt
// of the packs that it lies in, whatever order nodes wrote them in.
func TestOldRunsGetTheirLatestTime(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		target = blank(t, target)
		old, err := store.OpenAt(t.Context(), target, 9)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			"INSERT INTO packs (first_seq, received_at, heads, body) VALUES (1, 10, '', ''), (40, 90, '', ''), (60, 70, '', ''), (101, 95, '', '')",
			"INSERT INTO runs (first_seq, last_seq, filter) VALUES (1, 50, ''), (51, 100, ''), (101, 150, '')",
			"UPDATE event_log SET last_seq = 150",
		} {
			if target[0] == '/' {
				statement = strings.ReplaceAll(statement, "''", "x''")
			}
			if _, err := old.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		db := openLog(t, target)
		for first, want := range map[int]int{1: 90, 51: 90, 101: 95} {
			if got, err := db.Count(t.Context(), "SELECT latest_at FROM runs WHERE format = 0 AND first_seq = $1", first); err != nil || got != want {
				t.Errorf("the run from %d ends at %d, want %d; %v", first, got, want, err)
			}
		}
	})
}
