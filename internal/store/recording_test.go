package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/interview"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestARecordingFromItsBeginningToItsEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		rec := w.held("u1", "I left because of the price.")
		key, at := rec.Key(), w.clock()
		_, err := db.BeginRecording(t.Context(), key, at)
		if research.CodeOf(err) != research.Conflict {
			t.Errorf("of an interview that is over: %v", err)
		}
		key = w.held("u2").Key()
		first, err := db.BeginRecording(t.Context(), key, at)
		if err != nil {
			t.Fatal(err)
		}
		again, err := db.BeginRecording(t.Context(), key, at.Add(time.Hour))
		if err != nil || again != first || first.State != research.RecordingRuns || !strings.HasPrefix(first.Key, "itv_") {
			t.Errorf("begun twice: %+v and %+v, %v", first, again, err)
		}
		for range 2 {
			if err := db.EndRecording(t.Context(), key, 90*time.Second, at); err != nil {
				t.Fatal(err)
			}
		}
		ended, err := db.Recording(t.Context(), key)
		if want := at.Add(90 * 24 * time.Hour); err != nil || ended.State != research.RecordingEnded || ended.Length != 90*time.Second || !ended.DeleteAt.Equal(want) {
			t.Errorf("ended as %+v, %v; want it to go at %s", ended, err, want)
		}
		if n := w.count("SELECT count(*) FROM jobs WHERE kind = $1", store.SettleJob); n != 1 {
			t.Errorf("%d jobs settle it", n)
		}
		if _, err := db.BeginRecording(t.Context(), key, at); research.CodeOf(err) != research.Conflict {
			t.Errorf("begun after its end: %v", err)
		}
		w.must(db.SettledRecording(t.Context(), ended.Key))
		due := func(at time.Time) int {
			all, err := db.DueRecordings(t.Context(), at)
			w.must(err)
			return len(all)
		}
		if a, b := due(ended.DeleteAt.Add(-time.Millisecond)), due(ended.DeleteAt); a != 0 || b != 1 {
			t.Errorf("%d due a moment before, %d when it is time", a, b)
		}
		w.must(db.DeletedRecording(t.Context(), ended.Key))
		gone, err := db.Recording(t.Context(), key)
		if err != nil || gone.State != research.RecordingDeleted || due(ended.DeleteAt) != 0 {
			t.Errorf("deleted, it is %+v, %v", gone, err)
		}
	})
}

// TestTheSoundGoesWithTheWords: whoever is erased has no recording either, and who
// deletes the files finds it until they are gone.
func TestTheSoundGoesWithTheWords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		key := w.held("u1").Key()
		rec, err := db.BeginRecording(t.Context(), key, w.clock())
		w.must(err)
		w.must(db.AddExchange(t.Context(), key, research.Exchange{Turn: 1, Heard: 1200}))
		w.erase("u1")
		due, err := db.DueRecordings(t.Context(), w.clock())
		if err != nil || len(due) != 1 || due[0].Key != rec.Key {
			t.Fatalf("due is %v, %v", due, err)
		}
		w.must(db.DeletedRecording(t.Context(), rec.Key))
		if n := w.count("SELECT (SELECT count(*) FROM recordings) + (SELECT count(*) FROM exchanges)"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

func TestExchangesKeepTheirOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		key := w.held("u1").Key()
		for n := range 3 {
			w.must(db.AddExchange(t.Context(), key, research.Exchange{Turn: 2*n + 1, Cut: n == 1, FirstWrite: -1}))
		}
		all, err := db.Exchanges(t.Context(), key)
		if got := fmt.Sprint(all); err != nil || len(all) != 3 || all[2].Turn != 5 || !all[1].Cut || all[0].FirstWrite != -1 {
			t.Errorf("kept %s, %v", got, err)
		}
	})
}

func TestADayOfVoiceIsNeverExceeded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		const day, most = "2026-11-26", 300
		done := make(chan bool, 20)
		for range cap(done) {
			go func() {
				_, err := db.ReserveVoice(t.Context(), w.project.ID, day, 60, most)
				done <- err == nil
			}()
		}
		taken := 0
		for range cap(done) {
			if <-done {
				taken++
			}
		}
		if taken != most/60 {
			t.Errorf("%d of 60 seconds were reserved of %d", taken, most)
		}
		if _, err := db.ReserveVoice(t.Context(), w.project.ID, "2026-11-27", most+1, most); research.CodeOf(err) != research.Quota {
			t.Errorf("more than a day at once: %v", err)
		}
		w.must(db.ReturnVoice(t.Context(), w.project.ID, day, 30))
		_, err := db.ReserveVoice(t.Context(), w.project.ID, day, 30, most)
		w.must(err)
		w.must(db.ReturnVoice(t.Context(), w.project.ID, day, most+60))
		if n := w.count("SELECT seconds FROM voice_budget WHERE day = $1", day); n != 0 {
			t.Errorf("%d seconds are taken after more was given back than there was", n)
		}
	})
}

