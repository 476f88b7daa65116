package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"

	"github.com/usercall/usercall/internal/analysis"
	"github.com/usercall/usercall/internal/invite"
	"github.com/usercall/usercall/internal/jobs"
	"github.com/usercall/usercall/internal/report"
	"github.com/usercall/usercall/internal/research"
	"github.com/usercall/usercall/internal/store"
	"github.com/usercall/usercall/internal/store/storetest"
)

// opened is a world over a database whose files a test looks into.
func opened(t *testing.T, target string) *world {
	t.Helper()
	db, err := store.Open(t.Context(), target, storetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return newWorld(t, db, leaving)
}

func (w *world) erase(user string) {
	w.t.Helper()
	if err := w.db.ErasePerson(w.t.Context(), w.project.ID, research.UserKey(research.UserID(user)), w.clock()); err != nil {
		w.t.Fatal(err)
	}
}

// traces is the places of a database where a word stands: columns of its tables,
// packs when they are unpacked, and of SQLite any byte of its files.
func traces(t *testing.T, target string, word string) (found []string) {
	t.Helper()
	driver, list := "pgx", "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	if !strings.HasPrefix(target, "postgres") {
		driver, list = "sqlite", "SELECT name FROM sqlite_master WHERE type = 'table'"
		for _, file := range []string{target, target + "-wal"} {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(raw, []byte(word)) {
				found = append(found, "the file "+file[strings.LastIndex(file, "/"):])
			}
		}
	}
	db, err := sql.Open(driver, target)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var tables []string
	scanEach(t, db, list, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		tables = append(tables, name)
		return err
	})
	for _, table := range tables {
		scanEach(t, db, "SELECT * FROM "+table, func(r *sql.Rows) error {
			columns, err := r.Columns()
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err == nil {
				err = r.Scan(into...)
			}
			for i, v := range values {
				text := fmt.Sprintf("%s", v)
				if plain, ok := v.([]byte); ok && columns[i] == "body" {
					if unpacked, err := s2.Decode(nil, plain); err == nil {
						text += string(unpacked)
					}
				}
				if place := table + "." + columns[i]; strings.Contains(text, word) && !slices.Contains(found, place) {
					found = append(found, place)
				}
			}
			return err
		})
	}
	return found
}

func TestErasingAPersonLeavesNoTrace(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		w := opened(t, target)
		study := &analysis.Service{Store: w.db, Now: w.clock, Random: rand.Reader}
		w.held("bob", "The price is too high for what we get.", "It is too expensive for a small team.")
		w.send(identify("", "canary-browser", `{"city":"canary-town"}`), event("looked", "canary-user", "canary-browser"))
		w.send(identify("canary-user", "", `{"email":"canary@example.com","plan":"free"}`), event("left", "", "canary-browser"))
		w.send(identify("canary-user", "", `{"plan":"pro"}`)) // what was written before is written over
		said := event("left", "canary-user", "canary-laptop")
		said.Properties, said.Context = []byte(`{"why":"canary-property"}`), []byte(`{"page":{"title":"canary-title"}}`)
		w.send(said)
		id := w.held("canary-user", "The price of the purple canary plan was far too high for us.", "It is too expensive for the canary team.").PublicID
		if err := study.Interview(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if err := w.db.WriteSightings(t.Context()); err != nil {
			t.Fatal(err)
		}
		if found := traces(t, target, "canary"); len(found) < 6 {
			t.Fatalf("inconclusive: there were traces only in %q", found)
		}
		for range 2 {
			w.erase("canary-user")
			if found := traces(t, target, "canary"); len(found) > 0 {
				t.Errorf("traces are left in %q", found)
			}
		}
		queue := jobs.NewQueue(w.db, jobs.Options{Now: w.clock, Log: quiet, SkipRow: w.db.SkipRow()})
		queue.Handle("analyse.interview", func(ctx context.Context, j jobs.Job) error { return study.Interview(ctx, j.Payload) })
		for more := true; more; {
			var err error
			if more, err = queue.One(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := w.db.PendingJobs(t.Context()); n > 0 || err != nil {
			t.Errorf("%d jobs failed, %v", n, err)
		}
		if found := traces(t, target, "canary"); len(found) > 0 {
			t.Errorf("traces are left in %q after the study is analysed again", found)
		}
		if rest := everything(t, w.db, w.project); !strings.Contains(rest, "The price is too high for what we get.") {
			t.Errorf("what bob said is gone: %s", rest)
		}
	})
}

func TestErasingTheOnlyParticipantLeavesNoFindings(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		w := opened(t, target)
		id := w.held("ann", "The price of the purple canary plan was far too high.", "That canary price was too high for us.").PublicID
		if err := (&analysis.Service{Store: w.db, Now: w.clock, Random: rand.Reader}).Interview(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		w.erase("ann")
		if found := traces(t, target, "canary"); len(found) > 0 {
			t.Errorf("traces are left in %q", found)
		}
		if rest := everything(t, w.db, w.project); strings.Contains(rest, "rice") {
			t.Errorf("something is said to have been found: %s", rest)
		}
	})
}

func TestErasingTakesOnlyThePersonsEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		named := func(id string, e research.Event) research.Event { e.MessageID = id; return e }
		alias := named("alias", event("", "ann", ""))
		alias.Type, alias.PreviousID, alias.Signed = research.Alias, "old", true
		for _, e := range []research.Event{named("old", event("a", "old", "")), named("before", event("a", "", "shared")), named("link", event("a", "ann", "shared")),
			named("hers", event("a", "", "shared")), named("bobs", event("b", "bob", "shared")), named("his", event("b", "", "shared")), alias,
			named("phone", event("a", "ann", "phone")), named("silent", event("a", "", "phone")), named("eves", event("b", "eve", ""))} {
			w.pass(time.Second)
			w.send(e)
		}
		other := project(t, db, "other")
		if _, err := db.Append(t.Context(), []research.Event{track(other, "theirs", "ann", "a")}); err != nil {
			t.Fatal(err)
		}
		w.erase("ann")
		// The shared browser is bob's now; what it said without a name while it was
		// ann's, and before, was ann's.
		if got, want := fmt.Sprint(messages(t, db, w.project)), "[bobs/b his/b eves/b]"; got != want {
			t.Errorf("left are %s, want %s", got, want)
		}
		if got := fmt.Sprint(messages(t, db, other)); got != "[theirs/a]" {
			t.Errorf("another project has %s", got)
		}
	})
}

func TestAnErasedMessageIsNotStoredAgain(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		w := opened(t, target)
		page, signed := event("left", "ann", "browser"), event("paid", "ann", "")
		signed.Signed, signed.Source = true, research.FromWebhook
		w.send(page, signed, event("left", "bob", ""))
		w.erase("ann")
		again := []research.Event{page, signed, page}
		again[2].Signed, again[2].Properties = true, []byte(`{"more":1}`)
		for i := range again {
			again[i].Project, again[i].ReceivedAt, again[i].Timestamp = w.project.ID, noon, noon
		}
		other, err := store.Open(t.Context(), target, storetest.Key) // which remembers nothing
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		for name, db := range map[string]*store.DB{"this process": w.db, "another": other} {
			if stored, err := db.Append(t.Context(), again); err != nil || fmt.Sprint(stored) != "[false false false]" {
				t.Errorf("%s: stored %v, %v", name, stored, err)
			}
			if got := messages(t, db, w.project); len(got) != 1 {
				t.Errorf("%s: there are %v", name, got)
			}
		}
		fresh := event("left", "ann", "browser")
		w.send(fresh)
		if got := messages(t, w.db, w.project); len(got) != 2 {
			t.Errorf("somebody who comes back is not taken up: %v", got)
		}
	})
}

func TestWhoComesBackIsNewUnlessTheyOptedOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		plan := func(user string) research.Event { return identify(user, "browser-of-"+user, `{"plan":"pro"}`) }
		ticket := event("left", "ann", "")
		ticket.TicketHash = invite.TicketHash("browser")
		w.send(plan("ann"), ticket)
		w.send(plan("bob"), event("left", "bob", ""))
		if err := db.OptOut(t.Context(), w.project.ID, ticket.TicketHash, w.clock()); err != nil {
			t.Fatal(err)
		}
		w.wantLog("ann invited ", "bob invited ")
		w.erase("ann")
		w.erase("bob")
		w.wantLog()
		w.send(event("left", "ann", ""), event("left", "bob", "")) // no plan is known any more
		w.wantLog()
		w.send(plan("ann"), event("left", "ann", ""))
		w.send(plan("bob"), event("left", "bob", ""))
		w.wantLog("ann skipped excluded", "bob invited ")
		w.erase("ann") // and once more
		w.send(plan("ann"), event("left", "ann", ""))
		w.wantLog("bob invited ", "ann skipped excluded")
	})
}

func TestErasingGivesAnUnseenPlaceBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, `
usercall: 1
study: { key: why }
triggers: [{ key: left, on: { event: left }, total: 1 }]
`)
		seen := event("left", "bob", "")
		seen.TicketHash = invite.TicketHash("browser")
		w.send(event("left", "ann", ""))
		w.erase("ann")
		w.send(seen)
		i, err := db.Offered(t.Context(), invite.Visitor{Project: w.project.ID, Ticket: seen.TicketHash}, w.clock())
		if err != nil || i == nil {
			t.Fatalf("the place was not given back: %v", err)
		}
		w.move(i, invite.Shown, true)
		w.erase("bob")
		w.send(event("left", "eve", ""))
		w.wantLog("eve skipped total")
		if _, err := db.OfferByLink(t.Context(), invite.TokenHash(invite.Token(storetest.Key, i.PublicID))); research.CodeOf(err) != research.NotFound {
			t.Errorf("the link still leads somewhere: %v", err)
		}
	})
}

func TestErasingMeetsWhatWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		w.send(identify("ann", "", `{"plan":"pro"}`))
		waiting := event("left", "ann", "")
		waiting.Project, waiting.ReceivedAt, waiting.Timestamp = w.project.ID, noon, noon
		if _, err := db.Append(t.Context(), []research.Event{waiting}); err != nil {
			t.Fatal(err)
		}
		w.erase("ann")
		if err := w.engine.Settle(t.Context(), 10); err != nil {
			t.Fatal(err)
		}
		if err := db.WriteSightings(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.wantLog()
		if people, err := db.Reports().People(t.Context(), w.project.ID, report.PeopleFilter{}, 10); err != nil || len(people) > 0 {
			t.Errorf("there are %v, %v", people, err)
		}
	})
}

// TestErasingBesideIngest erases somebody while others send: nothing of theirs
// is lost, and nothing is stored twice.
func TestErasingBesideIngest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		failed := make(chan error, 2)
		const each = 60
		for _, user := range []string{"bob", "eve"} {
			go func() {
				var err error
				for n := range each {
					e := track(w.project, fmt.Sprint(user, n), user, "b")
					mixed := track(w.project, fmt.Sprint("ann-", user, n), "ann", "a")
					if _, fault := db.Append(t.Context(), []research.Event{mixed, e}); fault != nil {
						err = fault
					}
				}
				failed <- err
			}()
		}
		for range 10 {
			w.erase("ann")
			time.Sleep(time.Millisecond)
		}
		for range 2 {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		w.erase("ann")
		got := messages(t, db, w.project)
		if slices.Sort(got); len(slices.Compact(got)) != 2*each {
			t.Errorf("left are %d, want %d: %v", len(got), 2*each, got)
		}
	})
}

func TestErasingLater(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		w := opened(t, target)
		w.send(event("left", "canary with spaces", ""))
		for range 2 {
			if err := w.db.EraseLater(t.Context(), w.project.ID, research.UserKey("canary with spaces"), w.clock()); err != nil {
				t.Fatal(err)
			}
		}
		queue := jobs.NewQueue(w.db, jobs.Options{Now: w.clock, Log: quiet, SkipRow: w.db.SkipRow()})
		queue.Handle(store.ErasePersonJob, func(ctx context.Context, j jobs.Job) error { return w.db.ErasePersonOf(ctx, j.Payload, w.clock()) })
		queue.Handle(store.ScrubJob, func(ctx context.Context, _ jobs.Job) error { return w.db.Scrub(ctx) })
		for range 3 {
			if _, err := queue.One(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.pass(10 * time.Second)
		}
		if n, err := w.db.PendingJobs(t.Context()); n != 0 || err != nil {
			t.Errorf("%d jobs are left, %v", n, err)
		}
		if found := traces(t, target, "canary"); len(found) > 0 {
			t.Errorf("traces are left in %q", found)
		}
	})
}

