package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// openLog opens a database whose runs are short.
func openLog(t *testing.T, target string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), target, storetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	db.SetRunEvents(50)
	t.Cleanup(func() { db.Close() })
	return db
}

func seal(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	for {
		more, err := db.SealDue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return n
		}
		n++
	}
}

func TestASealedLogAnswersAsAListDoes(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		r := rand.New(rand.NewPCG(1, 2))
		db, m := openLog(t, target), &logModel{}
		p, other := project(t, db, "one"), project(t, db, "two")
		for step := 0; len(m.events) < 400; step++ {
			m.append(t, db, anyBatch(r, []*research.Project{p, other}, noon.Add(time.Duration(step)*10*time.Second), 1+r.IntN(40)))
			switch r.IntN(8) {
			case 0:
				seal(t, db)
			case 1:
				db = openLog(t, target) // the other one is left as a crash leaves it
			case 2:
				if _, err := db.SealParts(t.Context(), r.IntN(256)); err != nil {
					t.Fatal(err)
				}
			}
			if step%16 == 8 {
				m.check(t, db, p, r)
			}
		}
		m.check(t, db, other, r)
		seal(t, db)
		for _, handle := range []*store.DB{db, openLog(t, target)} {
			m.append(t, handle, m.live(p, nil)[:100])
			m.append(t, handle, m.live(other, nil))
			m.check(t, handle, p, r)
		}
	})
}

func TestUnsignedEventsSuppressNoSignedOnesAcrossSealing(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		db := openLog(t, target)
		p, m := project(t, db, "signed"), &logModel{}
		signed := func(e research.Event) research.Event { e.Signed, e.Source = true, research.FromServer; return e }
		for _, e := range []research.Event{
			track(p, "m1", "u", "forged"), signed(track(p, "m1", "u", "true")), signed(track(p, "m1", "u", "another")), track(p, "m1", "u", "late"),
			track(p, "m2", "u", "same"), signed(track(p, "m2", "u", "same")), signed(track(p, "m2", "u", "differs")), track(p, "m2", "u", "same"),
		} {
			m.append(t, db, []research.Event{e})
			for i := range 50 {
				m.append(t, db, []research.Event{track(p, fmt.Sprint("filler", len(m.events), "-", i), "f", "filler")})
			}
			if seal(t, db) == 0 {
				t.Fatal("inconclusive: nothing was sealed")
			}
		}
	})
}

// TestTwoHandlesAreOneLog is two nodes, or a server and a command.
func TestTwoHandlesAreOneLog(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		r := rand.New(rand.NewPCG(5, 6))
		a, b, m := openLog(t, target), openLog(t, target), &logModel{}
		p := project(t, a, "one")
		for step := range 40 {
			db := []*store.DB{a, b}[step%2]
			m.append(t, db, anyBatch(r, []*research.Project{p}, noon.Add(time.Duration(step)*10*time.Second), 1+r.IntN(20)))
			if r.IntN(6) == 0 {
				sealBoth(t, a, b)
			}
			if step == 20 {
				m.check(t, a, p, r)
				m.check(t, b, p, r)
			}
		}
		sealBoth(t, a, b)
		m.check(t, a, p, r)
		m.check(t, b, p, r)
	})
}