// TestSomebodyIsToldOfABudgetOnce: at 80 percent and at the end, whoever reserves and
// whatever is given back in between.
func TestSomebodyIsToldOfABudgetOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		p, now := w.project.ID, time.Date(2026, 11, 26, 23, 59, 0, 0, time.UTC)
		const day, most = "2026-11-26", 600
		for n, c := range []struct {
			take, back, reached int
			words               string
			refused             bool
		}{
			{479, 0, 0, "", false}, {1, 0, 80, "80 %", false}, {60, 0, 0, "90 %", false}, {0, 200, 0, "", false}, {160, 0, 0, "83 %", false},
			{101, 0, 100, "83 %", true}, {101, 0, 0, "83 %", true}, {100, 0, 0, "used up", false}, {1, 0, 0, "used up", true}, {0, 61, 0, "89 %", false},
		} {
			reached, err := 0, error(nil)
			if c.take > 0 {
				reached, err = db.ReserveVoice(t.Context(), p, day, c.take, most)
			}
			w.must(db.ReturnVoice(t.Context(), p, day, c.back))
			if reached != c.reached || (research.CodeOf(err) == research.Quota) != c.refused {
				t.Errorf("%d: reached %d, %v", n, reached, err)
			}
			got, err := db.Reports().VoiceDay(t.Context(), p, now)
			if err != nil || got.Most != 10*time.Minute || !strings.Contains(got.Words(), c.words) || (c.words == "") != (got.Words() == "") {
				t.Errorf("%d: %+v is %q, %v", n, got, got.Words(), err)
			}
		}
		if tomorrow, err := db.Reports().VoiceDay(t.Context(), p, now.Add(time.Minute)); err != nil || tomorrow != (report.VoiceDay{}) || tomorrow.Words() != "" {
			t.Errorf("the next day is %+v, %v", tomorrow, err)
		}
		for _, want := range []int{100, 0} { // a whole day at once is too much for it
			if reached, err := db.ReserveVoice(t.Context(), p, "2026-11-27", most+1, most); reached != want || research.CodeOf(err) != research.Quota {
				t.Errorf("reached %d, %v", reached, err)
			}
		}
		if reached, err := db.ReserveVoice(t.Context(), p, "2026-11-28", most, most); reached != 100 || err != nil {
			t.Errorf("all of it at once: reached %d, %v", reached, err)
		}
	})
}

func TestWordsAndTheirTimesAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		key := w.held("u1").Key()
		words := []research.Word{{Text: "Hello", Start: 120, End: 480}}
		w.must(db.PutTurnTimes(t.Context(), key, 1, 100, 500, words))
		w.must(db.PutTurnTimes(t.Context(), key, 1, 110, 510, nil)) // the words stay
		rec, err := db.LoadInterview(t.Context(), key)
		if err != nil || *rec.Turns[0].StartMS != 110 || *rec.Turns[0].EndMS != 510 || len(rec.Turns[0].Words) != 1 || rec.Turns[0].Words[0] != words[0] {
			t.Errorf("%+v, %v", rec.Turns[0], err)
		}
		other := interview.Key{Project: key.Project + 1, ID: key.ID}
		for _, foreign := range []interview.Key{other, {Project: key.Project, ID: key.ID + 99}} {
			if err := db.PutTurnTimes(t.Context(), foreign, 1, 1, 2, nil); research.CodeOf(err) != research.NotFound {
				t.Errorf("a foreign turn: %v", err)
			}
		}
	})
}

func TestHowLongRecordingsAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		p, at, day := w.project.ID, w.clock(), 24*time.Hour
		ended := func(user string) (interview.Key, research.Recording) {
			key := w.held(user).Key()
			_, err := db.BeginRecording(t.Context(), key, at)
			w.must(err)
			w.must(db.EndRecording(t.Context(), key, time.Minute, at))
			rec, err := db.Recording(t.Context(), key)
			w.must(err)
			return key, rec
		}
		if days, err := db.RecordingDays(t.Context(), p); days != 90 || err != nil {
			t.Errorf("kept for %d days, %v", days, err)
		}
		for _, bad := range []int{-1, 3651} {
			if err := db.SetRecordingDays(t.Context(), p, bad); research.CodeOf(err) != research.Invalid {
				t.Errorf("%d days: %v", bad, err)
			}
		}
		w.must(db.SetRecordingDays(t.Context(), p, 0))
		key, rec := ended("u1")
		if !rec.DeleteAt.IsZero() {
			t.Errorf("without a limit it goes at %s", rec.DeleteAt)
		}
		for _, c := range []struct{ set, want int }{{30, 30}, {7, 7}, {60, 7}, {0, 7}} {
			w.must(db.SetRecordingDays(t.Context(), p, c.set))
			rec, err := db.Recording(t.Context(), key)
			if want := at.Add(time.Duration(c.want) * day); err != nil || !rec.DeleteAt.Equal(want) {
				t.Errorf("set to %d days, it goes at %s, want %s, %v", c.set, rec.DeleteAt, want, err)
			}
		}
	})
}