// TestErasingThatIsInterruptedEndsTheSame cuts an erasure off wherever it is, and
// starts it again, until one comes to its end.
func TestErasingThatIsInterruptedEndsTheSame(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		w := opened(t, target)
		for range 40 { // packs
			w.send(event("looked", "canary", "canary-1"), event("looked", "", "canary-1"), event("looked", "bob", "canary-1"), event("looked", "", "canary-2"))
			w.pass(time.Second)
		}
		w.send(event("looked", "canary", "canary-2"))
		cut := 0
		for limit := time.Millisecond; ; limit += limit / 4 {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			err := w.db.ErasePerson(ctx, w.project.ID, research.UserKey("canary"), w.clock())
			cancel()
			if err == nil {
				break
			}
			cut++
		}
		if left := messages(t, w.db, w.project); cut == 0 || len(left) < 40 {
			t.Errorf("cut off %d times; left are %v", cut, left)
		}
		for _, place := range traces(t, target, "canary") { // bob's, on the browser that was hers before
			if place != "packs.body" && !strings.HasSuffix(place, "links.from_key") && !strings.HasPrefix(place, "the file") {
				t.Errorf("traces are left in %s", place)
			}
		}
		if found := append(traces(t, target, "canary-2"), traces(t, target, "u:canary")...); len(found) > 0 {
			t.Errorf("traces are left in %q", found)
		}
	})
}

func TestErasingSomebodyWhoNeverSaidWhoTheyAre(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, leaving)
		w.send(event("a", "", "one"), event("b", "", "two"), event("b", "one", ""))
		if err := db.ErasePerson(t.Context(), w.project.ID, research.AnonymousKey("one"), w.clock()); err != nil {
			t.Fatal(err)
		}
		if got := messages(t, db, w.project); len(got) != 2 || strings.Contains(fmt.Sprint(got), "/a") {
			t.Errorf("left are %v", got)
		}
		if err := db.ErasePerson(t.Context(), w.project.ID, "", w.clock()); research.CodeOf(err) != research.Invalid {
			t.Errorf("nobody was erased: %v", err)
		}
	})
}

// TestErasingFromASealedLog erases somebody whose events lie in packs that runs
// cut in two, and sends all of it again.
func TestErasingFromASealedLog(t *testing.T) {
	storetest.EachTarget(t, func(t *testing.T, target string) {
		w := opened(t, target)
		w.db.SetRunEvents(50)
		var all []research.Event
		for len(all) < 330 {
			batch := []research.Event{event("b", "bob", "shared"), event("b", "eve", "")}
			for len(batch) < 11 {
				batch = append(batch, event("a", "ann", "shared"), event("a", "", "hers"), event("a", "ann", "hers"))
			}
			for i := range batch {
				batch[i].Project, batch[i].Timestamp, batch[i].ReceivedAt = w.project.ID, w.clock(), w.clock()
			}
			if _, err := w.db.Append(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
			all = append(all, batch...)
			w.pass(time.Second)
		}
		if n := seal(t, w.db); n != 6 {
			t.Fatalf("%d runs are sealed", n)
		}
		w.erase("ann")
		other := openLog(t, target)
		for name, db := range map[string]*store.DB{"this process": w.db, "another": other} {
			if left := messages(t, db, w.project); len(left) != 60 || strings.Contains(fmt.Sprint(left), "/a") {
				t.Errorf("%s: left are %v", name, left)
			}
			stored, err := db.Append(t.Context(), all)
			if err != nil || slices.Contains(stored, true) {
				t.Errorf("%s: stored %v, %v", name, stored, err)
			}
		}
		for user, want := range map[string]int{"ann": 0, "bob": 30} {
			rows := 0
			err := other.ExportEvents(t.Context(), w.project, report.Query{Person: user}, func(report.EventRow) error { rows++; return nil })
			if err != nil || rows != want {
				t.Errorf("%s has %d events, %v", user, rows, err)
			}
		}
		if n := entries(t, target); n != 300+2*28+28 { // messages, bob and his browser, eve: of the first 28 batches
			t.Errorf("the indexes have %d entries", n)
		}
	})
}

// entries is how many the sealed indexes have, by the bytes of an entry.
func entries(t *testing.T, target string) (n int) {
	t.Helper()
	driver := "pgx"
	if !strings.HasPrefix(target, "postgres") {
		driver = "sqlite"
	}
	db, err := sql.Open(driver, target)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	scanEach(t, db, "SELECT entries FROM run_parts", func(r *sql.Rows) error {
		var part []byte
		err := r.Scan(&part)
		n += len(part) / 24
		return err
	})
	return n
}