func sealBoth(t *testing.T, handles ...*store.DB) {
	t.Helper()
	var all sync.WaitGroup
	for _, db := range handles {
		all.Go(func() {
			for more := true; more; {
				var err error
				if more, err = db.SealDue(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestManyAppendAndSealAtOnce(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		handles := []*store.DB{openLog(t, target), openLog(t, target)}
		p := project(t, handles[0], "crowd")
		var all sync.WaitGroup
		var mu sync.Mutex
		fresh := map[string]int{}
		for worker := range 8 {
			all.Go(func() {
				r := rand.New(rand.NewPCG(uint64(worker), 1))
				for range 12 {
					var batch []research.Event
					for range 15 {
						batch = append(batch, track(p, fmt.Sprint("m", r.IntN(300)), "u", "e"))
					}
					stored, err := handles[worker%2].Append(t.Context(), batch)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					for i, s := range stored {
						if s {
							fresh[batch[i].MessageID]++
						}
					}
					mu.Unlock()
				}
			})
		}
		for range 5 {
			sealBoth(t, handles...)
		}
		all.Wait()
		sealBoth(t, handles...)
		for id, n := range fresh {
			if n != 1 {
				t.Errorf("%s is stored %d times", id, n)
			}
		}
		first := messages(t, handles[0], p)
		if second := messages(t, handles[1], p); len(first) != len(fresh) || !slices.Equal(first, second) {
			t.Errorf("%d and %d events for %d messages", len(first), len(second), len(fresh))
		}
	})
}

// TestProcessesThatSealDifferentStretches opens one of them after retention has
// deleted what the other one still remembers.
func TestProcessesThatSealDifferentStretches(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		r := rand.New(rand.NewPCG(7, 8))
		a, m := openLog(t, target), &logModel{}
		p := project(t, a, "one")
		first := anyBatch(r, []*research.Project{p}, noon, 45)
		for i := range first {
			first[i].MessageID = "old " + first[i].MessageID // a may suppress them still, and b not
		}
		m.append(t, a, first)
		old := len(m.events)
		m.append(t, a, anyBatch(r, []*research.Project{p}, noon.Add(time.Hour), 60))
		dropAll(t, a, noon.Add(time.Minute))
		m.dead = old
		b := openLog(t, target)
		m.append(t, b, []research.Event{track(p, "b takes up the log", "u1", "common")})
		for step := range 10 {
			m.append(t, []*store.DB{a, b}[step%2], anyBatch(r, []*research.Project{p}, noon.Add(2*time.Hour), 30))
		}
		if seal(t, a) == 0 || seal(t, b) == 0 {
			t.Fatal("inconclusive: nothing was sealed")
		}
		m.events, m.dead = m.events[old:], 0
		for _, db := range []*store.DB{a, b, openLog(t, target)} {
			m.check(t, db, p, r)
		}
	})
}

func dropAll(t *testing.T, db *store.DB, before time.Time) (n int) {
	t.Helper()
	for {
		dropped, err := db.DropEvents(t.Context(), before)
		if err != nil {
			t.Fatal(err)
		}
		if dropped == 0 {
			return n
		}
		n += dropped
	}
}

func TestRetentionDeletesWhatIsOldAndNothingElse(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		r := rand.New(rand.NewPCG(9, 10))
		db, m := openLog(t, target), &logModel{}
		p := project(t, db, "one")
		packs := 0
		for step := range 90 { // more than one transaction of retention deletes
			before := len(m.events)
			m.append(t, db, anyBatch(r, []*research.Project{p}, noon.Add(time.Duration(step)*10*time.Second), 1+r.IntN(12)))
			if len(m.events) > before && step < 80 {
				packs++
			}
		}
		seal(t, db)
		if _, err := db.SealParts(t.Context(), 256); err != nil {
			t.Fatal(err)
		}
		reader := openLog(t, target)
		m.check(t, reader, p, r) // it remembers the runs that will go
		cutoff := noon.Add(80 * 10 * time.Second)
		if n := dropAll(t, db, cutoff); n != packs {
			t.Errorf("%d packs were deleted, want %d", n, packs)
		}
		m.events = slices.DeleteFunc(m.events, func(e research.Event) bool { return e.ReceivedAt.Before(cutoff) })
		for _, handle := range []*store.DB{db, reader, openLog(t, target)} {
			m.check(t, handle, p, r)
			m.append(t, handle, slices.Clone(m.events))
		}
		orphans, err := db.Count(t.Context(), `SELECT count(*) FROM run_parts WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.first_seq = run_parts.first_seq)`)
		if err != nil || orphans != 0 {
			t.Errorf("%d parts are left of runs that are gone, %v", orphans, err)
		}
		dead, err := db.Count(t.Context(), `SELECT count(*) FROM runs WHERE last_seq < (SELECT min(first_seq) FROM packs)`)
		if runs, _ := db.Count(t.Context(), "SELECT count(*) FROM runs"); err != nil || dead != 0 || runs == 0 {
			t.Errorf("%d runs, %d of them index nothing, %v", runs, dead, err)
		}
	})
}

func TestALogWithNothingLeftGoesOn(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		r := rand.New(rand.NewPCG(11, 12))
		db, m := openLog(t, target), &logModel{}
		p := project(t, db, "one")
		m.append(t, db, anyBatch(r, []*research.Project{p}, noon, 120))
		last := m.events[len(m.events)-1].Seq
		seal(t, db)
		dropAll(t, db, noon.Add(time.Hour))
		if got := messages(t, db, p); len(got) != 0 {
			t.Errorf("holds %v", got)
		}
		fresh, next := openLog(t, target), &logModel{}
		next.append(t, fresh, []research.Event{track(p, "anew", "u1", "e")})
		if e := next.events[0]; e.Seq != last+1 {
			t.Errorf("the next number is %d, want %d", e.Seq, last+1)
		}
		dropAll(t, fresh, noon.Add(-time.Hour))
		if n, err := db.Count(t.Context(), "SELECT count(*) FROM runs"); n != 0 || err != nil {
			t.Errorf("%d runs are left, %v", n, err)
		}
		if got, err := db.Reports().LastEvent(t.Context(), p.ID); err != nil || got.MessageID != "anew" {
			t.Errorf("the last event is %+v, %v", got, err)
		}
	})
}

// TestAPackThatLiesInTwoRunsIsNotPassedOver has the only event of a project at the
// end of a pack whose beginning lies in a run without one.
func TestAPackThatLiesInTwoRunsIsNotPassedOver(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		db, m := openLog(t, target), &logModel{}
		p, other := project(t, db, "one"), project(t, db, "two")
		for step := range 60 {
			var batch []research.Event
			for i := range 3 {
				batch = append(batch, track(other, fmt.Sprint("m", step, "-", i), "u1", "common"))
			}
			if step%16 == 0 && step > 0 { // what a scan reads first after a page of packs
				batch = append(batch, batch[0], track(p, fmt.Sprint("last", step), "u1", "rare"))
			}
			m.append(t, db, batch)
		}
		seal(t, db)
		for _, handle := range []*store.DB{db, openLog(t, target)} {
			m.append(t, handle, []research.Event{track(other, "a look at the log", "u1", "common")})
			m.check(t, handle, p, rand.New(rand.NewPCG(1, 2)))
			m.check(t, handle, other, rand.New(rand.NewPCG(1, 2)))
		}
	})
}
